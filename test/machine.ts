import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { vi } from 'vitest';

/** Whether this machine has terminals that tests can type into. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** Whether this machine lets us make sandboxes; that the program is there is not enough in some containers. */
export const hasBubblewrap =
  spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']).status === 0;

/** Whether a process is there. A dead one that nobody has waited for yet still answers to signals. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until something holds, for as long as a busy machine may need. */
export async function until(holds: () => boolean): Promise<void> {
  await vi.waitUntil(holds, { timeout: 25_000, interval: 5 });
}
