import { answerSlot } from '../model/answer-slot.ts';
import { CrewError, hintInRun } from '../model/crew-error.ts';
import type { ResolvedModel } from '../model/fact.ts';
import { fitsQuestion } from '../model/fits-question.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunRecord, WaitingQuestion } from '../model/run-record.ts';
import { createRedactor, secretValues } from '../policy/redact.ts';
import type { Engine, Journal } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { RunOutcome } from '../runtime/run.ts';
import type { CrewHost, OpenQuestion, RunEnd, RunWatch } from '../serve/served-crew.ts';
import { createAskPerson } from './ask-person.ts';
import { chooseModels } from './choose-models.ts';
import { type FlagValues, type Terminal, textFlags } from './command.ts';
import { markLeft } from './mark-left.ts';
import { openExecutor } from './open-executor.ts';
import { modelTerms, openModels } from './open-models.ts';
import { refuseOverPlan } from './plan-run.ts';
import { questionId } from './question-id.ts';
import { questionText } from './question-text.ts';
import { readGrants } from './read-grants.ts';
import { readInputs } from './read-inputs.ts';
import { type ReadRun, readRecordedRun } from './recorded-run.ts';
import { resumeFlags } from './resume-flags.ts';
import { requireWorkspace, startOf } from './resume-run.ts';
import { inputsSchema, readsOnly, resultSchema } from './served-result.ts';
import { loadRecordReaders, loadRuntime } from './wire.ts';
import { realWorld } from './world.ts';

interface ServeHostOptions {
  /** By the name of their crew. */
  readonly programs: ReadonlyMap<string, Program>;
  readonly engine: Engine;
  readonly workspace: string;
  readonly values: FlagValues;
  readonly terminal: Terminal;
  /** Aborts when the server is to end: all runs stop at their next safe point. */
  readonly stop: AbortSignal;
}

/** A host whose runs can be waited for. */
export interface ServeHost extends CrewHost {
  /** Settles when no run is under way. */
  idle(): Promise<void>;
}

/** Runs the crews of a server in the journal of its workspace; nobody sits at a terminal. */
export function createServeHost(options: ServeHostOptions): ServeHost {
  const { programs, engine, terminal } = options;
  const underWay = new Set<Promise<unknown>>();
  const tracked = <Value>(work: Promise<Value>): Promise<Value> => {
    const settled: Promise<unknown> = work.catch(() => undefined).finally(() => underWay.delete(settled));
    underWay.add(settled);
    return work;
  };
  const redact = createRedactor(secretValues(terminal.env));
  const scrubbed = <Value>(value: Value): Value => redact(value as JsonValue) as Value;
  const list = () => engine.list().filter(({ crew }) => programs.has(crew));
  const read = (runId: string) => readServed(options, runId);
  return {
    crews: [...programs.values()].map(servedCrew),
    start: (crew, inputs, watch) => tracked(start(options, { crew, inputs }, watch)),
    resume: (runId, answers, watch) => {
      requireServed(options, runId);
      for (const [slot, answer] of answers) engine.answer(runId, slot, answer);
      return tracked(resume(options, runId, watch));
    },
    questions: async runId => openQuestionsOf(options, await read(runId)),
    list: () => list().toSorted((a, b) => b.createdAt - a.createdAt),
    record: async runId => scrubbed(await recordOf(await read(runId))),
    events: async runId => scrubbed(eventsOf(await read(runId))),
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function servedCrew(program: Program): CrewHost['crews'][number] {
  return {
    name: program.crew,
    goal: program.goal,
    inputSchema: inputsSchema(program),
    result: resultSchema(program),
    readOnly: readsOnly(program),
  };
}

/** All that can fail by the caller's mistake is done before the run exists. */
async function start(
  options: ServeHostOptions,
  call: { readonly crew: string; readonly inputs: JsonObject },
  watch: RunWatch,
): Promise<RunEnd> {
  const { programs, engine, workspace, values, terminal } = options;
  const program = programs.get(call.crew);
  if (program === undefined) throw new Error(`no crew ${call.crew} is served`);
  const file = { path: 'arguments', text: JSON.stringify(call.inputs) };
  const inputs = await readInputs({ declared: program.inputs, pairs: [], file });
  const { models } = chooseModels({ program, flags: textFlags(values, 'model'), env: terminal.env });
  const opened = await openModels(models, terminal);
  const terms = await modelTerms({ program, models, opened, terminal });
  await refuseOverPlan({ program, models, terms, inputs, values: { ...values, quiet: true }, terminal });
  const grants = readGrants(values, program);
  const at = realWorld.now();
  const runId = realWorld.newId();
  const started = { type: 'run.started', at, runId, inputs, workspace, models, terms, grants } as const;
  const journal = engine.create(runId, program, at, [started]);
  return drive(options, { journal, workspace, opened, models }, watch);
}

/** A finished run gives its end again and calls nothing. */
async function resume(options: ServeHostOptions, runId: string, watch: RunWatch): Promise<RunEnd> {
  const { engine, values, terminal } = options;
  const journal = engine.open(runId);
  try {
    const { workspace, models } = await startOf(journal);
    requireSamePlace(options, workspace, runId);
    const over = engine.list().some(run => run.runId === runId && run.status !== 'open');
    if (!over) requireWorkspace(workspace);
    const opened = over ? new Map<string, LanguageModel>() : await openModels(models, terminal);
    const grants = readGrants(values, journal.program);
    if (!over) journal.append({ type: 'run.resumed', at: realWorld.now(), grants });
    return await drive(options, { journal, workspace, opened, models }, watch);
  } finally {
    journal.close();
  }
}

interface Drive {
  readonly journal: Journal;
  readonly workspace: string;
  readonly opened: ReadonlyMap<string, LanguageModel>;
  readonly models: { readonly [alias: string]: ResolvedModel };
}

async function drive(options: ServeHostOptions, run: Drive, watch: RunWatch): Promise<RunEnd> {
  const { journal, workspace, opened, models } = run;
  const { terminal, stop } = options;
  const { driveRun } = await loadRuntime();
  const modelOf = (alias: string) => opened.get(models[alias]?.use ?? '');
  const execute = await openExecutor({
    journal,
    workspace,
    modelOf,
    person: createAskPerson({ journal, terminal, interactive: false }),
    onDelta: () => undefined,
    onNotice: () => undefined,
  });
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
      onRecalled: ({ model, origin }) => modelOf(model)?.recall?.(origin),
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
  const hintFor = (code: string): string =>
    (hintInRun(code) ?? '').replace(/\bcrew (\w+) RUN\b/g, `crew $1 ${runId}${flags}`);
  if (outcome.type === 'suspended') {
    const failure = outcome.state.suspension?.failure;
    if (failure === undefined) throw new Error(`run ${runId} waits for nothing`);
    const questions = await openQuestionsOf(options, await readRecordedRun(options.engine, runId));
    return { runId, outcome: 'waiting', failure, hint: hintFor(failure.code), spend, questions, goOn };
  }
  const { end } = outcome;
  return end.outcome === 'error'
    ? { runId, outcome: 'error', failure: end.failure, hint: hintFor(end.failure.code), spend }
    : { runId, outcome: end.outcome, result: end.result, spend };
}

/** Only runs of served crews are there, and only by their whole id. Fails with RUN_NOT_FOUND. */
function requireServed({ engine, programs }: ServeHostOptions, runId: string): void {
  const header = engine.list().find(run => run.runId === runId);
  if (header === undefined || !programs.has(header.crew)) throw notServed(runId);
}

/** A journal may be shared by several workspaces; runs of another one are not ours to show or to go on with. */
function requireSamePlace({ workspace }: ServeHostOptions, found: string, runId: string): void {
  if (found !== workspace) throw notServed(runId);
}

function notServed(runId: string): CrewError {
  return new CrewError('RUN_NOT_FOUND', `no run \`${runId}\` of a served crew`);
}

async function readServed(options: ServeHostOptions, runId: string): Promise<ReadRun> {
  requireServed(options, runId);
  const read = await readRecordedRun(options.engine, runId);
  const [first] = read.run.facts;
  if (first?.type === 'run.started') requireSamePlace(options, first.workspace, runId);
  return read;
}

async function recordOf({ run, steps }: ReadRun): Promise<RunRecord> {
  const { readRecord } = await loadRecordReaders();
  return readRecord(run, steps);
}

function eventsOf({ steps }: ReadRun): readonly RunEvent[] {
  return steps.flatMap(({ effects }) =>
    effects.flatMap(effect => (effect.type === 'event.publish' ? [effect.event] : [])),
  );
}

async function openQuestionsOf(options: ServeHostOptions, read: ReadRun): Promise<readonly OpenQuestion[]> {
  const { engine, values } = options;
  const { runId } = read.run;
  const left = engine.answers(runId);
  const { questions } = await recordOf(read);
  return questions
    .filter(asked => {
      const answer = left.get(answerSlot(asked));
      return answer === undefined || !fitsQuestion(asked.question, answer);
    })
    .map(asked => {
      const { id, phase, question } = asked;
      const commands = commandsFor(asked, `${runId}${resumeFlags(values)}`);
      return { id, phase, question, text: questionText(asked), commands };
    });
}

function commandsFor(asked: WaitingQuestion, target: string): readonly string[] {
  const which = `${target} --question ${questionId(asked)}`;
  if (asked.question.kind === 'approval') return [`crew approve ${which}`, `crew reject ${which}`];
  if (asked.question.kind === 'uncertain') {
    return [`crew answer ${which} done`, `crew answer ${which} "not done"`];
  }
  return [`crew answer ${which} ANSWER`];
}
