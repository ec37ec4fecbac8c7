import { readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { ListFolder, ReadSource } from '../model/source.ts';

/** Reads source files relative to `cwd`; a file that is not there, or is no file, is undefined. */
export function sourceReader(cwd: string): ReadSource {
  return path => {
    try {
      return readFileSync(resolve(cwd, path), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
      throw new CrewError('FILE_UNREADABLE', `\`${path}\` cannot be read: ${(error as Error).message}`);
    }
  };
}

/** Names what stands in folders relative to `cwd`, sorted; nothing where there is no such folder, or it cannot be read. */
export function folderLister(cwd: string): ListFolder {
  return path => {
    try {
      return readdirSync(resolve(cwd, path)).toSorted();
    } catch {
      return [];
    }
  };
}

/** Reads a text file that somebody named. Fails with FILE_NOT_FOUND or FILE_UNREADABLE. */
export function readNamedFile(cwd: string, path: string): string {
  const text = sourceReader(cwd)(path);
  if (text === undefined) throw missingFile(cwd, path);
  return text;
}

/** Why a file that somebody named cannot be read: it is not there, or it is a folder. */
export function missingFile(cwd: string, path: string, kind = 'file'): CrewError {
  const isFolder = statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isDirectory() === true;
  return new CrewError(
    'FILE_NOT_FOUND',
    isFolder ? `expected a ${kind}, and \`${path}\` is a folder` : `there is no ${kind} \`${path}\``,
  );
}

/** A folder as an absolute path. Fails with FILE_NOT_FOUND when there is none. */
export function namedFolder(cwd: string, path: string): string {
  const folder = resolve(cwd, path);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return folder;
  throw new CrewError(
    'FILE_NOT_FOUND',
    found === undefined ? `there is no folder \`${path}\`` : `expected a folder, and \`${path}\` is a file`,
  );
}
