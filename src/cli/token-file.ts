import { closeSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { CrewError } from '../model/crew-error.ts';
import { replaceFile } from './trust-store.ts';

/** 32 bytes in base64url, and a line feed. */
const TOKEN = /^[\w-]{43}\n?$/;
const TOKEN_FILE_BYTES = 44;
const OWNER_ONLY_FILE = 0o600;

/**
 * Makes sure that a token may stand at a path: nothing is there, or a token of `crew serve` alone. Fails with FILE_EXISTS,
 * which says what was found, or FILE_UNREADABLE.
 */
export function assertTokenPlace(path: string): void {
  const found = foundAt(path);
  if (found === undefined) return;
  throw new CrewError('FILE_EXISTS', `\`--token-file\` does not replace \`${path}\`, which is ${found}`);
}

/** Writes a token to a file that is whole at once and readable by its owner alone. Fails as `assertTokenPlace` does, or with FILE_UNWRITABLE. */
export function writeTokenFile(path: string, token: string): void {
  assertTokenPlace(path);
  replaceFile(path, `${token}\n`, OWNER_ONLY_FILE);
}

function foundAt(path: string): string | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (!stats.isFile()) return kindOf(stats);
    const isToken = stats.size <= TOKEN_FILE_BYTES && TOKEN.test(readStart(path));
    return isToken ? undefined : 'a file that is not one token of `crew serve`';
  } catch (error) {
    throw new CrewError('FILE_UNREADABLE', `\`${path}\` cannot be read: ${(error as Error).message}`);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  return stats.isDirectory() ? 'a folder' : 'no regular file';
}

function readStart(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(TOKEN_FILE_BYTES);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, TOKEN_FILE_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
