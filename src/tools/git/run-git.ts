import { CrewError } from '../../model/crew-error.ts';
import { type ProgramCall, type ProgramResult, runProgram } from '../run-program.ts';

/** One read-only git command in a workspace. `args` starts with the subcommand. */
export interface GitCall {
  readonly workspace: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  readonly input?: string;
  readonly maxStdoutBytes?: number;
  readonly timeoutMs?: number;
  readonly onStdout?: (chunk: Buffer) => boolean;
  /** Settings that win over every configuration file, name → value. */
  readonly settings?: ReadonlyMap<string, string>;
}

/**
 * Options of every call. The configuration of a repository is foreign text, so everything in it that starts a
 * program or a transport is switched off here or by `DIFF_OPTIONS`, and everything that changes the output is fixed.
 */
const FIXED_SETTINGS: readonly (readonly [string, string])[] = [
  ['core.quotePath', 'off'],
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.safecrlf', 'false'],
  ['color.ui', 'never'],
  ['diff.noprefix', 'false'],
  ['diff.mnemonicPrefix', 'false'],
  ['diff.suppressBlankEmpty', 'false'],
  ['diff.wsErrorHighlight', 'none'],
  ['log.showSignature', 'false'],
  ['log.follow', 'false'],
  ['log.mailmap', 'false'],
  ['blame.ignoreRevsFile', ''],
  ['i18n.logOutputEncoding', 'UTF-8'],
  ['protocol.allow', 'never'],
];

/** Options that make `git diff` print the same for everybody and start nothing. */
export const DIFF_OPTIONS: readonly string[] = [
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-color-moved',
  '--full-index',
  '--unified=3',
  '--inter-hunk-context=0',
  '--diff-algorithm=histogram',
  '--indent-heuristic',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--submodule=short',
  '--ignore-submodules=dirty',
  '--relative',
  '-O/dev/null',
  '-M',
  '-C',
  '-l500',
];

const KEPT_VARIABLES = /^(?!GIT_)|^GIT_(CONFIG|CEILING_DIRECTORIES$|DISCOVERY_ACROSS_FILESYSTEM$)/;

/**
 * Runs git without pager, prompts, hooks, external drivers, lazy fetches or optional locks; pathspecs are literal.
 * A non-zero exit code is a result. Fails with TOOL_MISSING, and with TOOL_FAILED when aborted or too slow.
 */
export function runGit(call: GitCall): Promise<ProgramResult> {
  const settings = [...FIXED_SETTINGS, ...(call.settings ?? [])];
  const request: ProgramCall = {
    program: 'git',
    args: ['--no-pager', '--literal-pathspecs', ...call.args],
    cwd: call.workspace,
    env: gitEnvironment(settings),
    signal: call.signal,
    ...(call.input === undefined ? {} : { input: call.input }),
    ...(call.maxStdoutBytes === undefined ? {} : { maxStdoutBytes: call.maxStdoutBytes }),
    ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
    ...(call.onStdout === undefined ? {} : { onStdout: call.onStdout }),
  };
  return runProgram(request);
}

/** Runs git and gives its standard output as text. Fails with TOOL_FAILED and git's own words on a non-zero exit. */
export async function gitText(call: GitCall): Promise<string> {
  const result = await runGit(call);
  if (result.exitCode !== 0 && !result.cut) throw gitFailure(call, result);
  return result.stdout.toString('utf8');
}

/** The coded error for a git command that failed: NOT_A_REPOSITORY, or TOOL_FAILED with what git said. */
export function gitFailure(call: GitCall, result: ProgramResult): CrewError {
  if (/not a git repository/i.test(result.stderr)) {
    return new CrewError(
      'NOT_A_REPOSITORY',
      `expected a git repository at \`${call.workspace}\` and found none`,
    );
  }
  const said = result.stderr === '' ? `exit code ${result.exitCode}` : result.stderr;
  return new CrewError('TOOL_FAILED', `\`git ${call.args[0] ?? ''}\` failed: ${said}`);
}

/**
 * The environment for git: that of this process without the variables that point git at another repository (they are
 * set while a hook runs), with the settings appended as command-scope configuration.
 */
function gitEnvironment(settings: readonly (readonly [string, string])[]): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (KEPT_VARIABLES.test(name)) env[name] = value;
  }
  const before = Number.parseInt(env.GIT_CONFIG_COUNT ?? '0', 10) || 0;
  for (const [index, [name, value]] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${before + index}`] = name;
    env[`GIT_CONFIG_VALUE_${before + index}`] = value;
  }
  return {
    ...env,
    GIT_CONFIG_COUNT: String(before + settings.length),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ATTR_NOSYSTEM: '1',
    LC_ALL: 'C',
  };
}
