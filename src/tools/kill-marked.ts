import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const ROUNDS = 40;
const ROUND_MS = 25;

/**
 * Kills the processes that have this variable (`NAME=value`) in their environment, wherever they have gone: a process that
 * left its group still inherits it. Only Linux shows the environment of processes; elsewhere, and for a process that
 * clears its environment, nothing happens. Waits until they are gone, at most a second.
 */
export async function killMarked(variable: string): Promise<void> {
  if (process.platform !== 'linux') return;
  for (let round = 0; round < ROUNDS; round += 1) {
    const strays = await findMarked(variable);
    if (strays.length === 0) return;
    for (const pid of strays) kill(pid);
    await pause(ROUND_MS);
  }
}

async function findMarked(variable: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number);
  const marked = await Promise.all(
    pids.map(async pid => {
      // Processes of others and those that have just ended cannot be read.
      const variables = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return variables.split('\0').includes(variable);
    }),
  );
  return pids.filter((pid, at) => marked[at] === true && pid !== process.pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
