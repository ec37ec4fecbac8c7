import type { PlacedPrompt } from './hash-trees.ts';
import type { PromptHistory } from './prompt-history.ts';
import { promptsAt } from './prompts-at.ts';
import type { VersionRow } from './version-rows.ts';

/** A label, and what the prompt is in the commit that it stands on, if it is there. */
export interface LabelRow {
  readonly label: string;
  /** Its name may be one that the prompt had before. */
  readonly tag: string;
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
  const open = [...rows.values()].flat().filter(({ prompt }) => prompt === undefined);
  const wanted = open.flatMap(row => {
    const { commit, paths, lineage } = row;
    return commit === undefined ? [] : paths.map(path => ({ row, at: { commit, path, lineage } }));
  });
  const found = await promptsAt(
    history,
    wanted.map(({ at }) => at),
  );
  for (const [index, { row }] of wanted.entries()) row.prompt ??= found[index];
  return new Map([...rows].map(([file, list]) => [file, list.map(toRow)]));
}

/** The labels of a prompt, by which its versions can be named; starts no git. */
export function labelNames(history: PromptHistory, file: string): readonly string[] {
  return labelRows(history, file).map(({ label }) => label);
}

interface OpenLabel {
  readonly label: string;
  readonly tag: string;
  readonly commit: string | undefined;
  /** Where the prompt was, at one time or another, the present path first. */
  readonly paths: readonly string[];
  readonly lineage: readonly VersionRow[];
  prompt: PlacedPrompt | undefined;
}

/** A label of the name itself goes before the same one of a name that it had. */
function labelRows(history: PromptHistory, file: string): OpenLabel[] {
  const lineage = history.lineage(file);
  const paths = [...new Set([history.pathOf(file), ...lineage.map(row => history.pathAt(row))])];
  const rows = new Map<string, OpenLabel>();
  for (const place of paths) {
    for (const [label, { commit, tag }] of history.labels(place)) {
      const prompt = lineage.find(row => row.commit === commit && row.prompt !== undefined)?.prompt;
      if (!rows.has(label)) rows.set(label, { label, tag, commit, paths, lineage, prompt });
    }
  }
  return [...rows.values()].toSorted((left, right) => (left.label < right.label ? -1 : 1));
}

function toRow({ label, tag, commit, prompt }: OpenLabel): LabelRow {
  return {
    label,
    tag,
    ...(commit === undefined ? {} : { commit }),
    ...(prompt === undefined ? {} : { prompt }),
  };
}
