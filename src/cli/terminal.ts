import { writeSync } from 'node:fs';
import type { Terminal } from './command.ts';

/**
 * The terminal of this process. Writing is synchronous, so nothing is lost at exit; a reader that went away ends the
 * program quietly, as `head` expects. Colours follow NO_COLOR, FORCE_COLOR, TERM and whether there is a terminal.
 */
export function openTerminal(version: string): Terminal {
  const { env } = process;
  const stdoutIsTerminal = process.stdout.isTTY === true;
  const stderrIsTerminal = process.stderr.isTTY === true;
  const color = (isTerminal: boolean): boolean => {
    if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
    if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true;
    return isTerminal && env.TERM !== 'dumb';
  };
  return {
    cwd: process.cwd(),
    env,
    version,
    columns: process.stderr.columns ?? 120,
    stdoutIsTerminal,
    stderrIsTerminal,
    stdoutColor: color(stdoutIsTerminal),
    stderrColor: color(stderrIsTerminal),
    stdout: text => writeAll(1, text),
    stderr: text => writeAll(2, text),
  };
}

const RETRY_AFTER_MS = 5;

function writeAll(descriptor: 1 | 2, text: string): void {
  let rest = Buffer.from(text, 'utf8');
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
      // A full pipe that does not block: wait for its reader without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_AFTER_MS);
    }
  }
}
