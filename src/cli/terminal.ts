import { writeSync } from 'node:fs';
import type { Interface } from 'node:readline';
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
    // A terminal that nobody gave a size says 0.
    columns: process.stderr.columns || 120,
    rows: process.stderr.rows,
    interactive: process.stdin.isTTY === true && stderrIsTerminal,
    readLine,
    stdoutIsTerminal,
    stderrIsTerminal,
    stdoutColor: color(stdoutIsTerminal),
    stderrColor: color(stderrIsTerminal),
    stdout: text => write(1, text),
    stderr: text => write(2, text),
  };
}

/** The prompt that is on the screen; what is written meanwhile stands above it. */
let prompt: { readonly hide: () => void; readonly show: () => void } | undefined;

/**
 * A line that is typed after the prompt. What was typed before it, and what is typed and not entered when the signal
 * aborts, belongs to another question and is dropped. Ctrl+C stays a signal.
 */
async function readLine(text: string, signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await loadLineReader();
  await discardTyped();
  if (signal.aborted || process.stdin.readableEnded) return undefined;
  const { stdin: input, stderr: output } = process;
  const lines = createInterface({ input, output, terminal: true, historySize: 0, prompt: text });
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  lines.prompt();
  try {
    return await new Promise<string | undefined>(resolve => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
      prompt = promptOf(lines);
    });
  } finally {
    prompt = undefined;
    lines.close();
    input.pause();
  }
}

/** Takes the prompt and what was typed behind it off the screen, and puts them there again. */
function promptOf(lines: Interface): NonNullable<typeof prompt> {
  let rows = 0;
  return {
    hide: () => {
      rows = lines.getCursorPos().rows;
      writeAll(2, `\r${rows > 0 ? `\x1b[${rows}A` : ''}\x1b[J`);
    },
    // The reader goes up the rows that it had before it draws again.
    show: () => {
      writeAll(2, '\n'.repeat(rows));
      lines.prompt(true);
    },
  };
}

function write(descriptor: 1 | 2, text: string): void {
  const shown = prompt;
  if (shown === undefined || (process.stdout.isTTY !== true && descriptor === 1))
    return writeAll(descriptor, text);
  shown.hide();
  writeAll(descriptor, text.endsWith('\n') ? text : `${text}\n`);
  shown.show();
}

/** Nobody reads a question and answers it in less. */
const DISCARD_MS = 300;
const CTRL_C = 3;

/**
 * What was typed before a question was shown is no answer to it, whether it was entered or not: only without the line
 * discipline of the terminal does a line that was not entered come out.
 */
async function discardTyped(): Promise<void> {
  const { stdin } = process;
  const take = (typed: Buffer): void => {
    if (stdin.isTTY && typed.includes(CTRL_C)) process.kill(process.pid, 'SIGINT');
  };
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', take);
  await sleep(DISCARD_MS);
  stdin.off('data', take);
  stdin.pause();
  if (stdin.isTTY) stdin.setRawMode(false);
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
