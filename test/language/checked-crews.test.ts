import { expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { evaluateCondition, renderTemplate } from '../../src/expressions/template-evaluate.ts';
import { validateValue } from '../../src/expressions/validate-value.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { CrewError } from '../../src/model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { fc } from '../laws.ts';
import { CATALOG, sourceOf } from './catalog.ts';
import { nameOf, type RandomPhase, randomCrew, SIZE, writeCrew } from './random-crew.ts';
import { randomValue } from './random-schema.ts';

const RUNS = Number(process.env.CHECKED_CREWS ?? 800);

function load(phases: readonly RandomPhase[]) {
  const readSource = sourceOf({ 'a.yaml': writeCrew(phases) });
  return loadCrew({ path: 'a.yaml', readSource, catalog: CATALOG });
}

/** Walks as the runtime would, with artifacts that fit their schemas; fails where a template or a condition does. */
function walk(
  phases: readonly RandomPhase[],
  draw: fc.GeneratorValue,
  taken: (phase: number, way: number) => void = () => {},
): void {
  const artifacts: Record<string, JsonValue> = {};
  const visits = new Map<number, number>();
  let at = 0;
  for (let step = 0; step < 40 && at !== SIZE; step += 1) {
    const phase = phases[at];
    if (phase === undefined) throw new Error(`no phase ${at}`);
    const visit = (visits.get(at) ?? 0) + 1;
    if (phase.maxVisits !== undefined && visit > phase.maxVisits) {
      if (phase.onLimit === undefined) return;
      at = phase.onLimit;
      continue;
    }
    visits.set(at, visit);
    renderTemplate(phase.template, { ...artifacts, visit });
    if (phase.onError !== undefined && draw(fc.nat, 3) === 0) {
      at = phase.onError;
      continue;
    }
    const value = phase.schema === undefined ? 'text' : draw(randomValue, phase.schema);
    if (phase.schema !== undefined) expect(validateValue(phase.schema, value)).toEqual([]);
    artifacts[nameOf(at)] = value;
    const scope: JsonObject = { ...artifacts, visit };
    const way = phase.ways.findIndex(({ when }) => evaluateCondition(when, scope));
    taken(at, way);
    at = phase.ways[way]?.to ?? at + 1;
  }
}

test('what is checked clean never ends in a template that fails', () => {
  const clean = { crews: 0, reading: 0 };
  fc.assert(
    fc.property(randomCrew, fc.gen(), (phases, draw) => {
      if (load(phases).diagnostics.length > 0) return;
      clean.crews += 1;
      if (phases.some(({ template, ways }) => template !== 'go' || ways.length > 0)) clean.reading += 1;
      for (let run = 0; run < 8; run += 1) walk(phases, draw);
    }),
    { numRuns: RUNS },
  );
  if (process.env.CHECKED_CREWS !== undefined) console.log(clean);
  expect(clean.reading).toBeGreaterThan(RUNS / 500);
});

/** The places of the conditions that were called dead, counted through the file. */
function deadGuards(phases: readonly RandomPhase[]): ReadonlySet<number> {
  const text = writeCrew(phases);
  const dead = load(phases).diagnostics.filter(({ code }) =>
    /^(?:shadowed-transition|constant-guard)$/.test(code),
  );
  return new Set(dead.map(({ range }) => text.slice(0, range.start.offset).split('"when":').length - 2));
}

test('a condition that is called dead never chooses a way', () => {
  const found = { dead: 0 };
  fc.assert(
    fc.property(randomCrew, fc.gen(), (phases, draw) => {
      const dead = deadGuards(phases);
      if (dead.size === 0) return;
      found.dead += 1;
      const before = (phase: number): number =>
        phases.slice(0, phase).reduce((sum, { ways }) => sum + ways.length, 0);
      for (let run = 0; run < 8; run += 1) {
        try {
          walk(phases, draw, (phase, way) => {
            if (way !== -1) expect(dead).not.toContain(before(phase) + way);
          });
        } catch (error) {
          // Such a crew may have mistakes of other kinds.
          if (!(error instanceof CrewError)) throw error;
        }
      }
    }),
    { numRuns: RUNS },
  );
  expect(found.dead).toBeGreaterThan(0);
});

interface Move {
  readonly type: string;
  readonly holds?: string;
  readonly left: boolean;
}

/** What is used of XState's map of states. */
type Adjacency = Readonly<
  Record<
    string,
    { readonly state: Place; readonly transitions: Readonly<Record<string, { readonly state: Place }>> }
  >
>;

interface Place {
  readonly value: unknown;
  readonly status: string;
}

/** Every move that a phase can make: each condition alone, or none, with visits left or not. */
function movesOf(phases: readonly RandomPhase[]): readonly Move[] {
  return phases.flatMap(({ ways }, index) => {
    const conditions = [undefined, ...ways.map(({ when }) => when)];
    return [true, false].flatMap(left => [
      ...conditions.map(holds => ({
        type: `${nameOf(index)}.completed`,
        left,
        ...(holds === undefined ? {} : { holds }),
      })),
      { type: `${nameOf(index)}.failed`, left },
    ]);
  });
}

test('what is checked clean compiles to a machine without a state that is stuck or out of reach', () => {
  const clean = { crews: 0 };
  fc.assert(
    fc.property(randomCrew, phases => {
      const { crew, diagnostics, sourceMap } = load(phases);
      if (crew === undefined || diagnostics.length > 0) return;
      clean.crews += 1;
      const { machine: config } = compileCrew(crew, { sourceMap, catalog: CATALOG });
      const machine = createMachine(config as never, {
        guards: {
          when: ({ event }: { event: Move }, { condition }: { condition: string }) =>
            event.holds === condition,
          'visit-left': ({ event }: { event: Move }) => event.left !== false,
          news: () => false,
        } as never,
      });
      const moves = movesOf(phases);
      const map = getAdjacencyMap(machine, { events: moves as never }) as unknown as Adjacency;
      const seen = Object.values(map).map(({ state }) => state);
      const values = new Set(seen.map(state => JSON.stringify(state.value)));
      for (const name of ['finish', ...phases.map((_, index) => nameOf(index))])
        expect(values).toContain(JSON.stringify(name));
      for (const { state, transitions } of Object.values(map)) {
        const nexts = Object.values(transitions).map(one => JSON.stringify(one.state.value));
        const goesOn = nexts.some(next => next !== JSON.stringify(state.value));
        expect(state.status === 'done' || goesOn).toBe(true);
      }
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
  expect(clean.crews).toBeGreaterThan(0);
});
