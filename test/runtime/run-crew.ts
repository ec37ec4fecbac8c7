import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { namedModels } from '../../src/compiler/named-models.ts';
import { createSqliteEngine } from '../../src/engines/sqlite.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import type { MemoryDoor } from '../../src/memory/memory-door.ts';
import type { Budget } from '../../src/model/crew.ts';
import type { PersonAskEffect } from '../../src/model/effect.ts';
import type { Fact, ModelTerms } from '../../src/model/fact.ts';
import { nthModelKey } from '../../src/model/fallback-key.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { Program } from '../../src/model/program.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { Engine, Journal, PersonAnswer } from '../../src/ports/engine.ts';
import type { LanguageModel, ModelRequest } from '../../src/ports/language-model.ts';
import { createExecutor, type Executor, type ExecutorDoors } from '../../src/runtime/executor.ts';
import { driveRun, type RunOptions, type RunOutcome } from '../../src/runtime/run.ts';
import type { RunControls } from '../../src/runtime/run-controls.ts';
import { createFakeModel, type Replies } from './fake-model.ts';
import { FAKE_CATALOG, FAKE_TOOLS, type FakeTool } from './fake-tools.ts';
import { createFakeWorld, EPOCH, type FakeWorld } from './fake-world.ts';
import { ALWAYS_SUSPEND, driveForgetting } from './forgetting.ts';

interface Files {
  readonly [path: string]: string;
}

export interface CrewRunOptions {
  /** Everything of a crew file but `version`, `crew`, `goal` and `tools`, which are the same in all tests. */
  readonly yaml: string;
  /** Whole files beside it: crews and SOPs that it runs as phases. */
  readonly files?: Files;
  readonly inputs?: JsonObject;
  readonly replies?: Replies;
  readonly model?: LanguageModel;
  readonly tools?: { readonly [name: string]: FakeTool };
  /** What a person answers; undefined when nobody is there. */
  readonly person?: (
    effect: PersonAskEffect,
    signal: AbortSignal,
  ) => PersonAnswer | undefined | Promise<PersonAnswer | undefined>;
  readonly grants?: readonly string[];
  /** What the user's policy says; absent as in runs of before there were policies. */
  readonly policy?: Policy;
  /** Where paths really are; where they say when absent. */
  readonly places?: ExecutorDoors['places'];
  readonly askInCall?: ExecutorDoors['askInCall'];
  /** The memory of the run, with the version that it is pinned to; none when absent. */
  readonly memory?: { readonly door: MemoryDoor; readonly version?: number };
  /** The memory is as that of runs of before, which kept what models that go by rules say. */
  readonly keepsRules?: true;
  readonly runId?: string;
  readonly terms?: Partial<ModelTerms>;
  /** The terms of single aliases. */
  readonly termsOf?: { readonly [alias: string]: Partial<ModelTerms> };
  readonly world?: FakeWorld;
  readonly stop?: AbortSignal;
  readonly controls?: RunControls;
  /** The journal file; in memory when absent. */
  readonly path?: string;
  /** Goes on with the run in that file, as a new process would. */
  readonly reopen?: true;
  /** Puts another program under the journal than the text says. */
  readonly tamper?: (program: Program) => Program;
  /** The journal of an earlier run to go on with. */
  readonly history?: readonly Fact[];
  /** Appends `run.resumed` to the history. */
  readonly resume?: {
    readonly budget?: Budget;
    readonly grants?: readonly string[];
    readonly policy?: Policy;
  };
  /** Sees every event as it comes, to stop the run or to look at the clock. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Wraps the executor, to hold outcomes back. */
  readonly wrap?: (execute: Executor) => Executor;
}

export interface CrewRun {
  readonly events: readonly RunEvent[];
  readonly outcome: RunOutcome;
  readonly facts: readonly Fact[];
  /** In the order of sending, with the effect's key. */
  readonly modelRequests: readonly ModelRequest[];
  readonly toolCalls: readonly { readonly tool: string; readonly args: JsonObject }[];
  /** The keys of all model and tool calls that this process began. */
  readonly calledKeys: readonly string[];
  readonly program: Program;
}

const HEAD = `version: 1
crew: test
goal: Try the runtime.
tools: { kit: builtin:kit }
`;
const RUN_ID = 'run1';
const TERMS: ModelTerms = { maxTokens: 100, languageModel: false, price: null };
const compiled = new Map<string, Program>();

/** Compiles the text of a test crew; fails with all its mistakes. */
export function compileText(yaml: string, files: Files = {}): Program {
  const id = JSON.stringify([yaml, files]);
  const known = compiled.get(id);
  if (known !== undefined) return known;
  const text = HEAD + yaml;
  const loaded = loadCrew({
    path: 'test.crew.yaml',
    readSource: path => (path === 'test.crew.yaml' ? text : files[path]),
    catalog: FAKE_CATALOG,
  });
  if (loaded.crew === undefined) {
    const lines = loaded.diagnostics.map(
      each => `${each.range.start.line}: ${each.code} ${each.message} ${each.hint ?? ''}`,
    );
    throw new Error(`${lines.join('\n')}\n${text}`);
  }
  const program = compileCrew(loaded.crew, { sourceMap: loaded.sourceMap, catalog: FAKE_CATALOG });
  // Random crews come once; kept for ever they would fill the memory of a long run.
  if (compiled.size >= 200) compiled.clear();
  compiled.set(id, program);
  return program;
}

/** Drives a crew from its text, or from a history of it, until the run loop is left. */
export async function runCrew(options: CrewRunOptions): Promise<CrewRun> {
  const { runId = RUN_ID } = options;
  const program = (options.tamper ?? (same => same))(compileText(options.yaml, options.files));
  const world = options.world ?? createFakeWorld(lastMoment(options.history));
  const engine = createSqliteEngine(options.path ?? ':memory:');
  let held: Journal | undefined;
  try {
    const journal = openJournal(engine, program, { options, world });
    held = journal;
    const seen = { modelRequests: [], toolCalls: [], calledKeys: [] } as {
      modelRequests: ModelRequest[];
      toolCalls: { tool: string; args: JsonObject }[];
      calledKeys: string[];
    };
    const execute = createTestExecutor(options, world, seen);
    const events: RunEvent[] = [];
    const drive: RunOptions = {
      journal,
      world,
      execute: (options.wrap ?? (same => same))(execute),
      onEvent: event => {
        events.push(event);
        options.onEvent?.(event);
      },
      stop: options.stop ?? new AbortController().signal,
      ...(options.controls === undefined ? {} : { controls: options.controls }),
    };
    const reopen = (): Journal => {
      held = engine.open(runId);
      return held;
    };
    const outcome = await (ALWAYS_SUSPEND ? driveForgetting(drive, reopen) : driveRun(drive));
    held.close();
    const after = engine.open(runId);
    const facts = after.recorded;
    after.close();
    return { events, outcome, facts, program, ...seen };
  } finally {
    held?.close();
    engine.close();
  }
}

function lastMoment(history: readonly Fact[] | undefined): number {
  const last = history?.at(-1);
  // An hour lies between a stop and its resume.
  return last === undefined ? 0 : last.at - EPOCH + 3_600_000;
}

function openJournal(
  engine: Engine,
  program: Program,
  { options, world }: { readonly options: CrewRunOptions; readonly world: FakeWorld },
): Journal {
  const { runId = RUN_ID } = options;
  if (options.reopen) return resumed(engine.open(runId), options, world);
  const fresh = engine.create(runId, program, world.now());
  for (const fact of options.history ?? [startedFact(options, program, world)]) fresh.append(fact);
  let journal = fresh;
  if (options.history !== undefined) {
    fresh.close();
    journal = engine.open(runId);
  }
  return resumed(journal, options, world);
}

function resumed(journal: Journal, { resume }: CrewRunOptions, world: FakeWorld): Journal {
  if (resume !== undefined) journal.append({ type: 'run.resumed', at: world.now(), ...resume });
  return journal;
}

function startedFact(options: CrewRunOptions, program: Program, world: FakeWorld): Fact {
  const aliases = aliasesOf(program);
  const terms = { ...TERMS, ...options.terms };
  return {
    type: 'run.started',
    at: world.now(),
    runId: options.runId ?? RUN_ID,
    inputs: options.inputs ?? {},
    ...(options.grants === undefined ? {} : { grants: options.grants }),
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    ...memoryOf(options),
    workspace: '/workspace',
    models: Object.fromEntries(aliases.map(alias => [alias, { use: `fake:${alias}`, reason: 'a test' }])),
    terms: Object.fromEntries(aliases.map(alias => [alias, { ...terms, ...options.termsOf?.[alias] }])),
  };
}

function memoryDoor({ memory }: CrewRunOptions): Pick<ExecutorDoors, 'memory'> {
  return memory === undefined ? {} : { memory: async () => memory.door };
}

function memoryOf({ memory, keepsRules }: CrewRunOptions) {
  if (memory === undefined) return {};
  const { version } = memory;
  const pinned = version === undefined ? {} : { version };
  const ruled = keepsRules === true ? {} : ({ ruled: 'dropped' } as const);
  return { memory: { place: 'a test', embedder: 'none', gathers: 'all', ...ruled, ...pinned } as const };
}

/** The models that a program names, and those of the crews inside it behind their paths. */
function aliasesOf(program: Program): readonly string[] {
  const own = new Set(['default', ...program.roles.map(role => role.model), ...namedModels(program)]);
  const inside = Object.entries(program.crews ?? {}).flatMap(([path, inner]) =>
    aliasesOf(inner).map(alias => `${path}/${alias}`),
  );
  const later = program.models.flatMap(({ name, fallbacks = [] }) =>
    own.has(name) ? fallbacks.map((_, index) => nthModelKey(name, index + 2)) : [],
  );
  return [...own, ...later, ...inside];
}

function createTestExecutor(
  options: CrewRunOptions,
  world: FakeWorld,
  seen: { modelRequests: ModelRequest[]; toolCalls: object[]; calledKeys: string[] },
): Executor {
  const model = options.model ?? createFakeModel(world, options.replies ?? (() => ({ text: 'an answer' })));
  const counts = new Map<string, number>();
  const execute = createExecutor({
    world,
    workspace: '/workspace',
    runId: options.runId ?? RUN_ID,
    model: async () => ({
      ...model,
      generate: (request, signal) => {
        seen.modelRequests.push(request);
        return model.generate(request, signal);
      },
    }),
    tool: async name => {
      const short = name.slice(name.indexOf('.') + 1);
      const spec = [...FAKE_CATALOG.values()].flat().find(each => each.name.endsWith(`.${short}`));
      const act = options.tools?.[short] ?? FAKE_TOOLS[short];
      if (spec === undefined || act === undefined) return undefined;
      return {
        spec,
        call: async (args, context) => {
          seen.toolCalls.push({ tool: name, args });
          const nth = (counts.get(short) ?? 0) + 1;
          counts.set(short, nth);
          return (await act(args, { nth, world, context })) as JsonObject;
        },
      };
    },
    places:
      options.places ?? (async paths => Object.fromEntries(paths.map(path => [path, `/workspace/${path}`]))),
    ...(options.askInCall === undefined ? {} : { askInCall: options.askInCall }),
    ...memoryDoor(options),
    person: async (effect, signal) => options.person?.(effect, signal),
    onDelta: () => undefined,
    onNotice: () => undefined,
  });
  return (effect, signal) => {
    if (effect.type !== 'timer.start') seen.calledKeys.push(effect.key);
    return execute(effect, signal);
  };
}
