import type { PlacedPrompt } from './hash-trees.ts';
import type { PromptHistory } from './prompt-history.ts';
import { stemOf } from './prompt-ref.ts';
import { folderOf } from './version-rows.ts';

/** A label, and what the prompt is in the commit that it stands on, if it is there. */
export interface LabelRow {
  readonly label: string;
  /** The name in the tag, which may be one that the prompt had before. */
  readonly stem: string;
  /** Absent for a tag that stands on no commit. */
  readonly commit?: string;
  readonly prompt?: PlacedPrompt;
}

/** The labels of prompts, by file, sorted; a handful of git processes serve any number. */
export async function labelsOf(
  history: PromptHistory,
  files: readonly string[],
): Promise<ReadonlyMap<string, readonly LabelRow[]>> {
  const rows = new Map(files.map(file => [file, labelRows(history, file)]));
  const open = [...rows.values()].flat().filter(({ prompt, commit }) => prompt === undefined && commit);
  const folders = new Set(open.flatMap(({ paths }) => paths.map(folderOf)));
  for (const folder of folders) {
    const commits = open.flatMap(({ commit }) => commit ?? []);
    const placed = await history.placedAt(commits, folder);
    for (const row of open) row.prompt ??= promptAmong(row, folder, placed.get(row.commit ?? ''));
  }
  return new Map([...rows].map(([file, list]) => [file, list.map(toRow)]));
}

interface OpenLabel {
  readonly label: string;
  readonly stem: string;
  readonly commit: string | undefined;
  /** Where the prompt was, at one time or another, the present path first. */
  readonly paths: readonly string[];
  prompt: PlacedPrompt | undefined;
}

/** A label of the name itself goes before the same one of a name that it had. */
function labelRows(history: PromptHistory, file: string): OpenLabel[] {
  const lineage = history.lineage(file);
  const paths = [...new Set([history.pathOf(file), ...lineage.map(row => history.pathAt(row))])];
  const rows = new Map<string, OpenLabel>();
  for (const stem of new Set(paths.map(stemOf))) {
    for (const [label, { commit }] of history.labels(stem)) {
      const prompt = lineage.find(row => row.commit === commit && row.prompt !== undefined)?.prompt;
      if (!rows.has(label)) rows.set(label, { label, stem, commit, paths, prompt });
    }
  }
  return [...rows.values()].toSorted((left, right) => (left.label < right.label ? -1 : 1));
}

function promptAmong(
  { paths }: OpenLabel,
  folder: string,
  placed: ReadonlyMap<string, PlacedPrompt> | undefined,
): PlacedPrompt | undefined {
  const inside = paths.filter(path => folderOf(path) === folder);
  return inside.map(path => placed?.get(path.slice(path.lastIndexOf('/') + 1))).find(Boolean);
}

function toRow({ label, stem, commit, prompt }: OpenLabel): LabelRow {
  return {
    label,
    stem,
    ...(commit === undefined ? {} : { commit }),
    ...(prompt === undefined ? {} : { prompt }),
  };
}
