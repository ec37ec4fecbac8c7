import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { CrewError } from '../../model/crew-error.ts';
import { type FileContent, fileContent } from '../file-content.ts';

/**
 * Reads a regular file by its real path, at most `maxBytes`; a longer one is `too-large` and is not read.
 * What is not a regular file (folder, pipe, device, link) is `missing`. Fails with FILE_UNREADABLE.
 */
export async function readFile(path: string, maxBytes: number): Promise<FileContent> {
  try {
    const stat = await lstat(path);
    if (!stat.isFile()) return { kind: 'missing' };
    if (stat.size > maxBytes) return { kind: 'too-large', bytes: stat.size };
    // O_NOFOLLOW and O_NONBLOCK: the path may have become a link or a pipe since it was looked at.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return fileContent(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    throw new CrewError('FILE_UNREADABLE', `cannot read \`${path}\`: ${String(code)}`, { cause: error });
  }
}
