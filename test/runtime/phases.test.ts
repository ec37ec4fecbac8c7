import { expect, test } from 'vitest';
import { compact, eventsOf, resultOf } from './compact-events.ts';
import { MOST_TEXT } from './fake-tools.ts';
import { runCrew } from './run-crew.ts';

const ROLES = 'roles: { writer: { goal: Write., tools: [kit] } }\n';

test('a tool, a role and a parallel phase lead to an end with a result by template', async () => {
  const run = await runCrew({
    yaml: `${ROLES}inputs: { name: { type: string } }
start: collect
phases:
  collect: { tool: kit.give, with: { words: [a, b], name: "{{ inputs.name }}" }, next: both }
  both:
    parallel:
      left: { tool: kit.echo, with: { text: "{{ collect.name }}!" } }
      right: { role: writer, task: "Write about {{ collect.words | json }}." }
    next: done
  done: { end: success, result: { all: "{{ both }}", words: "{{ collect.words }}", line: "by {{ both.right }}" } }
`,
    inputs: { name: 'Ada' },
    replies: () => ({ text: 'words' }),
  });
  expect(resultOf(run)).toEqual({
    outcome: 'success',
    phase: 'done',
    result: { all: { left: 'Ada!', right: 'words' }, words: ['a', 'b'], line: 'by words' },
  });
  expect(compact(run.events)).toEqual([
    'run.started',
    'phase.started collect',
    'tool.started collect:1:1/tool',
    'tool.ended collect:1:1/tool returned',
    'phase.ended collect completed',
    'transition.taken',
    'phase.started both',
    'phase.started both.left',
    'tool.started both.left:1:1/tool',
    'phase.started both.right',
    'model.started both.right:1:1/model-1',
    'tool.ended both.left:1:1/tool returned',
    'phase.ended both.left completed',
    'model.ended both.right:1:1/model-1 answered',
    'phase.ended both.right completed',
    'phase.ended both completed',
    'transition.taken',
    'run.ended success',
  ]);
});

test('`when` takes the first way that holds, reads the artifact and the visit', async () => {
  const yaml = `start: count
phases:
  count:
    tool: kit.give
    with: { n: "{{ visit }}" }
    max_visits: 5
    next:
      - { when: count.n == 2 and visit == 2, to: again }
      - { when: visit < 4, to: count }
      - { to: done }
  again: { tool: kit.give, next: count }
  done: { end: success, result: "{{ count.n }}" }
`;
  const run = await runCrew({ yaml });
  expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 4 });
  const started = eventsOf(run, 'phase.started').map(event => `${event.phase} ${event.visit}`);
  expect(started).toEqual(['count 1', 'count 2', 'again 1', 'count 3', 'count 4']);
});

test('`max_visits` of the first phase holds too, and `on_limit` is taken instead of one visit more', async () => {
  const yaml = `start: loop
phases:
  loop: { tool: kit.give, max_visits: 3, on_limit: over, next: [{ when: loop.stop, to: done }, { to: loop }] }
  over: { end: failure, result: "{{ run.error.code }}: {{ run.error.message }}" }
  done: { end: success }
`;
  const looping = await runCrew({ yaml, tools: { give: () => ({ stop: false }) } });
  expect(looping.toolCalls).toHaveLength(3);
  expect(resultOf(looping)).toEqual({
    outcome: 'failure',
    phase: 'over',
    result: 'VISIT_LIMIT: phase `loop` was entered 3 times, its `max_visits`',
  });
  const stopping = await runCrew({ yaml, tools: { give: (_args, { nth }) => ({ stop: nth === 3 }) } });
  expect(resultOf(stopping)).toMatchObject({ outcome: 'success' });
});

test('without `on_limit` the run ends in VISIT_LIMIT', async () => {
  const run = await runCrew({
    yaml: `start: loop
phases:
  loop: { tool: kit.give, max_visits: 2, next: [{ when: loop.stop == true, to: done }, { to: loop }] }
  done: { end: success }
`,
    tools: { give: () => ({ stop: false }) },
  });
  expect(resultOf(run)).toMatchObject({
    outcome: 'error',
    phase: 'loop',
    failure: { code: 'VISIT_LIMIT' },
  });
  expect(run.toolCalls).toHaveLength(2);
});

test('`on_error` leads on and the phase there reads `run.error`', async () => {
  const run = await runCrew({
    yaml: `start: risky
phases:
  risky: { tool: kit.fail, on_error: explain, next: done }
  explain: { tool: kit.echo, with: { text: "{{ run.error.code }} in {{ run.error.message }}" }, next: failed }
  failed: { end: failure, result: "{{ explain }}" }
  done: { end: success }
`,
  });
  expect(resultOf(run)).toEqual({ outcome: 'failure', phase: 'failed', result: 'TOOL_FAILED in it broke' });
});

test('without `on_error` a failed phase ends the run with its code', async () => {
  const run = await runCrew({
    yaml: 'start: risky\nphases:\n  risky: { tool: kit.fail, next: done }\n  done: { end: success }\n',
  });
  const failure = { code: 'TOOL_FAILED', message: 'it broke' };
  expect(resultOf(run)).toEqual({ outcome: 'error', phase: 'risky', failure });
  expect(run.events.at(-1)).toMatchObject({ type: 'run.ended', outcome: 'error', phase: 'risky', failure });
});

test('a condition that cannot be evaluated ends the run with TEMPLATE_FAILED', async () => {
  const run = await runCrew({
    yaml: `start: ask
phases:
  ask: { tool: kit.give, next: [{ when: ask.missing.deep == 1, to: done }, { to: done }] }
  done: { end: success }
`,
  });
  expect(resultOf(run)).toMatchObject({
    outcome: 'error',
    phase: 'ask',
    failure: {
      code: 'TEMPLATE_FAILED',
      message: expect.stringMatching(/^cannot evaluate `ask\.missing\.deep == 1`/),
    },
  });
});

test('a result that cannot be rendered ends the run with TEMPLATE_FAILED', async () => {
  const run = await runCrew({
    yaml: `start: ask
phases:
  ask: { tool: kit.give, next: done }
  done: { end: success, result: "{{ ask.missing }}" }
`,
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'TEMPLATE_FAILED' } });
});

test('arguments that do not fit the tool fail the phase before anything is called', async () => {
  const run = await runCrew({
    yaml: `start: ask
phases:
  ask: { tool: kit.echo, with: { text: "{{ inputs.n }}" }, next: done }
  done: { end: success }
inputs: { n: { type: string } }
`,
    inputs: { n: 'x'.repeat(MOST_TEXT + 1) },
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'TOOL_ARGUMENTS' } });
  expect(run.toolCalls).toEqual([]);
});

test('an artifact of a tool or of a parallel phase that does not fit `output` is OUTPUT_INVALID', async () => {
  const tool = await runCrew({
    yaml: `start: ask
phases:
  ask: { tool: kit.give, with: { n: 1 }, output: { type: object, required: [m] }, next: done }
  done: { end: success }
`,
  });
  expect(resultOf(tool)).toMatchObject({ failure: { code: 'OUTPUT_INVALID' }, phase: 'ask' });
  const parallel = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel: { a: { tool: kit.echo, with: { text: x } } }
    output: { type: object, properties: { a: { type: integer } } }
    next: done
  done: { end: success }
`,
  });
  expect(resultOf(parallel)).toMatchObject({ failure: { code: 'OUTPUT_INVALID' }, phase: 'both' });
});

test('a phase that fails at once may be visited ten thousand times', async () => {
  const run = await runCrew({
    yaml: `start: stumble
phases:
  stumble:
    tool: kit.echo
    with: { text: "{{ inputs.absent }}" }
    max_visits: 10000
    on_limit: over
    on_error: stumble
    next: over
  over: { end: failure, result: "{{ run.error.code }}" }
inputs: { absent: { type: string, default: x } }
`,
    inputs: {},
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', phase: 'over', result: 'VISIT_LIMIT' });
  expect(eventsOf(run, 'phase.ended')).toHaveLength(10_000);
});
