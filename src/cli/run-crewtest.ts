import { dirname, join, resolve } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { CrewTest, CrewTestResult } from '../model/crewtest.ts';
import type { Fact } from '../model/fact.ts';
import type { Program } from '../model/program.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { PersonAnswer } from '../ports/engine.ts';
import type { RunState } from '../runtime/run-state.ts';
import type { AskPerson } from './ask-person.ts';
import { type ObservedRun, unmetExpectations } from './check-expectation.ts';
import { chooseModels } from './choose-models.ts';
import type { Terminal } from './command.ts';
import type { CheckedCrew } from './load-program.ts';
import { declaredMemory } from './memory/choose-memory.ts';
import { openExecutor } from './open-executor.ts';
import { modelTerms, openModels } from './open-models.ts';
import { readAnswer } from './read-answer.ts';
import { readNamedFile } from './read-files.ts';
import { readGrants } from './read-grants.ts';
import { readInputs } from './read-inputs.ts';
import { compileLike } from './reformulate/compile-like.ts';
import { replayFacts } from './replay-facts.ts';
import { readRunFile } from './run-file.ts';
import { makeTestWorkspace } from './test-workspace.ts';
import { loadConditions, loadMismatchText, loadRunReader, loadRuntime, openMemoryEngine } from './wire.ts';
import { loadMemoryStore } from './wire-memory.ts';
import { realWorld } from './world.ts';

/** A test, the file that it stands in, and its compiled crew. */
export interface TestToRun {
  readonly file: string;
  /** The crew file, relative to the folder of the test's. */
  readonly crew: string;
  readonly test: CrewTest;
  readonly program: Program;
  /** What it was compiled from. */
  readonly checked: CheckedCrew;
  readonly terminal: Terminal;
  /** False where nothing is to be remembered. */
  readonly memory?: boolean;
  /** Where folders for tests are made. */
  readonly folders: string;
}

/** Runs one test. Its journal is in memory, and its workspace is removed. What goes wrong is a problem of the test. */
export async function runCrewTest(options: TestToRun): Promise<CrewTestResult> {
  const { file, test } = options;
  const start = performance.now();
  const outcome = await outcomeOf(options);
  const ms = Math.round(performance.now() - start);
  return { file, name: test.name, ms, ...outcome };
}

async function outcomeOf(options: TestToRun): Promise<Pick<CrewTestResult, 'problems' | 'spend'>> {
  const { test } = options;
  try {
    const run =
      test.model.kind === 'cassette' ? await replay(options, test.model.file) : await drive(options);
    const { spent: spend } = run.state.ledger;
    if ('problem' in run) return { problems: [run.problem], spend };
    const { evaluateCondition } = await loadConditions();
    return { problems: unmetExpectations(test.expect, run, evaluateCondition), spend };
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return { problems: [`${error.code}: ${error.message}`] };
  }
}

type TestRun = ObservedRun | { readonly state: RunState; readonly problem: string };

async function replay({ file, checked, terminal }: TestToRun, cassette: string): Promise<TestRun> {
  const path = join(dirname(file), cassette);
  const run = await readRunFile(path, readNamedFile(terminal.cwd, path));
  const program = await compileLike(checked, run.program);
  const events: RunEvent[] = [];
  const replayed = await replayFacts({ run, program, path, onEvent: event => events.push(event) });
  const { state } = replayed;
  if (replayed.type !== 'mismatch') return observed({ program, facts: run.facts, state, events });
  const { mismatchTitle, mismatchDetails } = await loadMismatchText();
  const details = mismatchDetails(replayed.mismatch, { color: false });
  return { state, problem: `${mismatchTitle(replayed.mismatch)}\n${details}`.trimEnd() };
}

async function observed(run: {
  readonly program: Program;
  readonly facts: readonly Fact[];
  readonly state: RunState;
  readonly events: readonly RunEvent[];
}): Promise<ObservedRun> {
  const { openQuestions } = await loadRunReader();
  const { program, facts, state, events } = run;
  return { state, events, waiting: openQuestions(program, facts) };
}

async function drive(options: TestToRun): Promise<TestRun> {
  const { file, test, program, terminal, folders } = options;
  const beside = (path: string) => join(dirname(file), path);
  const use = test.model.kind === 'replies' ? `script:${beside(test.model.file)}` : 'offline';
  const offline = { ...terminal, env: {} };
  const { models } = chooseModels({ program, flags: [use], env: {} });
  const opened = await openModels(models, offline);
  const terms = await modelTerms({ program, models, opened, terminal: offline });
  const given = { path: `\`inputs\` of ${test.name}`, text: JSON.stringify(test.inputs) };
  const inputs = await readInputs({ declared: program.inputs, pairs: [], file: given });
  const grants = readGrants({ allow: [...test.allow] }, program);
  const folder = makeTestWorkspace(folders, test.workspace, path => resolve(terminal.cwd, beside(path)));
  const engine = await openMemoryEngine();
  try {
    const [at, runId, workspace] = [realWorld.now(), realWorld.newId(), folder.path];
    const remembered = remembers(options) ? { memory: TEST_MEMORY } : {};
    const given = { inputs, workspace, models, terms, grants, ...remembered };
    const started = { type: 'run.started', at, runId, ...given } as const;
    const journal = engine.create(runId, program, at, [started]);
    const events: RunEvent[] = [];
    const { driveRun } = await loadRuntime();
    const { createInMemoryStore } = await loadMemoryStore();
    const execute = await openExecutor({
      journal,
      workspace,
      modelOf: alias => opened.get(models[alias]?.use ?? ''),
      person: answerFrom(test),
      memoryStore: createInMemoryStore(),
      onDelta: () => undefined,
      onNotice: () => undefined,
    });
    try {
      const stop = new AbortController().signal;
      const onEvent = (event: RunEvent) => events.push(event);
      const outcome = await driveRun({ journal, execute, world: realWorld, onEvent, stop });
      if (outcome.state === undefined) throw new Error('a test is never stopped');
      const { facts } = engine.read(runId);
      return await observed({ program, facts, state: outcome.state, events });
    } finally {
      await execute.close();
      journal.close();
    }
  } finally {
    engine.close();
    folder.remove();
  }
}

/** A test has a memory of its own, which is empty when it begins and found by words. */
const TEST_MEMORY = { place: 'this test', embedder: 'none' } as const;

function remembers({ program, memory = true }: TestToRun): boolean {
  return memory && declaredMemory(program) !== undefined;
}

/** The answers of the test by phase; whoever is not in it is not there. */
function answerFrom({ answers }: CrewTest): AskPerson {
  const asked = new Map<string, number>();
  return async ({ phase, question }): Promise<PersonAnswer | undefined> => {
    const lines = answers.get(phase);
    if (lines === undefined) return undefined;
    const nth = asked.get(phase) ?? 0;
    asked.set(phase, nth + 1);
    const line = lines[nth] ?? lines.at(-1) ?? '';
    const answer = readAnswer(question, line);
    if ('choice' in answer) return { ...answer, by: 'the test' };
    throw new CrewError('INPUT_INVALID', `\`answers.${phase}\`: \`${line}\` is no answer; ${answer.problem}`);
  };
}
