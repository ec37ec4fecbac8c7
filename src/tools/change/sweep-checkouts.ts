import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { killStrays } from './kill-strays.ts';
import { removeFolder } from './remove-folder.ts';

/** No call lasts so long: its commands have at most an hour each. */
const MAX_AGE_MS = 24 * 3600 * 1000;

/**
 * Removes checkouts that crashed processes left in `home`, with what still runs in them: those of processes of this
 * machine that are gone, and all that are older than a day. Folders with other names are left alone; what cannot be
 * removed is told.
 */
export async function sweepCheckouts(home: string, notice: (text: string) => void): Promise<void> {
  for (const name of await readdir(home)) {
    const folder = join(home, name);
    if (!(await isStale(folder, name))) continue;
    await killStrays(folder);
    await removeFolder(folder).catch((error: Error) => notice(`a stale checkout is left: ${error.message}`));
  }
}

async function isStale(folder: string, name: string): Promise<boolean> {
  const [, host, pid] = /^(.+)-(\d+)-[0-9a-f]{12}$/.exec(name) ?? [];
  if (host === undefined) return false;
  if (host === hostname() && !isAlive(Number(pid))) return true;
  const made = await stat(folder).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > MAX_AGE_MS;
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
