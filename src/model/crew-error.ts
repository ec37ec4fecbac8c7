import { budgetHint, unpricedHint } from './budget-hint.ts';
import { MEMORY_ERRORS } from './memory-errors.ts';

/** What a run or a command stopped for: the exit code tells scripts, the hint tells people. */
interface ErrorCodeRow {
  readonly exitCode: 1 | 2 | 3 | 4 | 5 | 6 | 130 | 143;
  readonly retryable: boolean;
  readonly hint: string;
  /** What to do where it happens inside a run, when that is something else. */
  readonly hintInRun?: string;
}

/** Every coded error of the product, with what to do about it. Codes are never renamed. */
export const ERROR_CODES = {
  USAGE: { exitCode: 2, retryable: false, hint: 'Run `crew --help`.' },
  FILE_NOT_FOUND: {
    exitCode: 2,
    retryable: false,
    hint: 'Check the path; it is relative to the current folder.',
  },
  INPUT_INVALID: {
    exitCode: 2,
    retryable: false,
    hint: 'Pass inputs with `-i name=value` or `--inputs file.json`.',
    hintInRun:
      'A crew inside this one was given the wrong inputs: mend `inputs` of its phase, or what the phases before it deliver.',
  },
  FILE_EXISTS: {
    exitCode: 2,
    retryable: false,
    hint: 'Name another place, for `crew init` with `--cwd`; `crew init --force` writes over what is there.',
  },
  FILE_UNREADABLE: { exitCode: 3, retryable: false, hint: 'Check that the path is a readable file.' },
  FILE_UNWRITABLE: {
    exitCode: 3,
    retryable: false,
    hint: 'Check that the folder exists and can be written to.',
  },
  CREW_INVALID: { exitCode: 2, retryable: false, hint: 'Run `crew check FILE` and mend what it shows.' },
  CONFIG_INVALID: {
    exitCode: 2,
    retryable: false,
    hint: 'Mend what is shown; `crew schema config` prints what may stand in a `config.yaml`.',
  },
  POLICY_INVALID: {
    exitCode: 2,
    retryable: false,
    hint: 'Mend what is shown, as `crew check crew.policy.yaml` shows it too; `crew schema policy` prints what may stand in a policy.',
  },
  CREW_UNTRUSTED: {
    exitCode: 5,
    retryable: false,
    hint: '`crew trust FILE` shows all that it would start and run, and asks; `--trust` vouches for it this once.',
  },
  NODE_TOO_OLD: { exitCode: 3, retryable: false, hint: 'Install Node 24 or newer.' },
  MODEL_UNKNOWN: {
    exitCode: 3,
    retryable: false,
    hint: 'Write a model as `provider:name`, for example `openai:gpt-5-mini`.',
  },
  CREDENTIALS_MISSING: {
    exitCode: 3,
    retryable: false,
    hint: 'Set the key in the environment, or choose a model that needs none, such as `offline`.',
  },
  PROVIDER_UNAVAILABLE: {
    exitCode: 3,
    retryable: true,
    hint: 'Check the network and the base URL, then `crew resume RUN`.',
  },
  PROVIDER_REFUSED: {
    exitCode: 3,
    retryable: false,
    hint: 'Read the message of the provider: the request will not work as it is. Mend what it names, such as the name of the model, before you go on.',
  },
  PROVIDER_AUTH: { exitCode: 3, retryable: false, hint: 'Check the API key and its permissions.' },
  PROVIDER_QUOTA: {
    exitCode: 3,
    retryable: false,
    hint: 'The account has no quota left; mend that, then `crew resume RUN`.',
  },
  PROVIDER_RATE_LIMITED: { exitCode: 3, retryable: true, hint: 'Wait a while, then `crew resume RUN`.' },
  PROVIDER_OVERLOADED: { exitCode: 3, retryable: true, hint: 'Wait a while, then `crew resume RUN`.' },
  PROVIDER_TIMEOUT: {
    exitCode: 3,
    retryable: true,
    hint: 'The provider did not answer in time; `crew resume RUN` asks again.',
  },
  PROVIDER_PROTOCOL: {
    exitCode: 3,
    retryable: true,
    hint: 'The answer was not in the wire format that was expected; check the base URL.',
  },
  SCRIPT_EXHAUSTED: {
    exitCode: 2,
    retryable: false,
    hint: 'Write the reply that is missing into the file of `script:FILE` and start a new run, or take `crew fork RUN --at N`.',
  },
  CONTEXT_OVERFLOW: {
    exitCode: 1,
    retryable: false,
    hint: 'Give the role less text, or a model with a larger context window.',
  },
  CONTENT_FILTERED: {
    exitCode: 1,
    retryable: false,
    hint: 'The provider withheld the answer; change the task or the model.',
  },
  OUTPUT_TRUNCATED: {
    exitCode: 1,
    retryable: true,
    hint: 'Raise `max_tokens` of the model (or give `--answer-tokens`), or ask for a shorter artifact.',
  },
  OUTPUT_INVALID: {
    exitCode: 1,
    retryable: true,
    hint: 'The model did not deliver the artifact in its schema; try another model or a simpler schema.',
  },
  OUTPUT_EMPTY: {
    exitCode: 1,
    retryable: true,
    hint: 'The model answered with nothing; try again or another model.',
  },
  TURN_LIMIT: { exitCode: 1, retryable: false, hint: 'Raise `max_turns` of the phase, or narrow its task.' },
  VISIT_LIMIT: {
    exitCode: 1,
    retryable: false,
    hint: 'Raise `max_visits` of the phase, or give it `on_limit`.',
  },
  PHASE_TIMEOUT: { exitCode: 1, retryable: false, hint: 'Raise `timeout` of the phase.' },
  TEMPLATE_FAILED: {
    exitCode: 1,
    retryable: false,
    hint: 'Check the template and the values that it reads.',
  },
  TOOL_UNKNOWN: { exitCode: 1, retryable: false, hint: 'Use one of the tools that the crew declares.' },
  TOOL_ARGUMENTS: {
    exitCode: 1,
    retryable: false,
    hint: 'Check `with:` against the input schema of the tool.',
  },
  TOOL_FAILED: { exitCode: 1, retryable: true, hint: 'Read the message of the tool.' },
  TOOL_CHANGED: {
    exitCode: 3,
    retryable: false,
    hint: 'Put it back as it was when the run began, or look at what is new and start a new run; what an MCP server says is accepted with `crew tools accept FILE`.',
  },
  TOOL_MISSING: {
    exitCode: 3,
    retryable: false,
    hint: 'Install the program that the tool needs.',
    hintInRun: 'Install the program that the tool needs; if the run waits for it, `crew resume RUN` goes on.',
  },
  SANDBOX_MISSING: {
    exitCode: 3,
    retryable: false,
    hint: 'Install bubblewrap (the program `bwrap`, on Linux), or take `sandbox` out and trust the program.',
    hintInRun: 'Install bubblewrap (the program `bwrap`, on Linux), then `crew resume RUN`.',
  },
  OUTSIDE_WORKSPACE: {
    exitCode: 1,
    retryable: false,
    hint: 'Tools read only inside the workspace; use `--cwd` for another one.',
  },
  NOT_A_REPOSITORY: {
    exitCode: 3,
    retryable: false,
    hint: 'Run inside a git repository, or name one with `--cwd`.',
  },
  REVISION_UNKNOWN: {
    exitCode: 2,
    retryable: false,
    hint: 'Name an existing revision range, for example `-i range=main..HEAD`.',
  },
  HISTORY_SHALLOW: {
    exitCode: 3,
    retryable: false,
    hint: 'The clone is shallow; run `git fetch --deepen=50` and try again.',
  },
  CREW_FAILED: {
    exitCode: 1,
    retryable: true,
    hint: 'The procedure inside this phase ended in a failure of its own; give the phase `on_error` to go on from there.',
  },
  TOO_FEW_ANSWERS: {
    exitCode: 1,
    retryable: true,
    hint: 'Ask more models, or others; a crew file may lower `min_answers`.',
  },
  TOO_MANY_ITEMS: { exitCode: 1, retryable: false, hint: 'Raise `each.max`, or shorten the list.' },
  NO_PROGRESS: {
    exitCode: 1,
    retryable: true,
    hint: 'The model makes the same calls with the same results over and over; narrow the task or try another model.',
  },
  PERSON_NEEDED: {
    exitCode: 5,
    retryable: false,
    hint: 'Answer with `crew answer RUN ANSWER`, which shows the question without ANSWER, or with `crew resume RUN` in a terminal.',
  },
  CONSENT_DENIED: {
    exitCode: 1,
    retryable: false,
    hint: 'The message says who refused this call, a person or a rule; the role was told and may go another way. `crew audit list RUN` shows who, and why.',
  },
  CONSENT_REQUIRED: {
    exitCode: 5,
    retryable: false,
    hint: '`crew answer RUN` shows the call and the exact commands that allow or refuse it; `--allow TOOL` allows all calls of a tool.',
  },
  EFFECT_UNCERTAIN: {
    exitCode: 5,
    retryable: false,
    hint: 'Look whether the call was done, then say so: `crew answer RUN done`, with its result as JSON if it matters, or `crew answer RUN "not done"` to have it called again.',
  },
  BUDGET_EXCEEDED: {
    exitCode: 4,
    retryable: false,
    hint: 'Resume with a higher ceiling (`--max-calls`, `--max-tool-calls`, `--max-tokens`, `--max-usd` or `--max-time`, whichever the message names); for new runs, raise `budget` in the crew file.',
  },
  PLAN_OVER_BUDGET: {
    exitCode: 4,
    retryable: false,
    hint: 'Raise the ceiling (`--max-calls`, or `budget` in the crew file), lower the bounds of the phases (`crew plan FILE` shows them), or pass `--allow-over-plan`.',
  },
  PORT_UNAVAILABLE: {
    exitCode: 3,
    retryable: false,
    hint: 'Choose another address with `--http HOST:PORT`; port 0 takes a free one.',
  },
  SERVER_BUSY: {
    exitCode: 3,
    retryable: true,
    hint: 'Call again later, or start `crew serve` with a higher `--max-runs`.',
  },
  RUN_NOT_FOUND: {
    exitCode: 2,
    retryable: false,
    hint: 'Runs live in `.crew/runs.db` of the folder where they were started; use `--cwd` or `--state-dir`.',
  },
  RUN_LOCKED: {
    exitCode: 3,
    retryable: false,
    hint: 'Another process works on this run, or its id is taken; wait, `crew stop RUN`, or choose another id.',
  },
  RUN_INTERRUPTED: { exitCode: 130, retryable: true, hint: '`crew resume RUN` goes on where it stopped.' },
  RUN_TERMINATED: { exitCode: 143, retryable: true, hint: '`crew resume RUN` goes on where it stopped.' },
  ...MEMORY_ERRORS,
  JOURNAL_UNAVAILABLE: {
    exitCode: 3,
    retryable: false,
    hint: 'Check that the state folder can be written to.',
  },
  JOURNAL_FULL: { exitCode: 3, retryable: true, hint: 'Free some disk space, then `crew resume RUN`.' },
  JOURNAL_DAMAGED: {
    exitCode: 3,
    retryable: false,
    hint: 'What is recorded is not as it was written, so nothing was executed; `crew audit verify` shows what is damaged.',
  },
  JOURNAL_MISMATCH: {
    exitCode: 6,
    retryable: false,
    hint: 'The journal was written by another program; run it with the version that wrote it.',
  },
  REPLAY_MISMATCH: {
    exitCode: 6,
    retryable: false,
    hint: 'The crew asks for something else than what was recorded; if that is meant, record again with `--record FILE`.',
  },
  RUN_FILE_INVALID: {
    exitCode: 2,
    retryable: false,
    hint: 'Write run files with `crew run --record FILE` or `crew export RUN`, and leave them as they are.',
  },
  CREWTEST_INVALID: { exitCode: 2, retryable: false, hint: 'Mend what is shown in the test file.' },
  MCP_UNAVAILABLE: {
    exitCode: 3,
    retryable: true,
    hint: '`crew tools doctor FILE` says how each server does; check its command or address, what its sandbox shows, and the network (HTTP proxies are not used).',
    hintInRun:
      '`crew tools doctor FILE` says how each server does: check its command or address, what its sandbox shows, and the network (HTTP proxies are not used), then `crew resume RUN`.',
  },
  MCP_CREDENTIALS_MISSING: {
    exitCode: 3,
    retryable: false,
    hint: 'Set the variable that the message names where `crew` is started, or log in with `crew mcp login FILE SERVER`.',
    hintInRun:
      'Set the variable that the message names, or log in with `crew mcp login FILE SERVER`, then `crew resume RUN`.',
  },
  MCP_ADDRESS_REFUSED: {
    exitCode: 3,
    retryable: false,
    hint: 'A server named an address that a foreign text may not send us to; ask whoever runs the server.',
  },
  MCP_LOGIN_NEEDED: {
    exitCode: 3,
    retryable: false,
    hint: 'Log in with the command of the message, then try again; `crew mcp status` shows where you are logged in.',
    hintInRun:
      'Log in with the command of the message, then `crew resume RUN`; `crew mcp status` shows where you are logged in.',
  },
  MCP_LOGIN_FAILED: {
    exitCode: 3,
    retryable: false,
    hint: 'Nothing was stored. The message says which rule of OAuth 2.1 was not kept, and by whom.',
  },
  PROMPT_UNKNOWN: {
    exitCode: 2,
    retryable: false,
    hint: '`crew prompt list` shows the prompts and their labels, `crew prompt log PROMPT` the versions of one.',
  },
  PROMPT_UNCOMMITTED: {
    exitCode: 2,
    retryable: false,
    hint: 'Commit the prompt first; git can bring back only what is committed.',
  },
  PROMPT_NOT_LOCKED: {
    exitCode: 2,
    retryable: false,
    hint: '`crew prompt diff PROMPT@lock` shows what has changed; if it is meant, `crew prompt pin PROMPT` locks it, and `crew prompt pin --all` everything.',
  },
  RESULT_NOT_A_REVIEW: {
    exitCode: 2,
    retryable: false,
    hint: 'Only a crew whose result is a review has that; `crew resume RUN --format json` shows the result and calls nothing.',
  },
} as const satisfies Record<string, ErrorCodeRow>;

const SETTING_PATH_HINT =
  'Check the path: in the settings of a project it is relative to the workspace, in your own to their folder, in a variable to the current folder.';

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * What to do about a failure inside a run, with `target`, the run's id and what finds its journal, in the commands; undefined
 * for a code of another version. Pure.
 */
export function hintInRun(
  { code, message }: { readonly code: string; readonly message: string },
  target = 'RUN',
): string | undefined {
  if (!Object.hasOwn(ERROR_CODES, code)) return undefined;
  const row: ErrorCodeRow = ERROR_CODES[code as ErrorCode];
  const isCut = code === 'TOO_FEW_ANSWERS' && message.includes('OUTPUT_TRUNCATED');
  const special = isCut ? ERROR_CODES.OUTPUT_TRUNCATED.hint : undefined;
  const own = code === 'BUDGET_EXCEEDED' ? budgetHint(message) : special;
  return (own ?? row.hintInRun ?? row.hint).replace(
    /\bcrew (\w+) RUN\b/g,
    (_all, verb) => `crew ${verb} ${target}`,
  );
}

/** A coded failure as plain data, as it stands in facts and events. */
export interface CodedFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Milliseconds that the other side asked us to wait, when it said so. */
  readonly retryAfterMs?: number;
}

/** The world's trouble: a stable code, one line that says what was expected and found, and the table's hint. */
export class CrewError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  /** Of a call: it failed before anything was sent or done, so that it may be made again. */
  readonly notBegun: boolean;
  /** What to do about this one, where it is something else than for all others of its code. */
  readonly #hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number; notBegun?: boolean; hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CrewError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.notBegun = options.notBegun === true;
    this.#hint = options.hint;
  }

  get hint(): string {
    const isSetting =
      this.code === 'FILE_NOT_FOUND' && this.message.startsWith('`reformulation.custom_prompt_path`');
    const special = isSetting ? SETTING_PATH_HINT : undefined;
    const own = this.code === 'PLAN_OVER_BUDGET' ? unpricedHint(this.message) : special;
    return this.#hint ?? own ?? ERROR_CODES[this.code].hint;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exitCode;
  }

  /** The same failure as data, for facts and events. */
  toFailure(): CodedFailure {
    const failure = { code: this.code, message: this.message };
    return this.retryAfterMs === undefined ? failure : { ...failure, retryAfterMs: this.retryAfterMs };
  }
}
