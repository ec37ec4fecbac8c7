import { readFileSync } from 'node:fs';

/** A process by number and start time, so that a reused number is not mistaken for the process that had it before. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

let self: ProcessIdentity | undefined;

/** This process. `start` is empty where the system does not tell start times. */
export function thisProcess(): ProcessIdentity {
  self ??= { pid: process.pid, start: startTimeOf(process.pid) };
  return self;
}

/** Whether exactly this process is still running. Where start times are unknown, the number alone decides. */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return identity.start === startTimeOf(identity.pid);
}

/**
 * Field 22 of Linux's /proc/PID/stat; the second field may contain spaces, so counting begins after its bracket. A process
 * that has ended and that nobody has buried yet (state Z) has none.
 */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? '' : (fields[18] ?? '');
  } catch {
    return '';
  }
}
