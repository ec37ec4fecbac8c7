import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import { MAX_LESSON_LENGTH } from '../../model/limits.ts';
import type { Sandbox } from '../../model/mcp-server.ts';
import type { Tool, ToolContext } from '../../ports/tool.ts';
import { countArgument, optionalTextArgument, textsArgument } from '../arguments.ts';
import { type LimitedResult, runLimited } from '../shell/run-limited.ts';
import { workspacePath } from '../workspace-path.ts';
import { lastJson } from './last-json.ts';
import { readReport } from './read-report.ts';
import { TRIAL_RUN } from './specs.ts';
import { type TrialFolder, withTrialFolder } from './trial-folder.ts';

const KEPT_OUTPUT_BYTES = 64_000;
const DEFAULT_TIMEOUT_MS = 60_000;
/** What an evaluation says is cut from its end, where commands have their sums. */
const SAID_LENGTH = MAX_LESSON_LENGTH - 300;

/** The tools of `builtin:trial`, one row each. */
export const TRIAL_TOOLS: readonly Tool[] = [{ spec: TRIAL_RUN, call: judge }];

/**
 * Runs the command where its arguments say. Fails with TOOL_MISSING, SANDBOX_MISSING, OUTSIDE_WORKSPACE, TOOL_ARGUMENTS, or
 * TOOL_FAILED when aborted; a command that fails, hangs or floods has not passed.
 */
async function judge(args: JsonObject, context: ToolContext): Promise<JsonObject> {
  const artifactAs = optionalTextArgument(args, 'artifact_as');
  const { workspace, signal, notice } = context;
  if (artifactAs === undefined) return runIn(workspace, args, context);
  const { artifact = null } = args;
  const copy = textsArgument(args, 'copy');
  return withTrialFolder({ workspace, copy, artifact, artifactAs, signal, notice }, trial =>
    runIn(trial.folder, args, { ...context, trial }),
  );
}

async function runIn(
  folder: string,
  args: JsonObject,
  { workspace, signal, trial }: ToolContext & { readonly trial?: TrialFolder },
): Promise<JsonObject> {
  const [command = '', ...rest] = textsArgument(args, 'command');
  if (command === '')
    throw new CrewError('TOOL_ARGUMENTS', '`command` is empty; its first item is the program');
  const timeoutMs = countArgument(args, 'timeout_ms') ?? DEFAULT_TIMEOUT_MS;
  const outputFrom = optionalTextArgument(args, 'output_from');
  const ended = await runLimited({
    command,
    args: rest,
    cwd: await folderAt(folder, optionalTextArgument(args, 'cwd') ?? '.'),
    workspace,
    sandbox: sandboxOf(args, { workspace, folder }),
    mark: trial?.home,
    own: trial && { folder: trial.home, temporary: trial.temporary },
    input: optionalTextArgument(args, 'input') ?? '',
    timeoutMs,
    keepBytes: KEPT_OUTPUT_BYTES,
    signal,
  });
  const written =
    outputFrom === undefined ? undefined : await readReport(folder, outputFrom, KEPT_OUTPUT_BYTES);
  const result = { ...ended, ...written };
  const output = trial === undefined ? result.output : withoutFolders(result.output, trial);
  return {
    passed: ended.exitCode === 0,
    exit_code: ended.exitCode,
    timed_out: ended.timedOut,
    output,
    truncated: result.truncated,
    json: lastJson(output),
    said: saidOf(ended, { output, timeoutMs, isMissing: outputFrom !== undefined && written === undefined }),
  };
}

async function folderAt(folder: string, cwd: string): Promise<string> {
  const real = await workspacePath(folder, cwd);
  const found = await stat(real).catch(() => undefined);
  if (found?.isDirectory() !== true)
    throw new CrewError('TOOL_FAILED', `there is no folder \`${cwd}\` to run in`);
  return real;
}

/** Paths of a sandbox count from the workspace; the new folder is there for its command to write. */
function sandboxOf(
  { sandbox }: JsonObject,
  { workspace, folder }: { readonly workspace: string; readonly folder: string },
): Sandbox | undefined {
  if (sandbox === undefined || sandbox === null) return undefined;
  const { fs, net } = sandbox as unknown as Sandbox;
  const own = folder === workspace ? [] : [`rw:${folder}`];
  const given = fs.map(entry => {
    const [, mode, path] = /^(ro|rw):(.+)$/s.exec(entry) ?? [];
    return path === undefined || isAbsolute(path) ? entry : `${mode}:${resolve(workspace, path)}`;
  });
  return { fs: [...given, ...own], net };
}

/** The name of a new folder is made up, so no two outputs would be the same. */
function withoutFolders(text: string, { folder, temporary }: TrialFolder): string {
  return text
    .replaceAll(`file://${folder}/`, '')
    .replaceAll(`${folder}/`, '')
    .replaceAll(folder, '.')
    .replaceAll(temporary, () => '$TMPDIR');
}

function saidOf(
  { exitCode, timedOut }: LimitedResult,
  {
    output,
    timeoutMs,
    isMissing,
  }: { readonly output: string; readonly timeoutMs: number; readonly isMissing: boolean },
): string {
  const stopped = timedOut ? `it was stopped, not done within ${timeoutMs / 1000} s` : 'a signal ended it';
  const head = exitCode === null ? stopped : `exit code ${exitCode}`;
  const missing = isMissing ? '\nit did not write its report' : '';
  const tail = output.trimEnd().slice(-SAID_LENGTH).toWellFormed();
  return tail === '' ? `${head}${missing}` : `${head}${missing}\n${tail}`;
}
