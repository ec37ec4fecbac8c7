import type { PlacedPrompt } from './hash-trees.ts';
import { plainTag } from './label-tags.ts';
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
  /** Where the prompt was in that commit, from the top of the repository. */
  readonly path?: string;
}

/**
 * The labels of prompts, by file, sorted, without those of prompts of the same name in other folders; a handful of git processes serve any
 * number, and one more each label that stands on a commit without the prompt.
 */
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
  for (const [index, { row, at }] of wanted.entries()) {
    const prompt = found[index];
    if (row.prompt !== undefined || prompt === undefined) continue;
    row.prompt = prompt;
    row.path = at.path;
  }
  const own = new Map<string, readonly LabelRow[]>();
  for (const [file, list] of rows) {
    const isOther = await Promise.all(list.map(row => isOfOther(row, history)));
    own.set(file, list.filter((_, index) => isOther[index] === false).map(toRow));
  }
  return own;
}

/** A tag without a folder may be meant for a prompt of the same name in another one. */
async function isOfOther(row: OpenLabel, history: PromptHistory): Promise<boolean> {
  const { prompt, commit, tag, paths } = row;
  if (prompt !== undefined || commit === undefined) return false;
  const path = paths.find(one => plainTag(one, row.label) === tag);
  if (path === undefined) return false;
  return (await history.sameNamedAt(commit, path.slice(path.lastIndexOf('/') + 1))).length > 0;
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
  path: string | undefined;
}

/** A label of the name itself goes before the same one of a name that it had. */
function labelRows(history: PromptHistory, file: string): OpenLabel[] {
  const lineage = history.lineage(file);
  const places = [...new Set([history.pathOf(file), ...lineage.map(row => history.pathAt(row))])];
  // What is checked out may be older than the commit in which the file moved on.
  const later = lineage.flatMap(({ to, elsewhere }) => (to !== undefined && elsewhere === true ? [to] : []));
  const paths = [...new Set([...places, ...later])];
  const rows = new Map<string, OpenLabel>();
  for (const place of paths) {
    for (const [label, { commit, tag }] of history.labels(place)) {
      if (rows.has(label)) continue;
      const row = lineage.find(one => one.commit === commit && one.prompt !== undefined);
      const path = row === undefined ? undefined : history.pathAt(row);
      rows.set(label, { label, tag, commit, paths, lineage, prompt: row?.prompt, path });
    }
  }
  return [...rows.values()].toSorted((left, right) => (left.label < right.label ? -1 : 1));
}

function toRow({ label, tag, commit, prompt, path }: OpenLabel): LabelRow {
  return {
    label,
    tag,
    ...(commit === undefined ? {} : { commit }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(path === undefined ? {} : { path }),
  };
}
