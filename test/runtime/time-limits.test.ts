import { expect, test } from 'vitest';
import { compact, eventsOf, resultOf } from './compact-events.ts';
import { MOST_TEXT } from './fake-tools.ts';
import { runCrew } from './run-crew.ts';

const ENDS = `  done: { end: success }
  failed: { end: failure, result: "{{ run.error.code }}: {{ run.error.message }}" }
`;
const elapsedMs = (run: { readonly events: readonly { readonly at: number }[] }) =>
  (run.events.at(-1)?.at ?? 0) - (run.events[0]?.at ?? 0);

test('`retry` waits its backoff, doubled each time, and stops after `max` tries more', async () => {
  const run = await runCrew({
    yaml: `start: try
phases:
  try: { tool: kit.fail, retry: { max: 3, backoff: 100ms }, on_error: failed, next: done }
${ENDS}`,
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure' });
  expect(run.toolCalls).toHaveLength(4);
  expect(elapsedMs(run)).toBe(700);
  const keys = eventsOf(run, 'tool.started').map(event => event.key);
  expect(keys).toEqual(['try:1:1/tool', 'try:1:2/tool', 'try:1:3/tool', 'try:1:4/tool']);
});

test('the backoff of a hundred tries never grows beyond an hour', async () => {
  const run = await runCrew({
    yaml: `start: try
phases:
  try: { tool: kit.fail, retry: { max: 100, backoff: 1h }, on_error: failed, next: done }
${ENDS}`,
  });
  expect(run.toolCalls).toHaveLength(101);
  expect(elapsedMs(run)).toBe(100 * 3_600_000);
});

test('a failure that another try cannot mend is not tried again', async () => {
  const run = await runCrew({
    yaml: `inputs: { n: { type: string } }
start: try
phases:
  try: { tool: kit.echo, with: { text: "{{ inputs.n }}" }, retry: 3, on_error: failed, next: done }
${ENDS}`,
    inputs: { n: 'x'.repeat(MOST_TEXT + 1) },
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', phase: 'failed' });
  expect(eventsOf(run, 'phase.retried')).toEqual([]);
});

test('`timeout` of a phase ends it, cancels its call and is not retried', async () => {
  const run = await runCrew({
    yaml: `start: slow
phases:
  slow: { tool: kit.wait, with: { ms: 5000 }, timeout: 1s, retry: 3, on_error: failed, next: done }
${ENDS}`,
  });
  expect(resultOf(run)).toEqual({
    outcome: 'failure',
    phase: 'failed',
    result: 'PHASE_TIMEOUT: phase `slow` did not end within its timeout',
  });
  expect(elapsedMs(run)).toBe(1000);
  expect(run.toolCalls).toHaveLength(1);
});

test('`timeout` counts all tries of a visit, also the wait between them', async () => {
  const run = await runCrew({
    yaml: `start: try
phases:
  try: { tool: kit.fail, timeout: 250ms, retry: { max: 5, backoff: 100ms }, on_error: failed, next: done }
${ENDS}`,
  });
  expect(resultOf(run)).toMatchObject({
    outcome: 'failure',
    result: expect.stringContaining('PHASE_TIMEOUT'),
  });
  expect(run.toolCalls).toHaveLength(2);
  expect(elapsedMs(run)).toBe(250);
});

test('`timeout` of a branch fails the parallel phase', async () => {
  const run = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel:
      slow: { tool: kit.wait, with: { ms: 900 }, timeout: 300ms }
      other: { tool: kit.wait, with: { ms: 800 } }
    on_error: failed
    next: done
${ENDS}`,
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: expect.stringContaining('`both.slow`') });
  expect(elapsedMs(run)).toBe(300);
});

test('`timeout` of a parallel phase cancels all its branches', async () => {
  const run = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel:
      quick: { tool: kit.wait, with: { ms: 100 } }
      slow: { tool: kit.wait, with: { ms: 900 }, retry: 2 }
    timeout: 500ms
    on_error: failed
    next: done
${ENDS}`,
  });
  expect(compact(run.events).slice(-5)).toEqual([
    'phase.ended both.quick completed',
    'phase.ended both.slow cancelled',
    'phase.ended both failed',
    'transition.taken',
    'run.ended failure',
  ]);
});

test('a timeout during the wait for a model ends the phase, and the model is not asked again', async () => {
  const run = await runCrew({
    yaml: `roles: { writer: { goal: Write. } }
start: write
phases:
  write: { role: writer, task: Write., timeout: 300ms, on_error: failed, next: done }
${ENDS}`,
    replies: () => ({ failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } }),
  });
  expect(resultOf(run)).toMatchObject({
    outcome: 'failure',
    result: expect.stringContaining('PHASE_TIMEOUT'),
  });
  expect(run.modelRequests).toHaveLength(1);
});

test('each visit has its own timeout, and that of an earlier visit is gone', async () => {
  const run = await runCrew({
    yaml: `start: step
phases:
  step:
    tool: kit.wait
    with: { ms: 80 }
    timeout: 100ms
    max_visits: 4
    on_limit: done
    on_error: failed
    next: step
${ENDS}`,
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'success' });
  expect(elapsedMs(run)).toBe(320);
  expect(run.facts.filter(fact => fact.type === 'timer.fired')).toEqual([]);
});

test('R4: of a timeout and a completion in one tick, the one that is journalled first counts', async () => {
  const yaml = (ms: number) => `start: close
phases:
  close: { tool: kit.wait, with: { ms: ${ms} }, timeout: 100ms, on_error: failed, next: after }
  after: { tool: kit.give, next: done }
${ENDS}`;
  for (const ms of [99, 100, 101]) {
    const run = await runCrew({ yaml: yaml(ms) });
    const first = run.facts.find(fact => 'key' in fact && fact.key.startsWith('close:1'));
    const outcome = first?.type === 'tool.returned' ? 'success' : 'failure';
    expect(resultOf(run)).toMatchObject({ outcome });
    expect(eventsOf(run, 'phase.ended').filter(event => event.phase === 'close')).toHaveLength(1);
    const again = await runCrew({ yaml: yaml(ms), history: run.facts });
    expect(again.events).toEqual(run.events);
  }
});
