import { lstat, readlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { type FileContent, fileContent } from '../file-content.ts';
import { readFile } from '../files/read-file.ts';
import { workspacePath } from '../workspace-path.ts';
import { findInTree, type TreeFile } from './find-in-tree.ts';
import { openRepository } from './repository.ts';
import { requireCommit } from './resolve-range.ts';
import { gitFailure, gitText, runGit } from './run-git.ts';

/** More than `<id> blob <size>` and the line feeds around a content take. */
const HEADER_BYTES = 128;
const DEFAULT_MAX_BYTES = 1024 * 1024;
const DEFAULT_MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/** Which files to read, and where from. `revision` null is the working tree. */
export interface ReadFilesAtOptions {
  readonly workspace: string;
  readonly revision: string | null;
  /** Relative to the workspace. */
  readonly paths: readonly string[];
  readonly signal: AbortSignal;
  /** Longest file that is read; by default 1 MiB. */
  readonly maxBytes?: number;
  /** Most bytes that are read in all; files beyond it are `too-large`. By default 64 MiB. */
  readonly maxTotalBytes?: number;
}

/**
 * Reads many files of one revision, or of the working tree, keyed by the paths as they were asked for; a handful
 * of git processes serve any number of files. The content of a symbolic link is its target, as git has it.
 * Fails with NOT_A_REPOSITORY, REVISION_UNKNOWN, HISTORY_SHALLOW, OUTSIDE_WORKSPACE, TOOL_MISSING, TOOL_FAILED,
 * FILE_UNREADABLE.
 */
export async function readFilesAt(options: ReadFilesAtOptions): Promise<ReadonlyMap<string, FileContent>> {
  if (options.paths.length === 0) return new Map();
  return options.revision === null
    ? readFromWorkingTree(options)
    : readFromRevision(options, options.revision);
}

/** Reads one file as `readFilesAt` does. */
export async function readFileAt(
  options: Omit<ReadFilesAtOptions, 'paths' | 'maxTotalBytes'> & { readonly path: string },
): Promise<FileContent> {
  const contents = await readFilesAt({ ...options, paths: [options.path] });
  return contents.get(options.path) ?? { kind: 'missing' };
}

async function readFromWorkingTree(options: ReadFilesAtOptions): Promise<ReadonlyMap<string, FileContent>> {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  let room = options.maxTotalBytes ?? DEFAULT_MAX_TOTAL_BYTES;
  const contents = new Map<string, FileContent>();
  for (const path of options.paths) {
    options.signal.throwIfAborted();
    const content = await readEntry(options.workspace, path, Math.min(maxBytes, room));
    if (content.kind === 'text') room -= content.bytes;
    contents.set(path, content);
  }
  return contents;
}

/** Only the folder is resolved, so that a link is read as a link. */
async function readEntry(workspace: string, path: string, maxBytes: number): Promise<FileContent> {
  const asked = resolve(workspace, path);
  const real = join(await workspacePath(workspace, dirname(asked)), basename(asked));
  const stat = await lstat(real).catch(() => undefined);
  if (stat?.isSymbolicLink() !== true) return readFile(real, maxBytes);
  return fileContent(Buffer.from(await readlink(real)));
}

interface SizedFile extends TreeFile {
  readonly bytes: number;
}

async function readFromRevision(
  options: ReadFilesAtOptions,
  revision: string,
): Promise<ReadonlyMap<string, FileContent>> {
  const repository = await openRepository(options.workspace, options.signal);
  const commit = await requireCommit(repository, revision);
  const listed = await findInTree({ repository, commit, paths: options.paths });
  const contents = new Map<string, FileContent>(options.paths.map(path => [path, { kind: 'missing' }]));
  const wanted: SizedFile[] = [];
  let room = options.maxTotalBytes ?? DEFAULT_MAX_TOTAL_BYTES;
  for (const file of await addSizes(options, listed)) {
    const fits = file.bytes <= Math.min(room, options.maxBytes ?? DEFAULT_MAX_BYTES);
    if (!fits) contents.set(file.path, { kind: 'too-large', bytes: file.bytes });
    else {
      wanted.push(file);
      room -= file.bytes;
    }
  }
  for (const [path, content] of await readObjects(options, wanted)) contents.set(path, content);
  return contents;
}

async function addSizes(
  options: ReadFilesAtOptions,
  files: readonly TreeFile[],
): Promise<readonly SizedFile[]> {
  if (files.length === 0) return [];
  const { workspace, signal } = options;
  const input = files.map(file => `${file.id}\n`).join('');
  const args = ['cat-file', '--batch-check=%(objectsize)'];
  const sizes = (await gitText({ workspace, signal, args, input })).split('\n');
  return files.map((file, index) => {
    const bytes = Number(sizes[index]);
    // A partial clone has the name of the object and not the object, and tools fetch nothing.
    if (!Number.isSafeInteger(bytes)) {
      throw new CrewError('TOOL_FAILED', `the content of \`${file.path}\` is not in this partial clone`);
    }
    return { ...file, bytes };
  });
}

/** Asks one `git cat-file --batch` for the contents; the answers come in the order of the questions. */
async function readObjects(options: ReadFilesAtOptions, files: readonly SizedFile[]) {
  const { workspace, signal } = options;
  if (files.length === 0) return new Map<string, FileContent>();
  const call = {
    workspace,
    signal,
    args: ['cat-file', '--batch'],
    input: files.map(file => `${file.id}\n`).join(''),
    maxStdoutBytes: files.reduce((sum, file) => sum + file.bytes + HEADER_BYTES, 0),
  };
  const result = await runGit(call);
  if (result.exitCode !== 0) throw gitFailure(call, result);
  const contents = new Map<string, FileContent>();
  let at = 0;
  for (const file of files) {
    const start = result.stdout.indexOf(0x0a, at) + 1;
    contents.set(file.path, fileContent(result.stdout.subarray(start, start + file.bytes)));
    at = start + file.bytes + 1;
  }
  return contents;
}
