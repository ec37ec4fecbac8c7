import type { Diff, DiffFile } from '../../model/diff.ts';
import { filtersOff } from './filters-off.ts';
import { parseHunks } from './parse-hunks.ts';
import { openRepository, type Repository, requireWorkTree } from './repository.ts';
import { repositoryPaths } from './repository-paths.ts';
import { type ResolvedRange, resolveRange } from './resolve-range.ts';
import { DIFF_OPTIONS, gitFailure, runGit } from './run-git.ts';
import { type DiffEntry, type PatchLimits, splitDiff } from './split-diff.ts';

const DEFAULT_MAX_FILE_BYTES = 1024 * 1024;
const DEFAULT_MAX_TOTAL_BYTES = 32 * 1024 * 1024;

/** Which change to read. `range` is `A..B`, `A...B`, or `A` for the working tree against it. */
export interface ReadDiffOptions {
  readonly workspace: string;
  readonly range: string;
  /** Files or folders below the workspace, taken literally; all when empty. */
  readonly paths?: readonly string[];
  readonly signal: AbortSignal;
  /** Longest patch of one file that is parsed; by default 1 MiB. */
  readonly maxFileBytes?: number;
  /** Longest patch of all files together that is parsed; by default 32 MiB. */
  readonly maxTotalBytes?: number;
}

/**
 * Reads a change with parsed hunks. Paths are relative to the workspace, and only files below it are seen; untracked
 * files are not. Files over a limit have no hunks and say so in `omitted`; their counts stay exact. `base` is the id
 * of the empty tree when the change begins with the first commit. Runs no hook, driver, filter or transport.
 * Fails with NOT_A_REPOSITORY, REVISION_UNKNOWN, HISTORY_SHALLOW, OUTSIDE_WORKSPACE, TOOL_MISSING, TOOL_FAILED.
 */
export async function readDiff(options: ReadDiffOptions): Promise<Diff> {
  const limits = {
    maxFileBytes: options.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES,
    maxTotalBytes: options.maxTotalBytes ?? DEFAULT_MAX_TOTAL_BYTES,
  };
  const repository = await openRepository(options.workspace, options.signal);
  const range = await resolveRange(repository, options.range);
  const entries = await readEntries({ repository, range, paths: options.paths ?? [], limits });
  return { base: range.base, head: range.head, files: entries.map(entry => toDiffFile(entry, limits)) };
}

/** Lists the changed files of a resolved range with the text of their patches, in git's order. */
export async function readEntries(options: {
  readonly repository: Repository;
  readonly range: Pick<ResolvedRange, 'base' | 'head'>;
  readonly paths: readonly string[];
  readonly limits: PatchLimits;
}): Promise<readonly DiffEntry[]> {
  const { repository, range, limits } = options;
  const splitter = splitDiff(limits);
  const revisions = range.head === null ? [range.base] : [range.base, range.head];
  const paths = repositoryPaths(repository, options.paths);
  if (range.head === null) await requireWorkTree(repository);
  const call = {
    workspace: repository.workspace,
    signal: repository.signal,
    args: ['diff', ...DIFF_OPTIONS, '--raw', '--numstat', '-z', '-p', ...revisions, '--', ...paths],
    onStdout: splitter.push,
    // Only a working tree goes through filters, and a filter is a program that the repository names.
    ...(range.head === null ? { settings: await filtersOff(repository) } : {}),
  };
  const result = await runGit(call);
  if (result.exitCode !== 0 && !result.cut) throw gitFailure(call, result);
  return splitter.end();
}

function toDiffFile(entry: DiffEntry, limits: PatchLimits): DiffFile {
  const { patch, extent, ...file } = entry;
  if (extent === 'whole') return { ...file, hunks: parseHunks(patch) };
  const omitted =
    extent === 'file-limit'
      ? `larger than ${limits.maxFileBytes} bytes`
      : `the change is larger than ${limits.maxTotalBytes} bytes in all`;
  return { ...file, hunks: [], omitted };
}
