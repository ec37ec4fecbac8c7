import { realpathSync, statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { type FolderTree, folderTrees } from '../../tools/git/folder-history.ts';
import { readObjects } from '../../tools/git/read-objects.ts';
import {
  commitOf,
  isAncestor,
  parentsOf,
  type RepositoryState,
  repositoryState,
} from '../../tools/git/refs.ts';
import { sameNamedAt } from '../../tools/git/same-named.ts';
import { decodeText } from '../decode-text.ts';
import { type PlacedPrompt, promptContents } from './hash-trees.ts';
import { type LabelTag, labelTags } from './label-tags.ts';
import type { PromptFolder } from './prompt-folders.ts';
import { dropIndex, type IndexCall, openIndex } from './version-index.ts';
import { folderOf, isPromptFile, joined, readContents, type VersionRow } from './version-rows.ts';

/** What git knows of the prompts of one folder. */
export interface PromptHistory {
  readonly state: RepositoryState;
  /** The path of a file of the folder from the top of the repository. */
  pathOf(file: string): string;
  /** Every moment at which a file changed, newest first, also under the names that it had before. */
  lineage(file: string): readonly VersionRow[];
  /** The path that a row of a lineage is about. */
  pathAt(row: VersionRow): string;
  /** The files of the folder that were ever there. */
  files(): readonly string[];
  /** The labels of a prompt by its path from the top, with their tags. */
  labels(path: string): ReadonlyMap<string, LabelTag>;
  /** The files of a folder, by name, with the ids of their contents, as they stood in commits. Paths are from the top. */
  treesAt(commits: readonly string[], folder?: string): Promise<ReadonlyMap<string, FolderTree>>;
  /** All prompts of a folder as they stood in commits, by file name. Paths are from the top. */
  placedAt(
    commits: readonly string[],
    folder?: string,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, PlacedPrompt>>>;
  /** All prompts of the folder in the commit that is checked out, by file name. */
  committed(): Promise<ReadonlyMap<string, PlacedPrompt>>;
  /** The whole id of a commit by its beginning; undefined where none, or more than one, begins so. */
  commitOf(prefix: string): Promise<string | undefined>;
  /** The parents of a commit, first parent first; none behind the end of a shallow clone. */
  parents(commit: string): Promise<readonly string[]>;
  /** The files of a name in any folder of a commit, by their paths from the top. */
  sameNamedAt(commit: string, name: string): Promise<readonly string[]>;
  /** Whether a commit comes before another one, or is it. */
  isBefore(commit: string, other: string): Promise<boolean>;
  /** The texts of contents, by id. Fails with TOOL_FAILED for one that is not there any more. */
  texts(blobs: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What keeps a history from being read, in words: no git, no repository. */
export interface NoHistory {
  readonly problem: string;
}

const UNKNOWN_ENDS = new Set(['NOT_A_REPOSITORY', 'TOOL_MISSING', 'TOOL_FAILED', 'OUTSIDE_WORKSPACE']);

/** Opens the history of a folder of prompts, which is that of the repository that it lies in, or says why there is none. */
export async function openHistory(call: {
  readonly folder: PromptFolder;
  readonly cacheDir: string;
  readonly signal: AbortSignal;
}): Promise<PromptHistory | NoHistory> {
  const { folder, cacheDir, signal } = call;
  try {
    const there = nearestFolder(folder.path);
    const state = await repositoryState(realpathSync(there), signal);
    const below = relative(there, folder.path).replaceAll('\\', '/');
    const place = joined(state.prefix.replace(/\/$/, ''), below).replace(/\/$/, '');
    if (place.includes('\n')) return { problem: 'the path of the folder has a line feed' };
    const index = {
      workspace: state.top,
      folder: place,
      state,
      cacheDir,
      signal,
      contents: promptContents(),
    };
    return await readHistory(index);
  } catch (error) {
    if (!(error instanceof CrewError) || !UNKNOWN_ENDS.has(error.code)) throw error;
    return { problem: error.message };
  }
}

/** The folder itself, or, where it is gone, the one that it was in. */
function nearestFolder(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  const above = dirname(path);
  return above === path ? path : nearestFolder(above);
}

async function readHistory(call: IndexCall): Promise<PromptHistory> {
  const { folder, workspace, state, contents, signal } = call;
  const index = await openIndex(call);
  const paths = new Map<VersionRow, string>();
  const pathOf = (file: string): string => joined(folder, file);
  const lineageOf = (path: string, before: number, seen: Set<string>): readonly VersionRow[] => {
    if (seen.has(path)) return [];
    seen.add(path);
    const own = index.rows(path).filter(({ n }) => n < before);
    for (const row of own) paths.set(row, path);
    const earlier = own.flatMap(({ from, n }) => (from === undefined ? [] : lineageOf(from, n, seen)));
    return [...own, ...earlier];
  };
  const treesAt: PromptHistory['treesAt'] = (commits, other = folder) =>
    folderTrees({ workspace, signal, folder: other }, commits, isPromptFile);
  const placedAt: PromptHistory['placedAt'] = async (commits, other) => {
    const trees = await treesAt(commits, other);
    await readContents({ workspace, signal, contents }, trees.values());
    return new Map([...trees].map(([id, tree]: [string, FolderTree]) => [id, contents.hashTree(tree)]));
  };
  let committed: ReturnType<PromptHistory['committed']> | undefined;
  const readCommitted: PromptHistory['committed'] = async () =>
    (state.head === undefined ? undefined : (await placedAt([state.head])).get(state.head)) ?? new Map();
  return {
    state,
    treesAt,
    placedAt,
    committed: () => {
      committed ??= readCommitted();
      return committed;
    },
    pathOf,
    lineage: file =>
      lineageOf(pathOf(file), Number.POSITIVE_INFINITY, new Set()).toSorted(
        (left, right) => right.n - left.n,
      ),
    pathAt: row => paths.get(row) ?? '',
    files: () => {
      const own = index.paths().filter(path => folderOf(path) === folder);
      return own.map(path => path.slice(path.lastIndexOf('/') + 1)).toSorted();
    },
    labels: path => labelTags(state.refs, path),
    commitOf: prefix => commitOf({ workspace, signal }, prefix),
    parents: commit => parentsOf({ workspace, signal }, commit),
    sameNamedAt: (commit, name) => sameNamedAt({ workspace, signal }, { commit, name }),
    isBefore: (ancestor, of) => isAncestor({ workspace, signal }, { ancestor, of }),
    texts: async blobs => {
      const texts = new Map<string, string>();
      await readObjects({ workspace, signal, names: blobs }, (blob, object) => {
        if (object?.type === 'blob') texts.set(blob, decodeText(object.content));
      });
      const lost = blobs.find(blob => !texts.has(blob));
      if (lost === undefined) return texts;
      dropIndex(call);
      throw new CrewError('TOOL_FAILED', `the content ${lost} is not in the repository any more; try again`);
    },
  };
}
