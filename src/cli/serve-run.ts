import { canonicalJson } from '../model/canonical-json.ts';
import { type CodedFailure, CrewError, hintInRun } from '../model/crew-error.ts';
import type { ResolvedModel } from '../model/fact.ts';
import type { JsonObject } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { Engine, Journal, RecordedRun } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { RunOutcome } from '../runtime/run.ts';
import type { CrewStart, RunEnd, RunWatch } from '../serve/served-crew.ts';
import { readAnswerTokens } from './answer-tokens.ts';
import { createAskPerson } from './ask-person.ts';
import { chooseModelsHere } from './choose-models-here.ts';
import { type FlagValues, type Terminal, textFlags } from './command.ts';
import { markLeft } from './mark-left.ts';
import { beginMemory } from './memory/run-memory.ts';
import { openExecutor } from './open-executor.ts';
import { modelTerms, openModels } from './open-models.ts';
import { refuseOverPlan } from './plan-run.ts';
import { knownGrants } from './read-grants.ts';
import { readInputs } from './read-inputs.ts';
import { readRecordedRun } from './recorded-run.ts';
import { refusingExecutor } from './refusing-executor.ts';
import { requireTrustedRun } from './require-trusted-run.ts';
import { resumeFlags } from './resume-flags.ts';
import { requireWorkspace, startOf } from './resume-run.ts';
import { policyForResume, policyForRun } from './run-policy.ts';
import { openQuestionsOf, requireSamePlace } from './serve-records.ts';
import { loadRuntime } from './wire.ts';
import { realWorld } from './world.ts';

/** What a server's runs are made with. */
export interface ServeHostOptions {
  /** By the name of their crew. */
  readonly programs: ReadonlyMap<string, Program>;
  readonly engine: Engine;
  readonly workspace: string;
  readonly values: FlagValues;
  readonly terminal: Terminal;
  /** Aborts when the server is to end: all runs stop at their next safe point. */
  readonly stop: AbortSignal;
}

/** Starts a run of a served crew. All that can fail by the caller's mistake is done before the run exists. */
export async function startServed(
  options: ServeHostOptions,
  call: CrewStart,
  watch: RunWatch,
): Promise<RunEnd> {
  const { programs, engine, workspace, values, terminal } = options;
  const program = programs.get(call.crew);
  if (program === undefined) throw new Error(`no crew ${call.crew} is served`);
  const file = { path: 'arguments', text: JSON.stringify(call.inputs) };
  const inputs = await readInputs({ declared: program.inputs, pairs: [], file });
  const runId = call.key === undefined ? realWorld.newId() : `call-${call.key}`;
  if (engine.list().some(run => run.runId === runId)) {
    requireSameInputs(engine.read(runId), inputs);
    return resumeServed(options, runId, watch);
  }
  const { models } = await chooseModelsHere({
    program,
    flags: textFlags(values, 'model'),
    env: terminal.env,
  });
  const opened = await openModels(models, terminal);
  const answerTokens = await readAnswerTokens(values, terminal);
  const terms = await modelTerms({ program, models, opened, terminal, answerTokens });
  await refuseOverPlan({ program, models, terms, inputs, values: { ...values, quiet: true }, terminal });
  const grants = grantsOf(options, program);
  const at = realWorld.now();
  const policy = await policyForRun({ runId, program }, values, { ...terminal, interactive: false });
  const { recorded: remembered, release } = await beginMemory(program, { values, terminal, quiet: true });
  try {
    const given = { inputs, workspace, models, terms, grants, policy, ...remembered };
    const started = { type: 'run.started', at, runId, ...given } as const;
    const journal = engine.create(runId, program, at, [started]);
    return await drive(options, { journal, workspace, opened, models }, watch);
  } finally {
    await release();
  }
}

/** The same key with other inputs is a mistake of the caller. */
function requireSameInputs({ runId, facts }: RecordedRun, inputs: JsonObject): void {
  const [first] = facts;
  if (first?.type === 'run.started' && canonicalJson(first.inputs) === canonicalJson(inputs)) return;
  throw new CrewError('INPUT_INVALID', `run \`${runId}\` of this key was called with other inputs`);
}

/** Goes on with a run; a finished one gives its end again and calls nothing. Fails with RUN_NOT_FOUND, RUN_LOCKED. */
export async function resumeServed(
  options: ServeHostOptions,
  runId: string,
  watch: RunWatch,
): Promise<RunEnd> {
  const { engine, values, terminal } = options;
  const unasked = { ...terminal, interactive: false };
  const journal = engine.open(runId);
  try {
    const { workspace, models } = await startOf(journal);
    requireSamePlace(options, workspace, runId);
    const over = engine.list().some(run => run.runId === runId && run.status !== 'open');
    if (!over) {
      requireWorkspace(workspace);
      const { program } = journal;
      const command = `crew resume ${runId}${resumeFlags(values)}`;
      await requireTrustedRun({ runId, program, workspace, command, values, terminal: unasked });
    }
    const opened = over ? new Map<string, LanguageModel>() : await openModels(models, terminal);
    const grants = grantsOf(options, journal.program);
    if (!over) {
      const { program, recorded: facts } = journal;
      const policy = await policyForResume({ runId, program, facts, workspace, values, terminal: unasked });
      journal.append({ type: 'run.resumed', at: realWorld.now(), grants, ...policy });
    }
    return await drive(options, { journal, workspace, opened, models, over }, watch);
  } finally {
    journal.close();
  }
}

/** One server has one list of grants for all of its crews; each has those that it knows. */
function grantsOf({ values }: ServeHostOptions, program: Program): readonly string[] {
  const known = knownGrants(program);
  return textFlags(values, 'allow').filter(grant => known.includes(grant));
}

interface Drive {
  readonly journal: Journal;
  readonly workspace: string;
  readonly opened: ReadonlyMap<string, LanguageModel>;
  readonly models: { readonly [alias: string]: ResolvedModel };
  /** The journal says that the run is over, so its end is only given again. */
  readonly over?: boolean;
}

async function drive(options: ServeHostOptions, run: Drive, watch: RunWatch): Promise<RunEnd> {
  const { journal, workspace, opened, models, over } = run;
  const { terminal, stop } = options;
  const { driveRun } = await loadRuntime();
  const modelOf = (alias: string) => opened.get(models[alias]?.use ?? '');
  const doors = {
    journal,
    workspace,
    modelOf,
    person: createAskPerson({ journal, terminal, interactive: false }),
    onDelta: () => undefined,
    onNotice: () => undefined,
  };
  const execute = over === true ? refusingExecutor(journal.runId) : await openExecutor(doors);
  let live = journal.recorded.length === 1;
  try {
    const outcome = await driveRun({
      journal,
      execute,
      world: realWorld,
      onEvent: event => {
        if (live) watch.onEvent(event);
      },
      onLive: () => {
        live = true;
      },
      onRecalled: ({ model, origin, messages }) => modelOf(model)?.recall?.(origin, messages),
      stop: AbortSignal.any([watch.signal, stop]),
    });
    markLeft(journal, outcome);
    return await endOf(options, journal.runId, outcome);
  } finally {
    await execute.close();
    journal.close();
  }
}

async function endOf(options: ServeHostOptions, runId: string, outcome: RunOutcome): Promise<RunEnd> {
  const flags = resumeFlags(options.values);
  const goOn = `crew resume ${runId}${flags}`;
  if (outcome.type === 'interrupted') return { runId, outcome: 'interrupted', goOn };
  const { spent: spend } = outcome.state.ledger;
  const hintFor = (failure: CodedFailure): string => hintInRun(failure, `${runId}${flags}`) ?? '';
  if (outcome.type === 'suspended') {
    const failure = outcome.state.suspension?.failure;
    if (failure === undefined) throw new Error(`run ${runId} waits for nothing`);
    const questions = await openQuestionsOf(options, await readRecordedRun(options.engine, runId));
    return { runId, outcome: 'waiting', failure, hint: hintFor(failure), spend, questions, goOn };
  }
  const { end } = outcome;
  return end.outcome === 'error'
    ? { runId, outcome: 'error', failure: end.failure, hint: hintFor(end.failure), spend }
    : { runId, outcome: end.outcome, result: end.result, spend };
}
