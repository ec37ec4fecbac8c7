import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CrewError } from '../model/crew-error.ts';
import type { Terminal } from './command.ts';
import { loadLineReader } from './wire.ts';

/**
 * The terminal of this process. Writing is synchronous, so nothing is lost at exit. A reader of stdout that went away
 * ends the program quietly, as `head` expects; progress that nobody can see is dropped. Colours follow NO_COLOR, FORCE_COLOR, TERM and whether there is a terminal.
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
    interactive: process.stdin.isTTY === true && stderrIsTerminal,
    readLine,
    stdoutIsTerminal,
    stderrIsTerminal,
    stdoutColor: color(stdoutIsTerminal),
    stderrColor: color(stderrIsTerminal),
    stdout: text => writeAll(1, text),
    stderr: text => writeAll(2, text),
  };
}

/** A line of standard input that is typed after the prompt; Ctrl+C stays a signal, because the terminal is not taken over. */
async function readLine(prompt: string, signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await loadLineReader();
  await discardTyped();
  if (signal.aborted || process.stdin.readableEnded) return undefined;
  writeAll(2, prompt);
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    return await new Promise<string | undefined>(resolve => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  } finally {
    lines.close();
    process.stdin.pause();
  }
}

const DISCARD_MS = 20;

/** What was typed before a question was shown is no answer to it. */
async function discardTyped(): Promise<void> {
  const ignore = (): void => undefined;
  process.stdin.on('data', ignore);
  await sleep(DISCARD_MS);
  process.stdin.off('data', ignore);
  process.stdin.pause();
}

const RETRY_AFTER_MS = 5;
/** The reader went away, the terminal was closed, the descriptor was never open, the disk of a log file is full. */
const GONE = new Set(['EPIPE', 'EIO', 'EBADF', 'ENOSPC']);

function writeAll(descriptor: 1 | 2, text: string): void {
  let rest = Buffer.from(text, 'utf8');
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (descriptor === 2 && GONE.has(code)) return;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw cannotWrite(error, code);
      // A full pipe that does not block: wait for its reader without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_AFTER_MS);
    }
  }
}

/** A result that cannot be written is the world's trouble, such as a full disk, not ours. */
function cannotWrite(error: unknown, code: string): unknown {
  if (!['ENOSPC', 'EIO', 'EBADF', 'EDQUOT', 'EFBIG'].includes(code)) return error;
  return new CrewError('FILE_UNWRITABLE', `stdout cannot be written: ${(error as Error).message}`, {
    cause: error,
  });
}
