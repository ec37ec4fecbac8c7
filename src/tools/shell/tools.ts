import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Sandbox } from '../../model/mcp-server.ts';
import type { Tool, ToolContext } from '../../ports/tool.ts';
import { countArgument, optionalTextArgument, textsArgument } from '../arguments.ts';
import { runLimited } from './run-limited.ts';
import { SHELL_RUN } from './specs.ts';

const KEPT_OUTPUT_BYTES = 64_000;
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
  const { exitCode, timedOut, output, truncated } = await runLimited({
    command,
    args: rest,
    cwd: workspace,
    workspace,
    sandbox,
    input: optionalTextArgument(args, 'input') ?? '',
    timeoutMs: (countArgument(args, 'timeout_s') ?? DEFAULT_TIMEOUT_S) * 1000,
    keepBytes: KEPT_OUTPUT_BYTES,
    signal,
  });
  return { exit_code: exitCode, timed_out: timedOut, output, truncated };
}
