import { expect, test } from 'vitest';
import { compact, eventsOf, resultOf } from './compact-events.ts';
import { MOST_TEXT } from './fake-tools.ts';
import { runCrew } from './run-crew.ts';

const DONE = '  done: { end: success, result: "{{ both }}" }\n';
const ENDS = `${DONE}  failed: { end: failure, result: "{{ run.error.code }}" }
`;

test('branches run at once and a branch whose arguments do not fit lets no sibling begin', async () => {
  const run = await runCrew({
    yaml: `inputs: { long: { type: string } }
start: both
phases:
  both:
    parallel:
      bad: { tool: kit.echo, with: { text: "{{ inputs.long }}" } }
      good: { tool: kit.wait, with: { ms: 100 } }
    on_error: failed
    next: done
${ENDS}`,
    inputs: { long: 'x'.repeat(MOST_TEXT + 1) },
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'TOOL_ARGUMENTS' });
  expect(run.toolCalls).toEqual([]);
  expect(eventsOf(run, 'phase.started').map(event => event.phase)).toEqual(['both', 'both.bad']);
});

test('a failed branch takes its siblings with it and their late outcomes change nothing', async () => {
  const run = await runCrew({
    yaml: `roles: { writer: { goal: Write., tools: [kit] } }
start: both
phases:
  both:
    parallel:
      fast: { tool: kit.fail }
      slow: { role: writer, task: Write. }
      waiting: { tool: kit.wait, with: { ms: 50 } }
    on_error: after
    next: done
  after: { tool: kit.wait, with: { ms: 200 }, next: failed }
${ENDS}`,
    replies: () => ({ text: 'late', afterMs: 100 }),
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'TOOL_FAILED' });
  expect(compact(run.events.filter(event => event.type === 'phase.ended'))).toEqual([
    'phase.ended both.fast failed',
    'phase.ended both.slow cancelled',
    'phase.ended both.waiting cancelled',
    'phase.ended both failed',
    'phase.ended after completed',
  ]);
  expect(run.facts.map(fact => ('key' in fact ? fact.key : fact.type))).toEqual([
    'run.started',
    'both.fast:1:1/tool',
    'after:1:1/tool',
  ]);
});

test('a branch that fails while a sibling has open tool calls cancels those calls', async () => {
  const run = await runCrew({
    yaml: `roles: { writer: { goal: Write., tools: [kit] } }
start: both
phases:
  both:
    parallel:
      asking: { role: writer, task: Write. }
      failing: { tool: kit.give }
    on_error: failed
    next: done
${ENDS}`,
    replies: () => ({
      calls: [
        { tool: 'kit.wait', args: { ms: 500 } },
        { tool: 'kit.echo', args: { text: 'x' } },
      ],
    }),
    tools: {
      give: async (_args, { world }) => {
        await world.sleep(100, new AbortController().signal);
        throw new Error('gone');
      },
    },
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure' });
  const ended = run.facts.flatMap(fact => ('key' in fact ? [fact.key] : []));
  expect(ended).toEqual(['both.asking:1:1/model-1', 'both.asking:1:1/tool-1-2', 'both.failing:1:1/tool']);
  expect(run.modelRequests).toHaveLength(1);
});

test('`retry` of a parallel phase runs all its branches again, as the same visit', async () => {
  const run = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel:
      steady: { tool: kit.echo, with: { text: "visit {{ visit }}" } }
      shaky: { tool: kit.give, with: { n: "{{ visit }}" } }
    retry: { max: 2, backoff: 100ms }
    next: done
${DONE}`,
    tools: {
      give: (args, { nth }) => {
        if (nth < 3) throw new Error(`try ${nth}`);
        return args;
      },
    },
  });
  expect(resultOf(run)).toMatchObject({ result: { steady: 'visit 1', shaky: { n: 1 } } });
  expect(run.toolCalls.map(call => call.tool)).toEqual(Array(3).fill(['kit.echo', 'kit.give']).flat());
  expect(
    eventsOf(run, 'phase.retried').map(event => [event.phase, event.attempt, event.failure.message]),
  ).toEqual([
    ['both', 2, '`kit.give` failed: try 1'],
    ['both', 3, '`kit.give` failed: try 2'],
  ]);
  expect(run.events.at(-1)?.at).toBe((run.events[0]?.at ?? 0) + 300);
});

test('a retried parallel phase keeps nothing of a first attempt that failed at once', async () => {
  const run = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel:
      a: { tool: kit.give }
      b: { tool: kit.wait, with: { ms: 1000 } }
    retry: { max: 1, backoff: 10ms }
    next: done
${DONE}`,
    tools: {
      give: (_args, { nth }) => {
        if (nth === 1) throw new Error('first');
        return 'ok';
      },
    },
  });
  expect(resultOf(run)).toMatchObject({ result: { a: 'ok', b: { waited: 1000 } } });
  expect(run.toolCalls.filter(call => call.tool === 'kit.wait')).toHaveLength(2);
  expect(run.facts.filter(fact => 'key' in fact && fact.key.startsWith('both.b'))).toHaveLength(1);
});

test('`retry` of one branch runs that branch alone again', async () => {
  const run = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel:
      steady: { tool: kit.echo, with: { text: x } }
      shaky: { tool: kit.give, retry: 1 }
    next: done
${DONE}`,
    tools: {
      give: (_args, { nth }) => {
        if (nth === 1) throw new Error('first');
        return nth;
      },
    },
  });
  expect(resultOf(run)).toMatchObject({ result: { steady: 'x', shaky: 2 } });
  expect(run.toolCalls.map(call => call.tool)).toEqual(['kit.echo', 'kit.give', 'kit.give']);
});

test('what another try has mended is no error of the run', async () => {
  const run = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel: { shaky: { tool: kit.give } }
    retry: 1
    next: done
  done: { end: success, result: "{{ run.error }}" }
`,
    tools: {
      give: (_args, { nth }) => {
        if (nth === 1) throw new Error('first');
        return nth;
      },
    },
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'success', result: null });
});

test('the artifact has the branches in the order of the file, whoever is first', async () => {
  const run = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel:
      z: { tool: kit.wait, with: { ms: 30 } }
      a: { tool: kit.wait, with: { ms: 10 } }
      m: { tool: kit.wait, with: { ms: 20 } }
    next: done
${DONE}`,
  });
  const end = resultOf(run);
  expect(Object.keys((end.outcome === 'error' ? {} : end.result) as object)).toEqual(['z', 'a', 'm']);
  expect(run.events.at(-1)?.at).toBe((run.events[0]?.at ?? 0) + 30);
});

test('a parallel phase that goes to itself begins anew', async () => {
  const run = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel: { a: { tool: kit.give, with: { n: "{{ visit }}" } } }
    max_visits: 3
    next: [{ when: both.a.n < 3, to: both }, { to: done }]
${DONE}`,
  });
  expect(resultOf(run)).toMatchObject({ result: { a: { n: 3 } } });
});
