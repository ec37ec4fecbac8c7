import type { Diff, DiffFile } from '../../model/diff.ts';
import { readDiff } from '../git/read-diff.ts';
import { readFilesAt } from '../git/read-files-at.ts';
import { openRepository } from '../git/repository.ts';
import { type ResolvedRange, resolveRange } from '../git/resolve-range.ts';
import { type Change, type ChangedFile, changedFile } from './change.ts';
import { isGeneratedPath, looksGenerated } from './file-kind.ts';

const MAX_FILES = 2000;
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_TOTAL_BYTES = 20 * 1024 * 1024;
const MAX_NAMED = 5;

/** A range of a workspace, resolved, so that the same change has the same `key` whatever it is called. */
export interface ChangeRequest {
  readonly workspace: string;
  readonly range: string;
  readonly key: string;
  /** A change between two commits stays what it is; the working tree does not. */
  readonly fixed: boolean;
  readonly notices: readonly string[];
}

/** Resolves a range. Fails with NOT_A_REPOSITORY, REVISION_UNKNOWN, HISTORY_SHALLOW, TOOL_MISSING, TOOL_FAILED. */
export async function requestChange(options: {
  readonly workspace: string;
  readonly range: string;
  readonly signal: AbortSignal;
}): Promise<ChangeRequest> {
  const { workspace } = options;
  const repository = await openRepository(workspace, options.signal);
  const resolved = await resolveRange(repository, options.range);
  return {
    workspace,
    range: pinned(resolved, options.range),
    key: [workspace, resolved.base, resolved.head ?? ''].join('\0'),
    fixed: resolved.head !== null,
    notices: resolved.notices,
  };
}

/** The range by commit ids, so that a branch that moves meanwhile changes nothing; the empty tree is no commit. */
function pinned(resolved: ResolvedRange, range: string): string {
  if (resolved.head === null || resolved.notices.length > 0) return range;
  return `${resolved.base}..${resolved.head}`;
}

/**
 * Reads a change with the new side of its files, at most 2,000 files of at most 1 MiB and 20 MiB in all; one notice
 * names what was left out. Fails as `readDiff` and `readFilesAt` do.
 */
export async function readChange(request: ChangeRequest, signal: AbortSignal): Promise<Change> {
  const { workspace, range } = request;
  const diff = await readDiff({ workspace, range, signal });
  const candidates = diff.files.filter(hasNewText);
  const byHand = candidates.filter(file => !isGeneratedPath(file.path));
  const wanted = byHand.slice(0, MAX_FILES);
  const contents = await readFilesAt({
    workspace,
    revision: diff.head,
    paths: wanted.map(file => file.path),
    signal,
    maxBytes: MAX_FILE_BYTES,
    maxTotalBytes: MAX_TOTAL_BYTES,
  });
  const leftOut = [...byHand.slice(MAX_FILES), ...diff.files.filter(file => file.omitted !== undefined)].map(
    file => file.path,
  );
  const files = new Map<string, ChangedFile>();
  for (const file of diff.files) {
    const content = contents.get(file.path);
    if (content?.kind === 'too-large') leftOut.push(file.path);
    const text = content?.kind === 'text' ? content.text : undefined;
    const generated = isGeneratedPath(file.path) || (text !== undefined && looksGenerated(text));
    files.set(file.path, changedFile(file, text, generated));
  }
  return { workspace, diff, files, notices: [...request.notices, ...sizeNotices(diff, leftOut)] };
}

function hasNewText(file: DiffFile): boolean {
  return file.status !== 'deleted' && !file.binary && file.hunks.length > 0;
}

function sizeNotices(diff: Diff, leftOut: readonly string[]): readonly string[] {
  if (leftOut.length === 0) return [];
  const named = leftOut.slice(0, MAX_NAMED).map(path => `\`${path}\``);
  const rest = leftOut.length > MAX_NAMED ? ` and ${leftOut.length - MAX_NAMED} more` : '';
  return [
    `${leftOut.length} of ${diff.files.length} files were too large or too many to look at: ${named.join(', ')}${rest}`,
  ];
}
