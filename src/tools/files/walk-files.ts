import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { workspacePath } from '../workspace-path.ts';

const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['.git', 'node_modules', '.crew']);

/** A file that a walk came by. `path` is relative to the workspace, with slashes; `real` may be read. */
export interface WalkedFile {
  readonly path: string;
  readonly real: string;
}

/**
 * Walks the regular files of a folder (or yields the one file that `start` is), nearest first, then by name.
 * Linked files are yielded when they are inside the workspace; linked folders are not entered, so there are no
 * circles. `onSkipped` is told each folder that cannot be read.
 * Fails with OUTSIDE_WORKSPACE, FILE_NOT_FOUND.
 */
export async function* walkFiles(options: {
  readonly workspace: string;
  readonly start: string;
  readonly signal: AbortSignal;
  readonly onSkipped: (line: string) => void;
}): AsyncGenerator<WalkedFile> {
  const root = await workspacePath(options.workspace, '.');
  const start = await workspacePath(root, options.start);
  const found = await stat(start).catch(() => undefined);
  const toPath = (real: string) => relative(root, real).split(sep).join('/');
  if (found?.isFile() === true) yield { path: toPath(start), real: start };
  else if (found?.isDirectory() !== true) {
    throw new CrewError('FILE_NOT_FOUND', `expected a folder or file, found none: \`${options.start}\``);
  }
  const folders = found.isDirectory() ? [start] : [];
  for (const folder of folders) {
    options.signal.throwIfAborted();
    for (const entry of await entriesOf(folder, toPath(folder), options.onSkipped)) {
      const real = join(folder, entry.name);
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) folders.push(real);
      if (entry.isFile()) yield { path: toPath(real), real };
      if (!entry.isSymbolicLink()) continue;
      const target = await linkedFile(root, real);
      if (target !== undefined) yield { path: toPath(real), real: target };
    }
  }
}

async function entriesOf(
  folder: string,
  path: string,
  onSkipped: (line: string) => void,
): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    onSkipped(`the folder \`${path}\` cannot be read: ${String((error as NodeJS.ErrnoException).code)}`);
    return [];
  }
}

/** The real path of a linked regular file inside the workspace; undefined for every other link. */
async function linkedFile(root: string, link: string): Promise<string | undefined> {
  try {
    const real = await workspacePath(root, link);
    return (await stat(real)).isFile() ? real : undefined;
  } catch {
    // A link that dangles, turns in a circle or leads out of the workspace is as good as not there.
    return undefined;
  }
}
