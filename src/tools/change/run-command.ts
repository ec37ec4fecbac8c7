import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import { killMarkedAtExit } from '../kill-marked.ts';
import { runProgram } from '../run-program.ts';
import type { Checkout } from './checkout.ts';
import { CHECKOUT_VARIABLE, commandEnvironment } from './command-environment.ts';
import { killStrays } from './kill-strays.ts';
import { createOutputTail } from './output-tail.ts';
import { readClues } from './read-clues.ts';

const KEPT_OUTPUT_BYTES = 16_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const GRACE_MS = 2000;
/** What shells say of a program that is not there. */
const NOT_FOUND_EXIT_CODE = 127;

/** How one run of the command ended; `passes` is exit code 0, nothing else. */
export interface CommandRun extends JsonObject {
  readonly exit_code: number | null;
  readonly timed_out: boolean;
  readonly passes: boolean;
  readonly output: string;
  readonly truncated: boolean;
}

/**
 * Runs a command in a checkout. A command that fails, hangs or floods is a result; one that cannot be found is TOOL_MISSING,
 * unless it is a file of the checkout, which a change may still have to bring (exit code 127). Paths of the checkout
 * are written relative, so that the output does not depend on where it was. Fails with TOOL_FAILED when aborted.
 */
export async function runCommand(options: {
  readonly checkout: Checkout;
  readonly command: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<CommandRun> {
  const { checkout, command, timeoutMs, signal } = options;
  const [program = '', ...args] = command;
  const tail = createOutputTail({ keepBytes: KEPT_OUTPUT_BYTES, maxBytes: MAX_OUTPUT_BYTES });
  const deadline = AbortSignal.timeout(timeoutMs);
  const forgetMark = killMarkedAtExit(`${CHECKOUT_VARIABLE}=${checkout.root}`);
  const ended = await runProgram({
    program,
    args,
    cwd: checkout.folder,
    env: commandEnvironment(process.env, checkout.root),
    signal: AbortSignal.any([signal, deadline]),
    timeoutMs: timeoutMs + 2 * GRACE_MS,
    graceMs: GRACE_MS,
    onStdout: tail.push,
    onStderr: tail.push,
  })
    .then(({ exitCode, cut }) => ({ exitCode, stopped: cut ? floodRemark() : undefined }))
    .catch((error: unknown) => {
      if (error instanceof CrewError && error.code === 'TOOL_MISSING' && /[\\/]/.test(program)) {
        return { exitCode: NOT_FOUND_EXIT_CODE, stopped: error.message };
      }
      if (signal.aborted || !deadline.aborted) throw error;
      return { exitCode: null, stopped: `stopped: not done within ${timeoutMs / 1000} s` };
    })
    .finally(() => killStrays(checkout.root).finally(forgetMark));
  const { text, truncated } = tail.read();
  const remark = ended.stopped === undefined ? '' : `[${ended.stopped}]\n`;
  const output = endedLine(withoutFolder(text, checkout)) + remark;
  const passes = ended.exitCode === 0;
  const clues = passes ? { messages: [], places: [] } : await readClues(output, checkout.folder);
  return {
    exit_code: ended.exitCode,
    timed_out: ended.exitCode === null && deadline.aborted,
    passes,
    output,
    truncated,
    ...clues,
  };
}

function floodRemark(): string {
  return `stopped: more than ${MAX_OUTPUT_BYTES} bytes of output`;
}

/** The name of a checkout is made up, so no two outputs would be the same. */
function withoutFolder(text: string, { folder, root }: Checkout): string {
  return text.replaceAll(`file://${folder}/`, '').replaceAll(`${folder}/`, '').replaceAll(root, '.');
}

function endedLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
