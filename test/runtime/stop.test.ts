import { expect, test } from 'vitest';
import { eventsOf, resultOf } from './compact-events.ts';
import { createFakeWorld } from './fake-world.ts';
import { type CrewRunOptions, runCrew } from './run-crew.ts';

/** Stops the run at the first event that fits. */
function stopAt(options: CrewRunOptions, when: (event: string) => boolean) {
  const stop = new AbortController();
  return runCrew({
    ...options,
    stop: stop.signal,
    onEvent: event => {
      if (when(`${event.type} ${'key' in event ? event.key : 'phase' in event ? event.phase : ''}`))
        stop.abort();
    },
  });
}

/** Stops the run while one of its calls is under way. */
function stopDuring(options: CrewRunOptions, key: string) {
  const stop = new AbortController();
  return runCrew({
    ...options,
    stop: stop.signal,
    wrap: execute => (effect, signal) => {
      const fact = execute(effect, signal);
      if (effect.key === key) stop.abort();
      return fact;
    },
  });
}

const chain = `start: a
phases:
  a: { tool: kit.wait, with: { ms: 100 }, next: b }
  b: { tool: kit.wait, with: { ms: 200 }, next: done }
  done: { end: success, result: "{{ b.waited }}" }
`;

test('a stop lets the call under way finish, records it, and begins nothing new', async () => {
  const run = await stopDuring({ yaml: chain }, 'a:1:1/tool');
  expect(run.outcome).toMatchObject({ type: 'interrupted' });
  expect(run.calledKeys).toEqual(['a:1:1/tool']);
  expect(run.facts.map(fact => fact.type)).toEqual(['run.started', 'tool.returned']);
  const resumed = await runCrew({ yaml: chain, history: run.facts, resume: {} });
  expect(resultOf(resumed)).toMatchObject({ result: 200 });
  expect(resumed.calledKeys).toEqual(['b:1:1/tool']);
});

test('a stop waits for calls at most for its grace; what did not end is asked again', async () => {
  const yaml = chain.replace('ms: 100', 'ms: 10000');
  const world = createFakeWorld();
  const run = await stopDuring({ yaml, world }, 'a:1:1/tool');
  expect(run.outcome).toMatchObject({ type: 'interrupted' });
  expect(world.monotonic()).toBe(3000);
  expect(run.facts).toHaveLength(1);
  const resumed = await runCrew({ yaml, history: run.facts, resume: {} });
  expect(resumed.calledKeys).toEqual(['a:1:1/tool', 'b:1:1/tool']);
});

test('a run whose last call ends within the grace has ended', async () => {
  const run = await stopDuring({ yaml: chain }, 'b:1:1/tool');
  expect(resultOf(run)).toMatchObject({ outcome: 'success' });
});

test('a stop does not wait for timers', async () => {
  const yaml = `start: try
phases:
  try: { tool: kit.fail, retry: { max: 1, backoff: 1h }, next: done }
  done: { end: success }
`;
  const world = createFakeWorld();
  const run = await stopAt({ yaml, world }, event => event === 'phase.retried try');
  expect(run.outcome).toMatchObject({ type: 'interrupted' });
  expect(world.monotonic()).toBe(0);
});

test('a stop that comes before the first fact begins nothing', async () => {
  const run = await runCrew({ yaml: chain, stop: AbortSignal.abort() });
  expect(run.outcome).toMatchObject({ type: 'interrupted' });
  expect(run.calledKeys).toEqual([]);
});

const both = `start: both
phases:
  both:
    parallel:
      a: { tool: kit.wait, with: { ms: 100 } }
      b: { tool: kit.wait, with: { ms: 200 } }
    next: last
  last: { tool: kit.give, with: { n: 1 }, next: done }
  done: { end: success, result: "{{ both }}" }
`;

test('a stop during the replay begins none of the calls that were open', async () => {
  const whole = await runCrew({ yaml: both });
  const history = whole.facts.slice(0, 2);
  const run = await stopAt({ yaml: both, history, resume: {} }, event =>
    event.startsWith('phase.started both.b'),
  );
  expect(run.outcome).toMatchObject({ type: 'interrupted' });
  expect(run.calledKeys).toEqual([]);
  expect(run.facts.map(fact => fact.type)).toEqual(['run.started', 'tool.returned', 'run.resumed']);
});

test('of two outcomes in one tick, a stop at the first still records the second and begins nothing', async () => {
  const yaml = `start: both
phases:
  both:
    parallel:
      a: { role: writer, task: Write. }
      b: { role: writer, task: Write. }
      c: { tool: kit.wait, with: { ms: 500 } }
    next: done
  done: { end: success, result: "{{ both }}" }
roles: { writer: { goal: Write., tools: [kit] } }
`;
  const replies: CrewRunOptions['replies'] = ({ origin }) =>
    origin.turn === 1 ? { calls: [{ tool: 'kit.echo', args: { text: 'x' } }] } : { text: 'ok' };
  const run = await stopAt({ yaml, replies }, event => event === 'model.ended both.a:1:1/model-1');
  expect(run.outcome).toMatchObject({ type: 'interrupted' });
  expect(run.calledKeys).toEqual(['both.a:1:1/model-1', 'both.b:1:1/model-1', 'both.c:1:1/tool']);
  expect(run.facts).toHaveLength(4);
  const resumed = await runCrew({ yaml, replies, history: run.facts, resume: {} });
  expect(resultOf(resumed)).toMatchObject({ result: { a: 'ok', b: 'ok', c: { waited: 500 } } });
  expect(resumed.calledKeys).not.toContain('both.a:1:1/model-1');
});

test('a timer that was under way goes on with what was left of it', async () => {
  const yaml = `start: both
phases:
  both:
    parallel:
      a: { tool: kit.fail, retry: { max: 1, backoff: 10m } }
      b: { tool: kit.wait, with: { ms: 240000 } }
      c: { tool: kit.wait, with: { ms: 300000 } }
    next: done
  done: { end: success }
`;
  const world = createFakeWorld();
  const run = await stopAt({ yaml, world }, event => event === 'phase.ended both.b');
  // The grace ends before `c` does.
  expect(world.monotonic()).toBe(243_000);
  const later = createFakeWorld(1_000_000);
  const resumed = await runCrew({ yaml, world: later, history: run.facts, resume: {} });
  expect(resultOf(resumed)).toMatchObject({ outcome: 'error' });
  expect(later.monotonic()).toBe(1_000_000 + 600_000 - 240_000);
  expect(eventsOf(resumed, 'run.resumed')).toHaveLength(1);
});

test('nobody sleeps any more when the loop is left', async () => {
  const world = createFakeWorld();
  await stopDuring({ yaml: chain, world }, 'a:1:1/tool');
  expect(world.sleeping()).toBe(0);
});
