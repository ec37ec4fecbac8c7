import type { CodedFailure } from '../model/crew-error.ts';
import type { ResolvedModel } from '../model/fact.ts';
import { firstModelKey } from '../model/fallback-key.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Policy } from '../model/policy.ts';
import type { Program } from '../model/program.ts';
import type { ModelDelta, RunEvent, Spend } from '../model/run-event.ts';
import type { Journal } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { Tool } from '../ports/tool.ts';
import type { RunOutcome } from '../runtime/run.ts';
import type { AskInCall } from './ask-in-call.ts';
import type { AskPerson } from './ask-person.ts';
import { chooseModels } from './choose-models.ts';
import type { FlagValues } from './command.ts';
import { withoutSecrets } from './fact-redactor.ts';
import { followSignals, openSignals } from './follow-signals.ts';
import { libraryTerminal } from './library-terminal.ts';
import { markLeft } from './mark-left.ts';
import { beginMemory } from './memory/run-memory.ts';
import { openExecutor } from './open-executor.ts';
import { modelTerms, openModels } from './open-models.ts';
import { readInputs } from './read-inputs.ts';
import { borrowEngine } from './shared-engine.ts';
import { loadPolicyReader, loadRuntime } from './wire.ts';
import { workspaceOf } from './workspace.ts';
import { realWorld } from './world.ts';

/** What a run needs besides its program; all of it may be left out. */
export interface RunProgramOptions {
  readonly inputs?: JsonObject;
  /** By model alias, or `role:<name>` for one role, behind the path of a crew phase (`build/default`): a model of your own, or `provider:name`. */
  readonly models?: { readonly [alias: string]: LanguageModel | string };
  /** Tools that stand in for built-in ones of the same name, such as `git.diff`, or for those of the crew's own modules. */
  readonly tools?: readonly Tool[];
  /** The folder that tools work in; the current one when left out. */
  readonly workspace?: string;
  /** Where the journal is kept; `.crew` in the workspace when left out. */
  readonly stateDir?: string;
  /** Where keys and addresses of providers are read; `process.env` when left out. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** Tools that may be called without asking, such as `change.check` or `change.*`. */
  readonly allow?: readonly string[];
  /** What calls are decided by; without it, only what changes nothing is called without asking. */
  readonly policy?: Omit<Policy, 'hash'>;
  /** False where roles are to remember nothing; true when left out. */
  readonly memory?: boolean;
  /** Answers questions of the procedure and gives leave for tool calls; without it, or without an answer, the run waits. */
  readonly onQuestion?: AskPerson;
  /** Answers what tools of MCP servers ask in the middle of a call; without it, or without an answer, they are cancelled. */
  readonly onToolQuestion?: AskInCall;
  readonly onEvent?: (event: RunEvent) => void;
  readonly onDelta?: (delta: ModelDelta) => void;
  /** Stops the run at the next safe point. */
  readonly signal?: AbortSignal;
}

/** How a run was left. A suspended or interrupted one goes on with `crew resume`. */
export type CrewOutcome = { readonly runId: string } & (
  | { readonly outcome: 'success' | 'failure'; readonly result: JsonValue; readonly spend: Spend }
  | { readonly outcome: 'error'; readonly failure: CodedFailure; readonly spend: Spend }
  | { readonly outcome: 'suspended'; readonly failure: CodedFailure | undefined; readonly spend: Spend }
  | { readonly outcome: 'interrupted' }
);

/**
 * Runs a compiled crew in a journal of its own. Fails, before anything runs, with INPUT_INVALID,
 * MODEL_UNKNOWN, CREDENTIALS_MISSING, FILE_NOT_FOUND or JOURNAL_UNAVAILABLE; what happens in the run is in the outcome.
 */
export async function runProgram(program: Program, options: RunProgramOptions = {}): Promise<CrewOutcome> {
  const terminal = libraryTerminal(process.cwd(), options.env);
  const places: FlagValues = { cwd: options.workspace, 'state-dir': options.stateDir };
  const workspace = workspaceOf(places, terminal);
  const inputs = await readInputs({
    declared: program.inputs,
    pairs: [],
    file: { path: 'inputs', text: JSON.stringify(options.inputs ?? {}) },
  });
  const { models, own } = resolveModels(program, options, terminal.env);
  const named = Object.entries(models).filter(([alias]) => !own.has(alias));
  const opened = await openModels(Object.fromEntries(named), terminal);
  const modelOf = (alias: string) => own.get(alias) ?? opened.get(models[alias]?.use ?? '');
  const known = new Map([...opened, ...[...own.values()].map(model => [model.id, model] as const)]);
  const terms = await modelTerms({ program, models, opened: known, terminal });
  const wanted = options.memory ?? true;
  const flags = { ...places, memory: wanted ? 'on' : 'off' };
  const begun = await beginMemory(program, { values: flags, terminal, quiet: true });
  const { engine, release } = await borrowEngine(places, terminal);
  try {
    const at = realWorld.now();
    const runId = realWorld.newId();
    const grants = options.allow ?? [];
    const policy = await givenPolicy(options);
    const given = { inputs, workspace, models, terms, grants, policy, ...begun.recorded };
    const started = { type: 'run.started', at, runId, ...given } as const;
    const journal = engine.create(runId, program, at, [started]);
    return await drive({ journal, workspace, modelOf, options });
  } finally {
    release();
    await begun.release();
  }
}

async function givenPolicy({ policy }: RunProgramOptions): Promise<Policy> {
  if (policy === undefined) return (await loadRuntime()).DEFAULT_POLICY;
  const { hashPolicy } = await loadPolicyReader();
  return { ...policy, hash: hashPolicy(policy) };
}

function resolveModels(
  program: Program,
  { models: given = {} }: RunProgramOptions,
  env: { readonly [name: string]: string | undefined },
) {
  const own = new Map<string, LanguageModel>();
  const models: { [alias: string]: ResolvedModel } = { ...chooseModels({ program, flags: [], env }).models };
  for (const [alias, model] of Object.entries(given)) {
    if (typeof model !== 'string') own.set(alias, model);
    for (const key of Object.keys(models)) if (firstModelKey(key) === alias) delete models[key];
    models[alias] = { use: typeof model === 'string' ? model : model.id, reason: 'given by the caller' };
  }
  return { models, own };
}

interface DriveOptions {
  readonly journal: Journal;
  readonly workspace: string;
  readonly modelOf: (alias: string) => LanguageModel | undefined;
  readonly options: RunProgramOptions;
}

async function drive({ journal, workspace, modelOf, options }: DriveOptions): Promise<CrewOutcome> {
  const { driveRun, createRunControls } = await loadRuntime();
  const { runId } = journal;
  const execute = await openExecutor({
    journal,
    workspace,
    modelOf,
    person: options.onQuestion ?? (async () => undefined),
    askInCall: options.onToolQuestion,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.tools === undefined ? {} : { tools: options.tools }),
    onDelta: delta => options.onDelta?.(delta),
    onNotice: () => undefined,
  });
  const stop = options.signal ?? new AbortController().signal;
  const controls = createRunControls();
  const over = new AbortController();
  const following = followSignals(openSignals(journal), controls, over.signal);
  try {
    const onEvent = (event: RunEvent): void => options.onEvent?.(event);
    const redact = withoutSecrets(journal.program, options.env ?? process.env);
    const outcome = await driveRun({ journal, execute, world: realWorld, onEvent, stop, controls, redact });
    markLeft(journal, outcome);
    return { runId, ...summary(outcome) };
  } finally {
    over.abort();
    await following;
    await execute.close();
    journal.close();
  }
}

function summary(outcome: RunOutcome) {
  if (outcome.type === 'interrupted') return { outcome: 'interrupted' } as const;
  const { spent: spend } = outcome.state.ledger;
  if (outcome.type === 'suspended') {
    return { outcome: 'suspended', failure: outcome.state.suspension?.failure, spend } as const;
  }
  const { phase: _phase, ...end } = outcome.end;
  return { ...end, spend };
}
