import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const ROUNDS = 40;
const ROUND_MS = 25;
/** Whoever ends this process at once still waits for so many looks. */
const LAST_ROUNDS = 20;
const LAST_ROUND_MS = 5;

/** Variables (`NAME=value`) of processes that must not outlive this one. */
const watched = new Set<string>();

/**
 * Kills the processes that have this variable (`NAME=value`) in their environment, wherever they have gone: a process that
 * left its group still inherits it. With `folder`, which nobody else has anything to do with, also those that work in it: such as
 * have cleared their environment. Only Linux shows the environment of processes; elsewhere, and for a process that left both
 * behind, nothing happens. Waits until they are gone, at most a second.
 */
export async function killMarked(
  variable: string,
  { folder }: { readonly folder?: string | undefined } = {},
): Promise<void> {
  if (process.platform !== 'linux') return;
  for (let round = 0; round < ROUNDS; round += 1) {
    const strays = await findStrays(variable, folder);
    if (strays.length === 0) return;
    for (const pid of strays) kill(pid);
    await pause(ROUND_MS);
  }
}

/**
 * Kills such processes when this process exits, before it is gone, however soon that is. The function that is returned
 * ends that; it may be called again.
 */
export function killMarkedAtExit(variable: string): () => void {
  if (watched.size === 0) process.on('exit', killWatched);
  watched.add(variable);
  return () => {
    watched.delete(variable);
    if (watched.size === 0) process.off('exit', killWatched);
  };
}

/** While a process exits, nothing can be waited for but the clock. */
function killWatched(): void {
  if (process.platform !== 'linux') return;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; round < LAST_ROUNDS; round += 1) {
    const strays = pidsIn(readdirSync('/proc')).filter(pid => isMarked(environmentNow(pid), watched));
    if (strays.length === 0) return;
    for (const pid of strays) kill(pid);
    Atomics.wait(clock, 0, 0, LAST_ROUND_MS);
  }
}

async function findStrays(variable: string, folder: string | undefined): Promise<readonly number[]> {
  const pids = pidsIn(await readdir('/proc'));
  const marked = await Promise.all(
    pids.map(async pid => {
      // Processes of others and those that have just ended cannot be read.
      const variables = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (isMarked(variables, new Set([variable]))) return true;
      return folder !== undefined && isBelow(folder, await readlink(`/proc/${pid}/cwd`).catch(() => ''));
    }),
  );
  return pids.filter((_pid, at) => marked[at] === true);
}

/** A folder that is gone already is shown with a word behind it. */
function isBelow(folder: string, place: string): boolean {
  return place === folder || place === `${folder} (deleted)` || place.startsWith(`${folder}/`);
}

function environmentNow(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

/** All processes but this one. */
function pidsIn(names: readonly string[]): readonly number[] {
  return names
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => pid !== process.pid);
}

function isMarked(environment: string, variables: ReadonlySet<string>): boolean {
  return environment.split('\0').some(one => variables.has(one));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
