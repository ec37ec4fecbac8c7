import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { CrewError } from '../model/crew-error.ts';
import { signalGroup } from './signal-group.ts';

const STDERR_TAIL_BYTES = 4096;
const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_STDOUT_BYTES = 64 * 1024 * 1024;

/** How to run one program. There is no shell: `args` reach the program as they are. */
export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** The whole environment; by default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Written to the standard input, which is then closed. */
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly maxStdoutBytes?: number;
  /** Takes the output piece by piece instead of `stdout`; `false` says that no more is needed and stops the program. */
  readonly onStdout?: (chunk: Buffer) => boolean;
  /** Takes the standard error piece by piece as well as `stderr`; `false` stops the program. */
  readonly onStderr?: (chunk: Buffer) => boolean;
  /**
   * For programs that nobody knows: one that is stopped is asked to end (SIGTERM) and killed so many milliseconds later,
   * and pipes that a runaway descendant keeps open are given up as long after its end, or when it would have been stopped then.
   * By default it is killed at once.
   */
  readonly graceMs?: number;
}

/** What a program did. `exitCode` is null when a signal ended it, also when it was stopped by `onStdout` or the cap. */
export interface ProgramResult {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  /** The output went on beyond `maxStdoutBytes`, or `onStdout` wanted no more of it. */
  readonly cut: boolean;
  /** The last 4 KiB of the standard error, trimmed. */
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/**
 * Runs a program to its end and gives its output; a non-zero exit code is a result, not an error.
 * The program leads its own process group, which is killed when the signal aborts, the time is over (default 2
 * minutes), the output is longer than the cap (default 64 MiB), the program has ended, or this process exits.
 * Fails with TOOL_MISSING when there is no such program, TOOL_FAILED when it was aborted, too slow or not startable;
 * a `CrewError` that is the abort reason is passed on.
 */
export function runProgram(call: ProgramCall): Promise<ProgramResult> {
  if (call.signal.aborted) return Promise.reject(abortFailure(call));
  return new Promise((resolve, reject) => {
    const child = start(call);
    const output = collectOutput(child, call);
    const ending = groupEnding(child, call.graceMs);
    let failure: CrewError | undefined;
    const stop = (reason: CrewError) => {
      if (ending.hasExited()) return ending.giveUp();
      failure ??= reason;
      ending.stop();
    };
    const onAbort = () => stop(abortFailure(call));
    const timeoutMs = call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const timer = setTimeout(
      () => stop(new CrewError('TOOL_FAILED', `${title(call)} did not finish within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      ending.settled();
      call.signal.removeEventListener('abort', onAbort);
      forget(child);
      finish();
    };
    call.signal.addEventListener('abort', onAbort, { once: true });
    child.once('exit', ending.exited);
    child.once('error', error => settle(() => reject(failure ?? startFailure(call, error))));
    child.once('close', exitCode =>
      settle(() => {
        if (failure !== undefined) reject(failure);
        else if (output.readerFailure() !== undefined) reject(output.readerFailure());
        else resolve({ exitCode, ...output.finish() });
      }),
    );
  });
}

function start(call: ProgramCall): ChildProcess {
  const child = spawn(call.program, call.args, {
    cwd: call.cwd,
    env: call.env ?? process.env,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (running.size === 0) process.on('exit', killAll);
  running.add(child);
  // The program may end before it has read its input; its exit code tells what that means.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(call.input ?? '');
  return child;
}

interface GroupEnding {
  stop(): void;
  exited(): void;
  /** Whether its end is known already, and only its pipes are waited for. */
  hasExited(): boolean;
  giveUp(): void;
  settled(): void;
}

/** How the group of a program ends: at once, or with a grace when it is given one. */
function groupEnding(child: ChildProcess, graceMs: number | undefined): GroupEnding {
  const timers: NodeJS.Timeout[] = [];
  let hasExited = false;
  const giveUp = (): void => {
    for (const pipe of [child.stdout, child.stderr]) pipe?.destroy();
  };
  return {
    hasExited: () => hasExited && graceMs !== undefined,
    giveUp,
    stop: () => {
      if (graceMs === undefined) return signalGroup(child, 'SIGKILL');
      signalGroup(child, 'SIGTERM');
      timers.push(setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs));
    },
    // A descendant that outlives the program would hold the pipes open, and `close` would never come.
    exited: () => {
      hasExited = true;
      signalGroup(child, 'SIGKILL');
      // One that left the group is out of reach of its signals.
      if (graceMs !== undefined) timers.push(setTimeout(giveUp, graceMs));
    },
    settled: () => timers.map(clearTimeout),
  };
}

interface CollectedOutput {
  finish(): { stdout: Buffer; cut: boolean; stderr: string };
  readerFailure(): unknown;
}

function collectOutput(child: ChildProcess, call: ProgramCall): CollectedOutput {
  const maxBytes = call.maxStdoutBytes ?? DEFAULT_MAX_STDOUT_BYTES;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let cut = false;
  let failure: unknown;
  let stderr = Buffer.alloc(0);
  const keep = (chunk: Buffer): boolean => {
    if (call.onStdout !== undefined) return call.onStdout(chunk);
    chunks.push(chunk.subarray(0, maxBytes - bytes));
    bytes += chunk.length;
    return bytes <= maxBytes;
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    if (cut) return;
    try {
      cut = !keep(chunk);
    } catch (error) {
      failure = error;
      cut = true;
    }
    if (cut) signalGroup(child, 'SIGKILL');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = Buffer.concat([stderr, chunk]).subarray(-STDERR_TAIL_BYTES);
    if (cut || call.onStderr === undefined || call.onStderr(chunk)) return;
    cut = true;
    signalGroup(child, 'SIGKILL');
  });
  return {
    finish: () => ({ stdout: Buffer.concat(chunks), cut, stderr: stderr.toString('utf8').trim() }),
    readerFailure: () => failure,
  };
}

function killAll(): void {
  for (const child of running) signalGroup(child, 'SIGKILL');
}

function forget(child: ChildProcess): void {
  running.delete(child);
  if (running.size === 0) process.off('exit', killAll);
}

function title(call: ProgramCall): string {
  return `\`${call.program}\``;
}

function abortFailure(call: ProgramCall): CrewError {
  const reason: unknown = call.signal.reason;
  if (reason instanceof CrewError) return reason;
  return new CrewError('TOOL_FAILED', `${title(call)} was stopped before it finished`, { cause: reason });
}

function startFailure(call: ProgramCall, error: NodeJS.ErrnoException): CrewError {
  // `spawn` says ENOENT for a missing folder as well as for a missing program.
  if (error.code === 'ENOENT' && !existsSync(call.cwd)) {
    return new CrewError('TOOL_FAILED', `${title(call)} cannot start: there is no folder \`${call.cwd}\``);
  }
  if (error.code === 'ENOENT') {
    return new CrewError('TOOL_MISSING', `the program \`${call.program}\` was not found on the PATH`);
  }
  return new CrewError('TOOL_FAILED', `${title(call)} cannot start: ${error.message}`, { cause: error });
}
