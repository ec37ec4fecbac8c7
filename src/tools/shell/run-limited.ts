import { randomUUID } from 'node:crypto';
import type { Sandbox } from '../../model/mcp-server.ts';
import { CHECKOUT_VARIABLE, commandEnvironment } from '../change/command-environment.ts';
import { createOutputTail } from '../change/output-tail.ts';
import { killMarked, killMarkedAtExit } from '../kill-marked.ts';
import { runProgram } from '../run-program.ts';
import { sandboxedProgram } from '../sandbox/sandboxed-program.ts';

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const GRACE_MS = 2000;

/** How to run a program that nobody knows. `workspace` is what paths of the sandbox count from, and what it hides. */
export interface LimitedRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly workspace: string;
  readonly sandbox?: Sandbox | undefined;
  readonly input?: string;
  readonly timeoutMs: number;
  /** What marks its processes, so that others can end them; made up when left out. */
  readonly mark?: string | undefined;
  /** A folder made for it alone; whatever works there when it has ended, is ended. Its temporary files go to `temporary`. */
  readonly own?: { readonly folder: string; readonly temporary: string } | undefined;
  /** The last bytes of the output that are given back. */
  readonly keepBytes: number;
  readonly signal: AbortSignal;
}

/** How it ended. `exitCode` is null when it was stopped or a signal ended it; `output` is both of its outputs together. */
export interface LimitedResult {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly output: string;
  readonly truncated: boolean;
}

/**
 * Runs a program in a process group of its own, with a short list of variables, and ends all that it has started, also what
 * has left the group. Keys and tokens of the environment never reach it. Fails with TOOL_MISSING, SANDBOX_MISSING, or
 * TOOL_FAILED when aborted; a program that fails, hangs or floods is a result.
 */
export async function runLimited(run: LimitedRun): Promise<LimitedResult> {
  const { command, args, cwd, workspace, sandbox, timeoutMs, signal, own, mark = randomUUID() } = run;
  const temporary = sandbox === undefined && own !== undefined ? temporaryIn(own.temporary) : {};
  const env = { ...commandEnvironment(process.env, mark), ...temporary };
  const plain = { command, args, cwd };
  const inside =
    sandbox === undefined
      ? plain
      : await sandboxedProgram({ program: { ...plain, env: present(env) }, sandbox, workspace });
  const tail = createOutputTail({ keepBytes: run.keepBytes, maxBytes: MAX_OUTPUT_BYTES });
  const deadline = AbortSignal.timeout(timeoutMs);
  const variable = `${CHECKOUT_VARIABLE}=${mark}`;
  const forgetMark = killMarkedAtExit(variable);
  try {
    const { exitCode, cut } = await runProgram({
      program: inside.command,
      args: inside.args,
      cwd: inside.cwd,
      env,
      input: run.input ?? '',
      signal: AbortSignal.any([signal, deadline]),
      timeoutMs: timeoutMs + 2 * GRACE_MS,
      graceMs: GRACE_MS,
      onStdout: tail.push,
      onStderr: tail.push,
    });
    const { text, truncated } = tail.read();
    return { exitCode, timedOut: false, output: text, truncated: truncated || cut };
  } catch (error) {
    if (signal.aborted || !deadline.aborted) throw error;
    const { text, truncated } = tail.read();
    return { exitCode: null, timedOut: true, output: text, truncated };
  } finally {
    await killMarked(variable, { folder: own?.folder });
    forgetMark();
  }
}

/** A sandbox has a place of its own for them. */
function temporaryIn(folder: string): NodeJS.ProcessEnv {
  return { TMPDIR: folder, TMP: folder, TEMP: folder };
}

function present(env: NodeJS.ProcessEnv): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
