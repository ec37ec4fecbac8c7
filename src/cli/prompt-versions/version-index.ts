import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { FolderCommit, FolderPlace } from '../../tools/git/folder-history.ts';
import { folderCommits } from '../../tools/git/folder-history.ts';
import { isAncestor, type RepositoryState } from '../../tools/git/refs.ts';
import { replaceFile } from '../trust-store.ts';
import type { PromptContents } from './hash-trees.ts';
import { type RowsByPath, readRows, type VersionRow } from './version-rows.ts';

/** Every version that the prompts of one folder had, as far as branches and tags reach. */
export interface VersionIndex {
  /** Rows of a path from the top of the repository, newest first; empty for an unknown one. */
  rows(path: string): readonly VersionRow[];
  paths(): readonly string[];
}

/** What an index is made for, and where it is kept. */
export interface IndexCall extends FolderPlace {
  readonly state: RepositoryState;
  readonly contents: PromptContents;
  /** The folder of caches; an index that cannot be kept there is made anew the next time. */
  readonly cacheDir: string;
}

/** Changes when rows or hashes are made in another way. */
const FORMAT = 3;
/** More folders than a prompt has ever moved through. */
const MOST_MOVES = 16;

interface Head {
  readonly format: number;
  readonly head: string | null;
  /** Commits that branches and tags stood on. */
  readonly tips: readonly string[];
}

/** The first line of the file; the rest has that many characters, or somebody has cut it off. */
interface FirstLine extends Head {
  readonly length: number;
}

/**
 * The index of a folder: as it is kept, where nothing has moved since; with what is new, where the checked-out commit went
 * on; else made anew. Fails with TOOL_MISSING, TOOL_FAILED.
 */
export async function openIndex(call: IndexCall): Promise<VersionIndex> {
  const file = indexFile(call);
  const kept = readKept(file);
  const wanted = headOf(call.state);
  if (kept !== undefined && isFresh(kept.head, wanted)) return keptIndex(kept.text);
  const added = kept === undefined ? undefined : await readOn(call, kept, wanted);
  const rows = added ?? (await readAll(call, wanted));
  const text = formatIndex(wanted, rows);
  keep(file, text);
  return keptIndex(text);
}

/** Takes the index of a folder away, so that the next one is made anew. */
export function dropIndex(call: Pick<IndexCall, 'workspace' | 'folder' | 'cacheDir'>): void {
  keep(indexFile(call), '');
}

function indexFile({
  workspace,
  folder,
  cacheDir,
}: Pick<IndexCall, 'workspace' | 'folder' | 'cacheDir'>): string {
  const place = createHash('sha256').update(`${workspace}\0${folder}`).digest('hex').slice(0, 12);
  return join(cacheDir, `prompts-${place}.jsonl`);
}

/** What cannot be written is only slower. */
function keep(file: string, text: string): void {
  try {
    replaceFile(file, text, 0o600);
  } catch (error) {
    // The index is made from the repository alone and holds nothing that would be lost.
    if (!(error instanceof CrewError)) throw error;
  }
}

function headOf({ head, refs }: RepositoryState): Head {
  const commits = [...refs.values()].flatMap(({ commit }) => (commit === undefined ? [] : [commit]));
  const tips = [...new Set([...commits, ...(head === undefined ? [] : [head])])].toSorted();
  return { format: FORMAT, head: head ?? null, tips };
}

function isFresh(kept: Head, wanted: Head): boolean {
  const known = new Set(kept.tips);
  return kept.head === wanted.head && wanted.tips.every(tip => known.has(tip));
}

interface Kept {
  readonly head: Head;
  readonly text: string;
}

function readKept(file: string): Kept | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    const end = text.indexOf('\n');
    const { length, ...head } = JSON.parse(text.slice(0, end)) as FirstLine;
    const isWhole = head.format === FORMAT && length === text.length - end;
    return isWhole ? { head, text } : undefined;
  } catch {
    // Half of a file, or something else: it is made anew.
    return undefined;
  }
}

/** One line for each path, so that one path can be read without the others. */
function formatIndex(head: Head, rows: RowsByPath): string {
  const lines = [...rows].map(([path, list]) => {
    const newestFirst = list.toSorted((left, right) => right.n - left.n);
    // A folder that files left twice is read twice.
    const seen = new Set<string>();
    const once = newestFirst.filter(({ commit }) => !seen.has(commit) && seen.add(commit));
    return JSON.stringify([path, ...once]);
  });
  const rest = ['', ...lines, ''].join('\n');
  const first: FirstLine = { ...head, length: rest.length };
  return `${JSON.stringify(first)}${rest}`;
}

function keptIndex(text: string): VersionIndex {
  return {
    rows: path => {
      const start = text.indexOf(`\n[${JSON.stringify(path)},`);
      if (start === -1) return [];
      const [, ...rows] = JSON.parse(text.slice(start + 1, text.indexOf('\n', start + 1))) as [string];
      return rows as unknown as readonly VersionRow[];
    },
    paths: () => [...allRows(text).keys()],
  };
}

function allRows(text: string): Map<string, readonly VersionRow[]> {
  const lines = text.split('\n').slice(1).filter(Boolean);
  return new Map(
    lines.map(line => {
      const [path, ...rows] = JSON.parse(line) as [string];
      return [path, rows as unknown as readonly VersionRow[]];
    }),
  );
}

/** The rows with those of new commits; undefined where what is checked out did not simply go on. */
async function readOn(call: IndexCall, kept: Kept, wanted: Head): Promise<RowsByPath | undefined> {
  const { head, tips } = kept.head;
  if (head === null || wanted.head === null) return undefined;
  if (!(await isAncestor(call, { ancestor: head, of: wanted.head }))) return undefined;
  const [fresh, checkedOut] = await Promise.all([
    folderCommits(call, { tips: wanted.tips, except: tips }),
    folderCommits(call, { tips: [wanted.head], except: [head] }),
  ]);
  if (fresh === undefined || checkedOut === undefined) return undefined;
  const isFresh = new Set(fresh.map(({ id }) => id));
  // What was on another branch until now has rows that say so.
  if (checkedOut.some(({ id }) => !isFresh.has(id))) return undefined;
  const rows = allRows(kept.text);
  const numbers = [...rows.values()].flatMap(list => list.map(({ n }) => n));
  const range = { newest: Math.max(0, ...numbers) + fresh.length, oldest: Math.min(1, ...numbers) };
  const onHead = new Set(checkedOut.map(({ id }) => id));
  const added = await readFolders(call, { commits: fresh, onHead, ...range });
  return merged(rows, added);
}

async function readAll(call: IndexCall, wanted: Head): Promise<RowsByPath> {
  if (wanted.tips.length === 0) return new Map();
  const [all, checkedOut] = await Promise.all([
    folderCommits(call, { tips: wanted.tips }),
    folderCommits(call, { tips: wanted.head === null ? [] : [wanted.head] }),
  ]);
  const commits = all ?? [];
  const onHead = new Set((checkedOut ?? []).map(({ id }) => id));
  return readFolders(call, { commits, onHead, newest: commits.length, oldest: 1 });
}

interface ToRead {
  readonly commits: readonly FolderCommit[];
  /** Those in the history of what is checked out. */
  readonly onHead: ReadonlySet<string>;
  readonly newest: number;
  /** The smallest number that is taken. */
  readonly oldest: number;
}

/** The folder itself, and the folders that its files came from, up to the moment when they left. */
async function readFolders(call: IndexCall, first: ToRead): Promise<RowsByPath> {
  let rows: RowsByPath = new Map();
  let { oldest } = first;
  const seen = new Set([call.folder]);
  const waiting: (ToRead & { readonly folder: string })[] = [{ ...first, folder: call.folder }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { commits, onHead, newest, folder } = next;
    const isElsewhere = (commit: string): boolean => !onHead.has(commit);
    const read = await readRows({ ...call, folder, commits, newest, isElsewhere });
    rows = merged(rows, read.rows);
    for (const [other, left] of read.cameFrom) {
      if (seen.has(other) || seen.size > MOST_MOVES) continue;
      seen.add(other);
      const place = { ...call, folder: other };
      const before = (await folderCommits(place, { tips: left.flatMap(({ parents }) => parents) })) ?? [];
      const isOnHead = left.some(({ id }) => onHead.has(id));
      waiting.push({
        folder: other,
        commits: before,
        onHead: new Set(isOnHead ? before.map(({ id }) => id) : []),
        newest: oldest - 1,
        oldest,
      });
      oldest -= before.length;
    }
  }
  return rows;
}

function merged(left: RowsByPath, right: RowsByPath): RowsByPath {
  const rows = new Map(left);
  for (const [path, list] of right) rows.set(path, [...(rows.get(path) ?? []), ...list]);
  return rows;
}
