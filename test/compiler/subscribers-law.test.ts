import { expect, test } from 'vitest';
import { createMachine, initialTransition, transition } from 'xstate';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { CATALOG, sourceOf } from '../language/catalog.ts';
import { fc } from '../laws.ts';

const SIZE = 5;

interface Step {
  readonly next: readonly number[];
  readonly maxVisits: number | undefined;
  readonly onError: number | undefined;
  readonly reads: number | undefined;
  readonly subscribe: readonly number[];
}

const target = fc.nat(SIZE);
const step: fc.Arbitrary<Step> = fc.record({
  next: fc.array(target, { minLength: 1, maxLength: 2 }),
  maxVisits: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 2 }),
  onError: fc.option(target, { nil: undefined, freq: 2 }),
  reads: fc.option(fc.nat(SIZE - 1), { nil: undefined, freq: 2 }),
  subscribe: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.uniqueArray(fc.nat(SIZE - 1), { minLength: 1, maxLength: 2 }) },
  ),
});

const nameOf = (index: number): string => (index === SIZE ? 'finish' : `p${index}`);

function write(steps: readonly Step[]): string {
  const phases = steps.map(({ next, maxVisits, onError, reads, subscribe }, index) => {
    const last = next.length - 1;
    const ways = next.map((to, way) => ({ ...(way < last ? { when: 'visit > 1' } : {}), to: nameOf(to) }));
    const watched = subscribe.filter(one => one !== index).map(nameOf);
    const phase = {
      role: 'worker',
      task: reads === undefined ? 'Work' : `Read {{ ${nameOf(reads)} }}`,
      next: ways,
      ...(maxVisits === undefined ? {} : { max_visits: maxVisits }),
      ...(onError === undefined ? {} : { on_error: nameOf(onError) }),
      ...(watched.length === 0 ? {} : { subscribe: watched }),
    };
    return [nameOf(index), phase];
  });
  return JSON.stringify({
    version: 1,
    crew: 'random',
    goal: 'Be random.',
    budget: { calls: 9 },
    roles: { worker: { goal: 'Work.' } },
    start: 'p0',
    phases: { ...Object.fromEntries(phases), finish: { end: 'success' } },
  });
}

interface Heard {
  readonly type: string;
  readonly choice?: number;
  readonly visits?: Readonly<Record<string, number>>;
  readonly entered?: Readonly<Record<string, number>>;
  readonly published?: Readonly<Record<string, number>>;
}

const GUARDS = {
  when: ({ event }: { event: Heard }) => (event.choice ?? 0) % 2 === 0,
  'visit-left': ({ event }: { event: Heard }, { phase, max }: { phase: string; max: number }) =>
    (event.visits?.[phase] ?? 0) < max,
  news: (
    { event }: { event: Heard },
    { phase, artifacts, max }: { phase: string; artifacts: readonly string[]; max: number },
  ) => {
    const at = (name: string): number => event.published?.[name] ?? 0;
    const isNew = artifacts.some(name => at(name) > (event.entered?.[phase] ?? 0));
    return isNew && artifacts.every(name => at(name) > 0) && (event.visits?.[phase] ?? 0) < max;
  },
};

/** Walks the compiled machine as a runtime would; says how it went. */
function walk(
  machine: JsonObject,
  steps: readonly Step[],
  choices: readonly number[],
): 'ended' | 'lasting' | 'unassigned' {
  const chart = createMachine(JSON.parse(JSON.stringify(machine)), { guards: GUARDS as never });
  const visits: Record<string, number> = {};
  const entered: Record<string, number> = {};
  const published: Record<string, number> = {};
  let clock = 0;
  let [snapshot, actions] = initialTransition(chart);
  for (const choice of choices) {
    if (snapshot.status === 'done') return 'ended';
    const phase = String(snapshot.value);
    expect(actions.map(action => action.type)).toContain('phase.start');
    visits[phase] = (visits[phase] ?? 0) + 1;
    clock += 1;
    entered[phase] = clock;
    const here = steps[Number(phase.slice(1))];
    if (here?.reads !== undefined && published[nameOf(here.reads)] === undefined) return 'unassigned';
    const failed = here?.onError !== undefined && choice % 3 === 0;
    clock += 1;
    if (!failed) published[phase] = clock;
    const event = { type: `${phase}.${failed ? 'failed' : 'completed'}`, choice, visits, entered, published };
    [snapshot, actions] = transition(chart, snapshot, event as never);
  }
  return snapshot.status === 'done' ? 'ended' : 'lasting';
}

test('what passes the check ends, and reads only what is there, also when phases wait for artifacts', () => {
  const passed = { all: 0, woken: 0 };
  const runs = fc.array(fc.array(fc.nat(5), { minLength: 200, maxLength: 200 }), {
    minLength: 4,
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: SIZE, maxLength: SIZE }), runs, (steps, allChoices) => {
      const readSource = sourceOf({ 'a.yaml': write(steps) });
      const { crew, sourceMap, diagnostics } = loadCrew({ path: 'a.yaml', readSource, catalog: CATALOG });
      const codes = new Set(diagnostics.map(row => row.code));
      // Mistakes of other kinds leave a machine that can be walked all the same.
      if (codes.has('unbounded-cycle') || codes.has('unassigned-artifact') || crew === undefined) return;
      passed.all += 1;
      if (crew.sop.phases.some(phase => phase.subscribe !== undefined)) passed.woken += 1;
      const { machine } = compileCrew(crew, { sourceMap, catalog: CATALOG });
      for (const choices of allChoices) expect(walk(machine, steps, choices)).toBe('ended');
    }),
    { numRuns: 1500 },
  );
  expect(passed.woken).toBeGreaterThan(20);
});
