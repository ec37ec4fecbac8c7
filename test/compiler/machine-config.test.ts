import { expect, test } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { fc } from '../laws.ts';
import { randomCrew } from '../runtime/random-crew.ts';
import { compileText } from '../runtime/run-crew.ts';

const machineOf = (yaml: string): JsonObject => compileText(yaml).machine;
const tool = 'tool: kit.give';

interface Told {
  readonly type: string;
  readonly holds?: readonly string[];
  readonly visits?: { readonly [phase: string]: number };
}

/** Runs a config in plain XState; events say which conditions hold. Gives the actions and where the actor stands. */
function play(config: JsonObject, events: readonly (string | Told)[]) {
  const done: string[] = [];
  const visits: Record<string, number> = {};
  const note = (name: string) => (_: unknown, params: unknown) => {
    const { phase } = (params ?? {}) as { phase?: string };
    done.push(phase === undefined ? name : `${name} ${phase}`);
    if (name === 'phase.start' && phase !== undefined) visits[phase] = (visits[phase] ?? 0) + 1;
  };
  const machine = createMachine(config as Parameters<typeof createMachine>[0]).provide({
    guards: {
      when: ({ event }, params) =>
        ((event as Told).holds ?? []).includes((params as unknown as { condition: string }).condition),
      'visit-left': (_, params) => {
        const { phase, max } = params as unknown as { phase: string; max: number };
        return (visits[phase] ?? 0) < max;
      },
    },
    actions: Object.fromEntries(ACTIONS.map(name => [name, note(name)])),
  });
  const actor = createActor(machine).start();
  for (const event of events) actor.send(typeof event === 'string' ? { type: event } : event);
  const { value, status } = actor.getSnapshot();
  return { done, value, status };
}

const ACTIONS = ['phase.start', 'visit.limit', 'run.end', 'run.fail', 'turn.start', 'turn.limit'];
const GUARDS = ['when', 'visit-left', 'news', 'turns-left', 'delegations-left'];

test('a linear SOP runs in plain XState', () => {
  const config = machineOf(
    `start: a\nphases: { a: { ${tool}, next: b }, b: { ${tool}, next: done }, done: { end: success } }\n`,
  );
  expect(play(config, ['b.completed', 'a.completed', 'a.completed', 'b.completed'])).toEqual({
    done: ['phase.start a', 'phase.start b', 'run.end done'],
    value: 'done',
    status: 'done',
  });
});

test('routes are tried from the top, and the last one always holds', () => {
  const config = machineOf(`start: a
phases:
  a: { ${tool}, next: [{ when: a.x, to: one }, { when: a.y, to: two }, { to: three }] }
  one: { end: success }
  two: { end: success }
  three: { end: success }
`);
  const to = (holds: readonly string[]) => play(config, [{ type: 'a.completed', holds }]).value;
  expect([to(['a.x', 'a.y']), to(['a.y']), to([])]).toEqual(['one', 'two', 'three']);
});

test('a failure takes `on_error`, or ends in the hidden failed state', () => {
  const config = machineOf(`start: a
phases:
  a: { ${tool}, on_error: b, next: done }
  b: { ${tool}, next: done }
  done: { end: success }
`);
  expect(play(config, ['a.failed', 'b.failed'])).toEqual({
    done: ['phase.start a', 'phase.start b', 'run.fail'],
    value: '$failed',
    status: 'done',
  });
});

test('a gate lets in so many visits, from the start, from others and from itself', () => {
  const config = machineOf(`start: a
phases:
  a: { ${tool}, max_visits: 2, on_limit: over, next: [{ when: a.again, to: a }, { to: b }] }
  b: { ${tool}, next: a }
  over: { end: failure }
`);
  const again = { type: 'a.completed', holds: ['a.again'] };
  expect(play(config, [again, again])).toEqual({
    done: ['phase.start a', 'phase.start a', 'visit.limit a', 'run.end over'],
    value: 'over',
    status: 'done',
  });
  expect(play(config, ['a.completed', 'b.completed', 'a.completed', 'b.completed']).done).toEqual([
    'phase.start a',
    'phase.start b',
    'phase.start a',
    'phase.start b',
    'visit.limit a',
    'run.end over',
  ]);
});

test('a limit that leads to another gated phase passes its gate too', () => {
  const config = machineOf(`start: a
phases:
  a: { ${tool}, max_visits: 1, on_limit: b, next: a }
  b: { ${tool}, max_visits: 1, next: [{ when: b.done, to: never }, { to: b }] }
  never: { end: success }
`);
  expect(play(config, ['a.completed', 'b.completed']).done).toEqual([
    'phase.start a',
    'visit.limit a',
    'phase.start b',
    'visit.limit b',
    'run.fail',
  ]);
});

const parallel = `start: both
phases:
  both: { parallel: { l: { ${tool} }, r: { ${tool} } }, retry: 1, on_error: done, next: done }
  done: { end: success }
`;

test('a parallel phase has one region for each branch and waits for its own event', () => {
  const config = machineOf(parallel);
  expect(play(config, ['both.r.completed', 'both.l.completed'])).toMatchObject({
    value: { both: { l: 'completed', r: 'completed' } },
    status: 'active',
  });
  expect(play(config, ['both.r.completed', 'both.l.completed', 'both.completed'])).toEqual({
    done: ['phase.start both', 'phase.start both.l', 'phase.start both.r', 'run.end done'],
    value: 'done',
    status: 'done',
  });
});

test('a retried parallel phase sends all branches back to work, whether they ended or not', () => {
  const config = machineOf(parallel);
  const started = ['phase.start both.l', 'phase.start both.r'];
  for (const before of [[], ['both.l.completed'], ['both.l.failed', 'both.r.completed']]) {
    expect(play(config, [...before, 'both.retried'])).toEqual({
      done: ['phase.start both', ...started, ...started],
      value: { both: { l: 'working', r: 'working' } },
      status: 'active',
    });
  }
});

/** Every object inside a JSON value. */
function* objectsIn(value: JsonValue): Generator<JsonObject> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as JsonObject;
  for (const inner of Object.values(value)) yield* objectsIn(inner as JsonValue);
}

test('any config is plain JSON with the documented names and without invoke', () => {
  fc.assert(
    fc.property(randomCrew('wild'), yaml => {
      const config = machineOf(yaml);
      expect(JSON.parse(JSON.stringify(config))).toEqual(config);
      const known = new Set([...ACTIONS, ...GUARDS, 'parallel', 'final']);
      for (const each of objectsIn(config)) {
        expect(each).not.toHaveProperty('invoke');
        expect(each).not.toHaveProperty('after');
        if (typeof each.type === 'string') expect(known).toContain(each.type);
      }
    }),
    { numRuns: 100 },
  );
});

test('from every state that can be reached, an end can be reached', () => {
  fc.assert(
    fc.property(randomCrew('wild'), yaml => {
      // Every condition may hold or not, and every gate may be open or not.
      const machine = createMachine(machineOf(yaml) as Parameters<typeof createMachine>[0]).provide({
        guards: {
          when: ({ event }) => (event as Told).holds !== undefined,
          news: ({ event }) => (event as Told).holds !== undefined,
          'visit-left': ({ event }) => (event as Told).visits === undefined,
          'turns-left': ({ event }) => (event as Told).visits === undefined,
          'delegations-left': ({ event }) => (event as Told).visits === undefined,
        },
        actions: Object.fromEntries(ACTIONS.map(name => [name, () => undefined])),
      });
      const events = eventsOf(machineOf(yaml));
      const paths = getShortestPaths(machine, { events: events as never, limit: 20_000 });
      const states = new Map(paths.map(path => [JSON.stringify(path.state.value), path.state]));
      for (const state of states.values()) {
        const onward = getShortestPaths(machine, {
          events: events as never,
          fromState: state,
          limit: 20_000,
        });
        expect(onward.some(path => path.state.status === 'done')).toBe(true);
      }
    }),
    { numRuns: 15 },
  );
});

/** Every event that a config knows, with all that guards may be told. */
function eventsOf(config: JsonObject): readonly Told[] {
  const types = new Set<string>();
  for (const each of objectsIn(config)) {
    if (typeof each.on === 'object') for (const type of Object.keys(each.on as object)) types.add(type);
  }
  return [...types].flatMap(type => [
    { type },
    { type, holds: [] },
    { type, visits: {} },
    { type, holds: [], visits: {} },
  ]);
}
