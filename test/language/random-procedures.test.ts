import { expect, test } from 'vitest';
import { loadCrew } from '../../src/language/load-crew.ts';
import { fc } from '../laws.ts';
import { CATALOG, sourceOf } from './catalog.ts';

interface Step {
  readonly next: readonly number[];
  readonly onError: number | undefined;
  readonly maxVisits: number | undefined;
  readonly onLimit: number | undefined;
  readonly reads: number | undefined;
}

const SIZE = 5;
const END = SIZE;
const target = fc.nat(SIZE);
const step: fc.Arbitrary<Step> = fc.record({
  next: fc.array(target, { minLength: 1, maxLength: 2 }),
  onError: fc.option(target, { nil: undefined, freq: 2 }),
  maxVisits: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 3 }),
  onLimit: fc.option(target, { nil: undefined, freq: 3 }),
  reads: fc.option(fc.nat(SIZE - 1), { nil: undefined, freq: 1 }),
});
const procedure = fc.array(step, { minLength: SIZE, maxLength: SIZE });

function nameOf(index: number): string {
  return index === END ? 'finish' : `p${index}`;
}

function write(steps: readonly Step[]): string {
  const phases = steps.map(({ next, onError, maxVisits, onLimit, reads }, index) => {
    const ways = next.map((to, way) =>
      way < next.length - 1 ? { when: 'visit > 1', to: nameOf(to) } : { to: nameOf(to) },
    );
    const task = reads === undefined ? 'Work' : `Read {{ ${nameOf(reads)} }}`;
    const limits =
      maxVisits === undefined
        ? {}
        : { max_visits: maxVisits, on_limit: onLimit === undefined ? undefined : nameOf(onLimit) };
    const failing = onError === undefined ? {} : { on_error: nameOf(onError) };
    return [`p${index}`, { role: 'worker', task, next: ways, ...limits, ...failing }];
  });
  const all = { ...Object.fromEntries(phases), finish: { end: 'success' } };
  const head = {
    version: 1,
    crew: 'random',
    goal: 'Be random.',
    roles: { worker: { goal: 'Work.' } },
    start: 'p0',
  };
  return JSON.stringify({ ...head, phases: all });
}

function codesOf(steps: readonly Step[]): ReadonlySet<string> {
  const readSource = sourceOf({ 'a.yaml': write(steps) });
  return new Set(loadCrew({ path: 'a.yaml', readSource, catalog: CATALOG }).diagnostics.map(row => row.code));
}

/** Walks as the runtime would, with the given choices; says how it went. */
function walk(steps: readonly Step[], choices: readonly number[]): 'ended' | 'lasting' | 'unassigned' {
  const visits = new Map<number, number>();
  const assigned = new Set<number>();
  let at = 0;
  for (const choice of choices) {
    const here = steps[at];
    if (at === END || !here) return 'ended';
    const visit = (visits.get(at) ?? 0) + 1;
    if (here.maxVisits !== undefined && visit > here.maxVisits) {
      if (here.onLimit === undefined) return 'ended';
      at = here.onLimit;
      continue;
    }
    visits.set(at, visit);
    if (here.reads !== undefined && !assigned.has(here.reads)) return 'unassigned';
    if (here.onError !== undefined && choice % 3 === 0) {
      at = here.onError;
      continue;
    }
    assigned.add(at);
    at = here.next[choice % here.next.length] ?? END;
  }
  return at === END ? 'ended' : 'lasting';
}

const choices = fc.array(fc.nat(5), { minLength: 400, maxLength: 400 });

test('what passes the check neither goes round for ever nor reads what is not there', () => {
  const passed = { runs: 0 };
  fc.assert(
    fc.property(procedure, fc.array(choices, { minLength: 5, maxLength: 5 }), (steps, runs) => {
      const codes = codesOf(steps);
      const bounded = !codes.has('unbounded-cycle');
      const assigned = !codes.has('unassigned-artifact');
      if (bounded && assigned) passed.runs += 1;
      for (const run of runs) {
        const outcome = walk(steps, run);
        if (bounded) expect(outcome).not.toBe('lasting');
        if (assigned) expect(outcome).not.toBe('unassigned');
      }
    }),
    { numRuns: 400 },
  );
  expect(passed.runs).toBeGreaterThan(10);
});

/** The textbook analysis: what is assigned on every way into each phase, as a greatest fixed point. */
function assignedBefore(steps: readonly Step[]): Map<number, Set<number>> {
  const everything = new Set(steps.keys());
  const before = new Map<number, Set<number>>([[0, new Set()]]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [from, known] of [...before]) {
      const here = steps[from];
      if (!here) continue;
      const after = new Set([...known, from]);
      const ways: [number | undefined, Set<number>][] = here.next.map(to => [to, after]);
      ways.push([here.onError, known]);
      if (here.maxVisits !== undefined) ways.push([here.onLimit, here.onError === undefined ? after : known]);
      for (const [to, set] of ways) {
        if (to === undefined) continue;
        const old = before.get(to) ?? everything;
        const merged = new Set([...old].filter(one => set.has(one)));
        if (before.has(to) && merged.size === old.size) continue;
        before.set(to, merged);
        changed = true;
      }
    }
  }
  return before;
}

test('an artifact is refused exactly where the textbook analysis finds a way without it', () => {
  fc.assert(
    fc.property(procedure, steps => {
      const before = assignedBefore(steps);
      const wrong = steps.some(({ reads }, index) => {
        const known = before.get(index);
        return known !== undefined && reads !== undefined && !known.has(reads);
      });
      expect(codesOf(steps).has('unassigned-artifact')).toBe(wrong);
    }),
    { numRuns: 400 },
  );
});
