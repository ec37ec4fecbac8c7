import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import { promptNameOf } from '../model/prompt-file.ts';
import type { ListFolder, ReadSource } from '../model/source.ts';
import { decodeText } from './decode-text.ts';

/**
 * Reads source files relative to `cwd`; a file that is not there, or is no file, is undefined. Fails with FILE_UNREADABLE, also
 * for a prompt file that is a link.
 */
export function sourceReader(cwd: string): ReadSource {
  return path => {
    refuseLink(cwd, path);
    const bytes = readBytes(cwd, path);
    return bytes === undefined ? undefined : decodeText(bytes);
  };
}

/** Version control keeps no more of a link than where it leads, so a lock could not say what a model is sent. */
function refuseLink(cwd: string, path: string): void {
  if (promptNameOf(path) === undefined) return;
  if (lstatSync(resolve(cwd, path), { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new CrewError('FILE_UNREADABLE', `\`${path}\` is a link; a prompt file must be a file of its own`);
}

function readBytes(cwd: string, path: string): Buffer | undefined {
  try {
    return readFileSync(resolve(cwd, path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw new CrewError('FILE_UNREADABLE', `\`${path}\` cannot be read: ${(error as Error).message}`);
  }
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

/** Reads a text file that somebody named, as `shown`. Fails with FILE_NOT_FOUND, or FILE_UNREADABLE, also for what is not text. */
export function readNamedFile(cwd: string, path: string, shown = path): string {
  const bytes = readBytes(cwd, path);
  if (bytes === undefined) throw missingFile(cwd, path);
  return textOf(bytes, `\`${shown}\``);
}

/** Bytes as the text that they are in UTF-8, of which `name` is said in the error. Fails with FILE_UNREADABLE for anything else. */
export function textOf(bytes: Buffer, name: string): string {
  if (!bytes.includes(0) && isUtf8(bytes)) return bytes.toString('utf8');
  throw new CrewError('FILE_UNREADABLE', `${name} is not text: expected UTF-8, and found other bytes`);
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
