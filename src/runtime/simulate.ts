import { evaluateTemplate } from '../expressions/template-evaluate.ts';
import { type CodedFailure, CrewError } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import { templateScope } from './scope.ts';
import { advance, enterStatechart, type StatechartAction } from './statechart.ts';

/** What a phase is taken to do at one visit: deliver an artifact, or fail. */
export type Stub = { readonly artifact: JsonValue } | { readonly failure: CodedFailure };

/** One visit of a walk. `missing`: no stub said what the phase does, so the walk stops here. */
interface WalkStep {
  readonly phase: string;
  readonly kind: string;
  readonly visit: number;
  readonly outcome: 'completed' | 'failed' | 'missing' | 'ended';
}

/** A walk through the phases without models and tools. */
export interface Walk {
  readonly steps: readonly WalkStep[];
  readonly end:
    | { readonly outcome: 'success' | 'failure'; readonly phase: string; readonly result: JsonValue }
    | { readonly outcome: 'error'; readonly phase: string; readonly failure: CodedFailure }
    | { readonly outcome: 'missing'; readonly phase: string };
}

/** `entered` and `published` count in one order: the nth visit begins at 2n and ends at 2n + 1. */
interface Position {
  readonly artifacts: Map<string, JsonValue>;
  readonly visits: Map<string, number>;
  readonly published: Map<string, number>;
  readonly entered: Map<string, number>;
  readonly steps: WalkStep[];
  failure: (CodedFailure & { readonly phase: string }) | undefined;
}

/**
 * Walks through the phases of a program as a run would, with the same statechart and the same conditions, taking what
 * each phase does from `stubs`: the nth for its nth visit, the last one for all later visits. A condition or a result
 * that cannot be worked out ends the walk, as it ends a run. Pure.
 */
export function simulateRun(options: WalkOptions): Walk {
  const walk: Position = {
    artifacts: new Map(),
    visits: new Map(),
    published: new Map(),
    entered: new Map(),
    steps: [],
    failure: undefined,
  };
  try {
    return { steps: walk.steps, end: walkToEnd(options, walk) };
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    const phase = walk.steps.at(-1)?.phase ?? '';
    return { steps: walk.steps, end: { outcome: 'error', phase, failure: error.toFailure() } };
  }
}

interface WalkOptions {
  readonly program: Program;
  readonly inputs: JsonObject;
  readonly stubs: ReadonlyMap<string, readonly Stub[]>;
}

function walkToEnd(options: WalkOptions, walk: Position): Walk['end'] {
  const { program, stubs } = options;
  let [chart, actions] = enterStatechart(program.machine);
  while (true) {
    const name = enteredPhase(actions, walk);
    if (name === undefined) return failedEnd(walk);
    const phase = program.phases[name];
    if (phase === undefined) throw new Error(`compiled program has no phase ${name}`);
    if (phase.kind === 'end') {
      walk.steps.push({ phase: name, kind: 'end', visit: 1, outcome: 'ended' });
      const scope = scopeAt(name, options, walk);
      const result = phase.result === undefined ? null : evaluateTemplate(phase.result, scope);
      return { outcome: phase.outcome, phase: name, result };
    }
    const visit = (walk.visits.get(name) ?? 0) + 1;
    const given = stubs.get(name) ?? [];
    const stub = given[visit - 1] ?? given.at(-1);
    takeVisit(walk, { name, kind: phase.kind, visit, stub });
    if (stub === undefined) return { outcome: 'missing', phase: name };
    const type = `${name}.${'artifact' in stub ? 'completed' : 'failed'}`;
    [chart, actions] = advance(chart, { type, scope: scopeAt(name, options, walk), ...countsOf(walk) });
  }
}

function takeVisit(
  walk: Position,
  at: {
    readonly name: string;
    readonly kind: string;
    readonly visit: number;
    readonly stub: Stub | undefined;
  },
): void {
  const { name, kind, visit, stub } = at;
  walk.visits.set(name, visit);
  walk.entered.set(name, 2 * walk.steps.length);
  walk.steps.push({ phase: name, kind, visit, outcome: outcomeOf(stub) });
  if (stub === undefined) return;
  if ('failure' in stub) {
    walk.failure = { ...stub.failure, phase: name };
    return;
  }
  walk.artifacts.set(name, stub.artifact);
  walk.published.set(name, 2 * walk.steps.length - 1);
}

function scopeAt(phase: string, { program, inputs }: WalkOptions, walk: Position): JsonObject {
  const artifacts = Object.fromEntries(walk.artifacts);
  const visit = walk.visits.get(phase) ?? 0;
  // A stub says what came out of a conversation, not what was said in it.
  const talked = [...walk.artifacts.keys()].filter(name => program.phases[name]?.kind === 'talk');
  const talks = Object.fromEntries(talked.map(name => [name, []]));
  const { failure } = walk;
  return templateScope({ artifacts, talks, inputs, runId: 'walk', program, failure, visit });
}

function countsOf({ visits, published, entered }: Position) {
  return {
    visits: Object.fromEntries(visits),
    published: Object.fromEntries(published),
    entered: Object.fromEntries(entered),
  };
}

function outcomeOf(stub: Stub | undefined): WalkStep['outcome'] {
  if (stub === undefined) return 'missing';
  return 'artifact' in stub ? 'completed' : 'failed';
}

/** The phase that a transition entered; undefined when the run failed. Branches are parts of their phase's stub. */
function enteredPhase(actions: readonly StatechartAction[], walk: Position): string | undefined {
  for (const action of actions) {
    if (action.type === 'visit.limit') {
      const message = `phase \`${action.phase}\` has no visits left`;
      walk.failure = { code: 'VISIT_LIMIT', message, phase: action.phase };
    }
    if (action.type === 'run.end') return action.phase;
    if (action.type === 'phase.start' && !action.phase.includes('.')) return action.phase;
  }
  return undefined;
}

function failedEnd(walk: Position): Walk['end'] {
  if (walk.failure === undefined)
    throw new CrewError('TEMPLATE_FAILED', 'no way out of the last phase holds');
  const { phase, ...failure } = walk.failure;
  return { outcome: 'error', phase, failure };
}
