/**
 * Owns the process of one server.
 * 1. It leads a process group of its own; ending it closes its input, then SIGTERM, then SIGKILL go to the whole group.
 * 2. What left the group is found by a variable that all of its descendants inherit (Linux), also when this process exits at
 *    once.
 * 3. When this process dies, however, a small guard sees its pipe close and kills the group.
 */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { CrewError } from '../../model/crew-error.ts';
import { killMarked, killMarkedAtExit } from '../kill-marked.ts';
import { signalGroup } from '../signal-group.ts';
import { createLineSplitter } from './line-splitter.ts';

const STDERR_TAIL_BYTES = 4096;
const MARK = 'CREW_MCP_SERVER';
/** A server that asks and does not read what it is answered would fill our memory. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
/**
 * How long a server may take to end by itself once its input is closed, and then once it is asked to. A run that is stopped
 * has given its calls three of the five seconds that it may take.
 */
const END_MS = 400;
const TERM_MS = 800;
/** Pipes that a descendant out of reach keeps open are given up after this. */
const PIPES_MS = 500;

/** How a server is started. There is no shell; `env` is its whole environment. */
export interface ServerStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  readonly maxLineBytes: number;
  readonly onLine: (line: string) => void;
  /** Called once, with what happened, when it can say no more. */
  readonly onEnd: (why: string) => void;
}

/** A server that runs. */
export interface ServerProcess {
  /** Fails when the server does not read any more. */
  readonly send: (line: string) => Promise<void>;
  /** The last 4 KiB that it wrote to its standard error, trimmed. */
  readonly stderr: () => string;
  /** Ends it with all its descendants, within about a second and a half. May be called again. */
  readonly close: () => Promise<void>;
}

const running = new Set<ChildProcess>();

/** Starts a server. Fails with TOOL_MISSING when there is no such program, with TOOL_FAILED when it cannot start. */
export async function startServerProcess(start: ServerStart): Promise<ServerProcess> {
  const mark = `${MARK}=${randomUUID()}`;
  const child = spawn(start.command, start.args, {
    cwd: start.cwd,
    env: { ...start.env, [MARK]: mark.slice(MARK.length + 1) },
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const forgetMark = killMarkedAtExit(mark);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', error => {
      forgetMark();
      reject(startFailure(start, error));
    });
  });
  remember(child);
  const guard = startGuard(child);
  const stderr = readStderr(child);
  const gone = new Promise<void>(resolve => {
    child.once('close', () => resolve());
  });
  const end = once((why: string) => start.onEnd(why));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= endGroup(child, gone)
      .then(() => killMarked(mark))
      .finally(() => {
        guard?.kill('SIGKILL');
        forget(child);
        forgetMark();
        end('it was ended');
      });
    return closing;
  };
  readLines(child, start, why => {
    end(why);
    void close();
  });
  child.on('error', () => undefined);
  child.once('exit', (code, signal) => {
    const why = signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
    // What it still said stands in the pipes, unless somebody else holds them open.
    const say = (): void => end(why);
    setTimeout(say, PIPES_MS).unref();
    void gone.then(say);
    void close();
  });
  const send = (line: string): Promise<void> => {
    if (child.stdin.writableLength > MAX_UNREAD_BYTES) {
      end('it does not read what it is sent');
      void close();
    }
    return write(child, line);
  };
  return { send, stderr, close };
}

function once(call: (why: string) => void): (why: string) => void {
  let called = false;
  return why => {
    if (called) return;
    called = true;
    call(why);
  };
}

function readLines(
  child: ChildProcessWithoutNullStreams,
  { maxLineBytes, onLine }: ServerStart,
  onOverflow: (why: string) => void,
): void {
  const splitter = createLineSplitter(maxLineBytes);
  let over = false;
  child.stdout.on('data', (chunk: Buffer) => {
    if (over) return;
    const { lines, overflow } = splitter.take(chunk);
    for (const line of lines) onLine(line);
    if (!overflow) return;
    over = true;
    onOverflow(`it wrote a line of more than ${maxLineBytes} bytes`);
  });
  child.stdout.on('error', () => undefined);
  // What became of it, its end tells.
  child.stdin.on('error', () => undefined);
}

function readStderr(child: ChildProcessWithoutNullStreams): () => string {
  let tail = Buffer.alloc(0);
  child.stderr.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk.subarray(-STDERR_TAIL_BYTES)]).subarray(-STDERR_TAIL_BYTES);
  });
  child.stderr.on('error', () => undefined);
  return () => tail.toString('utf8').trim();
}

function write(child: ChildProcessWithoutNullStreams, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!child.stdin.writable) return reject(new Error('the server does not read any more'));
    child.stdin.write(`${line}\n`, error => (error == null ? resolve() : reject(error)));
  });
}

async function endGroup(child: ChildProcessWithoutNullStreams, gone: Promise<void>): Promise<void> {
  const within = async (ms: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>(resolve => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const ended = new Promise<true>(resolve => {
      if (hasExited(child)) resolve(true);
      else child.once('exit', () => resolve(true));
    });
    const won = await Promise.race([ended, late]);
    clearTimeout(timer);
    return won;
  };
  child.stdin.end();
  if (!(await within(END_MS))) {
    signalGroup(child, 'SIGTERM');
    await within(TERM_MS);
  }
  // Also when it has ended by itself: what it started may live on.
  signalGroup(child, 'SIGKILL');
  const giveUp = setTimeout(() => {
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
  }, PIPES_MS);
  await gone;
  clearTimeout(giveUp);
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** A shell that waits for the end of its input, which comes at the latest with the end of this process. */
function startGuard(child: ChildProcess): ChildProcess | undefined {
  if (process.platform === 'win32' || child.pid === undefined) return undefined;
  const script =
    'read -r _; sleep 1; kill -s TERM -- "-$0" 2>/dev/null; sleep 1; kill -s KILL -- "-$0" 2>/dev/null';
  const guard = spawn('/bin/sh', ['-c', script, String(child.pid)], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => undefined);
  guard.stdin?.on('error', () => undefined);
  guard.unref();
  return guard;
}

function remember(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', killAll);
  running.add(child);
}

function forget(child: ChildProcess): void {
  running.delete(child);
  if (running.size === 0) process.off('exit', killAll);
}

function killAll(): void {
  for (const child of running) signalGroup(child, 'SIGKILL');
}

function startFailure({ command, cwd }: ServerStart, error: NodeJS.ErrnoException): CrewError {
  if (error.code === 'ENOENT' && !existsSync(cwd)) {
    return new CrewError('TOOL_FAILED', `\`${command}\` cannot start: there is no folder \`${cwd}\``);
  }
  if (error.code === 'ENOENT') {
    return new CrewError('TOOL_MISSING', `the program \`${command}\` was not found on the PATH`);
  }
  return new CrewError('TOOL_FAILED', `\`${command}\` cannot start: ${error.message}`, { cause: error });
}
