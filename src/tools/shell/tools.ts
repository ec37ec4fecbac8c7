import { randomUUID } from 'node:crypto';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Sandbox } from '../../model/mcp-server.ts';
import type { Tool, ToolContext } from '../../ports/tool.ts';
import { countArgument, optionalTextArgument, textsArgument } from '../arguments.ts';
import { CHECKOUT_VARIABLE, commandEnvironment } from '../change/command-environment.ts';
import { createOutputTail } from '../change/output-tail.ts';
import { killMarked, killMarkedAtExit } from '../kill-marked.ts';
import { runProgram } from '../run-program.ts';
import { sandboxedProgram } from '../sandbox/sandboxed-program.ts';
import { SHELL_RUN } from './specs.ts';

const KEPT_OUTPUT_BYTES = 64_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const GRACE_MS = 2000;
const DEFAULT_TIMEOUT_S = 120;

/**
 * The tools of `builtin:shell`, whose programs see of this machine what `sandbox` says, or all that this person sees when
 * there is none. Keys and tokens of the environment never reach them, and nothing that they start lives on. Calls fail with
 * TOOL_MISSING, SANDBOX_MISSING, TOOL_ARGUMENTS, or TOOL_FAILED when aborted.
 */
export function createShellTools(sandbox?: Sandbox): readonly Tool[] {
  return [{ spec: SHELL_RUN, call: (args, context) => run(args, context, sandbox) }];
}

async function run(
  args: JsonObject,
  { workspace, signal }: ToolContext,
  sandbox: Sandbox | undefined,
): Promise<JsonObject> {
  const [command = '', ...rest] = textsArgument(args, 'command');
  if (command === '')
    throw new CrewError('TOOL_ARGUMENTS', '`command` is empty; its first item is the program');
  const timeoutMs = (countArgument(args, 'timeout_s') ?? DEFAULT_TIMEOUT_S) * 1000;
  const mark = randomUUID();
  const env = commandEnvironment(process.env, mark);
  const plain = { command, args: rest, cwd: workspace };
  const inside =
    sandbox === undefined
      ? plain
      : await sandboxedProgram({ program: { ...plain, env: present(env) }, sandbox, workspace });
  const tail = createOutputTail({ keepBytes: KEPT_OUTPUT_BYTES, maxBytes: MAX_OUTPUT_BYTES });
  const deadline = AbortSignal.timeout(timeoutMs);
  const variable = `${CHECKOUT_VARIABLE}=${mark}`;
  const forgetMark = killMarkedAtExit(variable);
  try {
    const { exitCode, cut } = await runProgram({
      program: inside.command,
      args: inside.args,
      cwd: inside.cwd,
      env,
      input: optionalTextArgument(args, 'input') ?? '',
      signal: AbortSignal.any([signal, deadline]),
      timeoutMs: timeoutMs + 2 * GRACE_MS,
      graceMs: GRACE_MS,
      onStdout: tail.push,
      onStderr: tail.push,
    });
    const { text, truncated } = tail.read();
    return { exit_code: exitCode, timed_out: false, output: text, truncated: truncated || cut };
  } catch (error) {
    if (signal.aborted || !deadline.aborted) throw error;
    const { text, truncated } = tail.read();
    return { exit_code: null, timed_out: true, output: text, truncated };
  } finally {
    await killMarked(variable);
    forgetMark();
  }
}

function present(env: NodeJS.ProcessEnv): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
