import {
  type FolderCommit,
  type FolderPlace,
  type FolderTree,
  findRenames,
  folderTrees,
} from '../../tools/git/folder-history.ts';
import { readObjects } from '../../tools/git/read-objects.ts';
import { decodeText } from '../decode-text.ts';
import type { PlacedPrompt, PromptContents } from './hash-trees.ts';

/** A moment at which a prompt file became another version, came, or went. */
export interface VersionRow {
  /** Rows with greater numbers are newer. */
  readonly n: number;
  readonly commit: string;
  readonly date: string;
  readonly author: string;
  readonly subject: string;
  /** What it became; absent where the file went. */
  readonly prompt?: PlacedPrompt;
  /** The path that the file had before, from the top of the repository. */
  readonly from?: string;
  /** The path that the file got, where it went. */
  readonly to?: string;
  /** The commit is not in the history of what is checked out. */
  readonly elsewhere?: true;
}

/** Rows by path from the top of the repository, in no order. */
export type RowsByPath = ReadonlyMap<string, readonly VersionRow[]>;

/** Commits of one folder, newest first, that are to be read. */
export interface RowsToRead extends FolderPlace {
  readonly commits: readonly FolderCommit[];
  /** The number of the newest of them. */
  readonly newest: number;
  readonly isElsewhere: (commit: string) => boolean;
  readonly contents: PromptContents;
}

/** What the commits of a folder changed, and the files that came from other folders. */
export interface ReadRows {
  readonly rows: RowsByPath;
  /** Paths in other folders, with the commits in which files left them. */
  readonly cameFrom: ReadonlyMap<string, readonly FolderCommit[]>;
}

/** Whether a name is that of a prompt file. */
export function isPromptFile(name: string): boolean {
  return name.endsWith('.prompt.md');
}

/**
 * Reads what commits changed in a folder: a row for each prompt whose version is that of none of the commit's parents, and
 * for each file that went. A handful of git processes serve any number of commits. Fails with TOOL_MISSING, TOOL_FAILED.
 */
export async function readRows(reading: RowsToRead): Promise<ReadRows> {
  const { commits, contents } = reading;
  const ids = commits.flatMap(({ id, parents }) => [id, ...parents]);
  const trees = await folderTrees(reading, ids, isPromptFile);
  await readContents(reading, trees.values());
  const promptsAt = (commit: string): ReadonlyMap<string, PlacedPrompt> => {
    const tree = trees.get(commit);
    return tree === undefined ? new Map() : contents.hashTree(tree);
  };
  const changes = commits.map((commit, index) => ({
    commit,
    n: reading.newest - index,
    now: promptsAt(commit.id),
    before: commit.parents.map(promptsAt),
  }));
  const renames = await renamesOf(reading, changes);
  const rows = new Map<string, VersionRow[]>();
  for (const change of changes) {
    for (const [path, row] of rowsOf(change, reading, renames.get(change.commit.id) ?? [])) {
      rows.set(path, [...(rows.get(path) ?? []), row]);
    }
  }
  return { rows, cameFrom: otherPlaces(changes, renames, reading) };
}

/** Reads the contents of all files of trees that are not known yet, with one process. */
export async function readContents(
  { workspace, signal, contents }: Pick<RowsToRead, 'workspace' | 'signal' | 'contents'>,
  trees: Iterable<FolderTree>,
): Promise<void> {
  const wanted = new Map<string, boolean>();
  for (const tree of new Set(trees)) {
    for (const [file, blob] of tree) {
      if (!contents.has(blob)) wanted.set(blob, wanted.get(blob) === true || file.startsWith('_'));
    }
  }
  await readObjects({ workspace, signal, names: [...wanted.keys()] }, (blob, object) => {
    if (object?.type === 'blob') contents.add(blob, decodeText(object.content), wanted.get(blob) === true);
  });
}

interface Change {
  readonly commit: FolderCommit;
  readonly n: number;
  readonly now: ReadonlyMap<string, PlacedPrompt>;
  /** What each parent had. */
  readonly before: readonly ReadonlyMap<string, PlacedPrompt>[];
}

interface Rename {
  readonly from: string;
  readonly to: string;
}

/** Only commits in which a file is new, or gone, can have renamed one. */
async function renamesOf(
  place: FolderPlace,
  changes: readonly Change[],
): Promise<ReadonlyMap<string, readonly Rename[]>> {
  const steps = changes
    .filter(({ now, before }) => {
      const isNew = [...now.keys()].some(file => before.every(parent => !parent.has(file)));
      return isNew || goneFiles(now, before).length > 0;
    })
    .flatMap(({ commit }) => commit.parents.map(parent => ({ commit: commit.id, parent })));
  const renames = new Map<string, Rename[]>();
  for (const { commit, from, to } of await findRenames(place, steps)) {
    if (isPromptFile(from) && isPromptFile(to)) {
      renames.set(commit, [...(renames.get(commit) ?? []), { from, to }]);
    }
  }
  return renames;
}

function rowsOf(
  { commit, n, now, before }: Change,
  { folder, isElsewhere }: RowsToRead,
  renames: readonly Rename[],
): readonly (readonly [string, VersionRow])[] {
  const { id, date, author, subject } = commit;
  const elsewhere = isElsewhere(id) ? ({ elsewhere: true } as const) : {};
  const head = { n, commit: id, date, author, subject, ...elsewhere };
  const rows: (readonly [string, VersionRow])[] = [];
  for (const [file, prompt] of now) {
    if (before.some(parent => parent.get(file)?.hash === prompt.hash)) continue;
    const path = joined(folder, file);
    const isNew = before.every(parent => !parent.has(file));
    const from = isNew ? renames.find(({ to }) => to === path)?.from : undefined;
    rows.push([path, { ...head, prompt, ...(from === undefined ? {} : { from }) }]);
  }
  for (const file of goneFiles(now, before)) {
    const path = joined(folder, file);
    const to = renames.find(({ from }) => from === path)?.to;
    rows.push([path, { ...head, ...(to === undefined ? {} : { to }) }]);
  }
  return rows;
}

/** A merge with a branch that never had a file takes nothing away. */
function goneFiles(now: Change['now'], [first, ...others]: Change['before']): readonly string[] {
  const files = [...(first?.keys() ?? [])].filter(file => !now.has(file));
  return files.filter(file => others.every(parent => parent.has(file)));
}

function otherPlaces(
  changes: readonly Change[],
  renames: ReadonlyMap<string, readonly Rename[]>,
  { folder }: RowsToRead,
): ReadonlyMap<string, readonly FolderCommit[]> {
  const places = new Map<string, FolderCommit[]>();
  for (const { commit } of changes) {
    for (const { from, to } of renames.get(commit.id) ?? []) {
      const other = folderOf(from);
      if (folderOf(to) !== folder || other === folder) continue;
      places.set(other, [...(places.get(other) ?? []), commit]);
    }
  }
  return places;
}

/** A file of a folder by its path from the top. Pure. */
export function joined(folder: string, file: string): string {
  return folder === '' ? file : `${folder}/${file}`;
}

/** The folder of a path; empty at the top. Pure. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
