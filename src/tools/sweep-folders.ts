import { randomBytes } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { killStrays } from './change/kill-strays.ts';
import { removeFolder } from './change/remove-folder.ts';

/** No call lasts so long: its commands have at most an hour each. */
const MAX_AGE_MS = 24 * 3600 * 1000;

/** A new name that tells `sweepFolders` whose folder it is: `<prefix><host>-<process id>-<12 hex digits>`. Random. */
export function ownFolderName(prefix = ''): string {
  return `${prefix}${hostname()}-${process.pid}-${randomBytes(6).toString('hex')}`;
}

/**
 * Removes the folders that crashed processes left in `home`, with what still runs in them: those of processes of this
 * machine that are gone, and all that are older than a day. Folders with other names or of other users are left alone, and
 * links too; what cannot be removed is told.
 */
export async function sweepFolders(
  home: string,
  { prefix = '', notice }: { readonly prefix?: string; readonly notice: (text: string) => void },
): Promise<void> {
  for (const name of await readdir(home)) {
    const folder = join(home, name);
    if (!name.startsWith(prefix) || !(await isStale(folder, name.slice(prefix.length)))) continue;
    await killStrays(folder);
    await removeFolder(folder).catch((error: Error) => notice(`a stale folder is left: ${error.message}`));
  }
}

async function isStale(folder: string, name: string): Promise<boolean> {
  const [, host, pid] = /^(.+)-(\d+)-[0-9a-f]{12}$/.exec(name) ?? [];
  if (host === undefined) return false;
  const made = await lstat(folder).catch(() => undefined);
  if (made?.isDirectory() !== true || made.uid !== (process.getuid?.() ?? made.uid)) return false;
  if (host === hostname() && !isAlive(Number(pid))) return true;
  return Date.now() - made.mtimeMs > MAX_AGE_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
