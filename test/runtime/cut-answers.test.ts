import { expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { eventsOf, resultOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { type CrewRunOptions, runCrew } from './run-crew.ts';

const inOrder = (replies: readonly Reply[]) => (_request: ModelRequest, nth: number) =>
  replies[nth - 1] ?? { failure: { code: 'PROVIDER_REFUSED', message: 'no more replies' } as const };

const work = (replies: readonly Reply[], output = '', options: Partial<CrewRunOptions> = {}) =>
  runCrew({
    yaml: `roles: { writer: { goal: Write. } }
start: write
phases:
  write: { role: writer, task: Write.${output}, next: done, on_error: lost }
  done: { end: success, result: "{{ write }}" }
  lost: { end: failure, result: "{{ run.error.code }}" }
`,
    replies: inOrder(replies),
    ...options,
  });

const half: Reply = { text: 'half a sen', finish: 'length' };
const NUMBER = ', output: { type: object, required: [n], properties: { n: { type: integer } } }';

test('a text that was cut off is kept, said to be cut, and not paid for again', async () => {
  const run = await work([half, { text: 'whole' }]);
  expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'half a sen' });
  expect(run.modelRequests).toHaveLength(1);
  expect(eventsOf(run, 'model.ended')).toMatchObject([{ cutAt: expect.any(Number) }]);
  const whole = await work([{ text: 'whole' }]);
  expect(eventsOf(whole, 'model.ended')[0]).not.toHaveProperty('cutAt');
});

test('where another try is left, a text that was cut off is tried again, and the last one counts', async () => {
  const yaml = `roles: { writer: { goal: Write. } }
start: write
phases:
  write: { role: writer, task: Write., retry: { max: 1, backoff: 1ms }, next: done }
  done: { end: success, result: "{{ write }}" }
`;
  const mended = await runCrew({ yaml, replies: inOrder([half, { text: 'whole' }]) });
  expect(resultOf(mended)).toMatchObject({ outcome: 'success', result: 'whole' });
  const again = await runCrew({ yaml, replies: inOrder([half, { text: 'more of it', finish: 'length' }]) });
  expect(resultOf(again)).toMatchObject({ outcome: 'success', result: 'more of it' });
  expect(again.modelRequests).toHaveLength(2);
});

test('where all room went into thoughts, nothing is there to keep, and it is asked for again', async () => {
  const run = await work([{ text: ' ', finish: 'length' }, { text: 'whole' }]);
  expect(resultOf(run)).toMatchObject({ result: 'whole' });
});

test('who has tools is asked again first, for it may have been on the way to call one', async () => {
  const yaml = `roles: { writer: { goal: Write., tools: [kit] } }
start: write
phases:
  write: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ write }}" }
`;
  const cut = (text: string): Reply => ({ text, finish: 'length' });
  const called = await runCrew({ yaml, replies: inOrder([cut('let me'), { text: 'whole' }]) });
  expect(resultOf(called)).toMatchObject({ result: 'whole' });
  const same = await runCrew({ yaml, replies: inOrder([cut('half'), cut('half')]) });
  expect(resultOf(same)).toMatchObject({ outcome: 'success', result: 'half' });
  const long = await runCrew({ yaml, replies: inOrder([cut('a'), cut('b'), cut('c')]) });
  expect(resultOf(long)).toMatchObject({ outcome: 'success', result: 'c' });
});

test('an artifact with a schema is asked for again, but not once it is cut at the same words', async () => {
  const cut = (text: string): Reply => ({ text, finish: 'length' });
  const mended = await work([cut('{"n": '), { json: { n: 2 } }], NUMBER);
  expect(resultOf(mended)).toMatchObject({ result: { n: 2 } });
  const same = await work([cut('{"n": '), cut('{"n": '), { json: { n: 2 } }], NUMBER);
  expect(resultOf(same)).toMatchObject({ result: 'OUTPUT_TRUNCATED' });
  expect(same.modelRequests).toHaveLength(2);
  const empty = await work([cut(''), cut(''), { json: { n: 2 } }], NUMBER);
  expect(empty.modelRequests).toHaveLength(2);
  const other = await work([cut('{"n": '), cut('{"m": '), { json: { n: 2 } }], NUMBER);
  expect(resultOf(other)).toMatchObject({ result: { n: 2 } });
});

test('a run of before, where a cut text was asked for again, is as it was', async () => {
  const first = await work([half, { text: 'whole' }]);
  const before = first.facts.flatMap((fact): Fact[] => {
    if (fact.type !== 'model.answered') return [fact];
    const { cut, ...old } = fact;
    expect(cut).toBe('kept');
    return [old];
  });
  const again = await work([{ text: 'whole' }], '', { history: before, resume: {} });
  expect(resultOf(again)).toMatchObject({ result: 'whole' });
  expect(again.modelRequests).toHaveLength(1);
});

test('one of several answers that was cut off says so', async () => {
  const run = await runCrew({
    yaml: `models: { a: auto, b: auto }
start: all
phases:
  all: { ask: Why?, models: [a, b], next: done }
  done: { end: success, result: "{{ all }}" }
`,
    replies: ({ origin }) => (origin.role === 'a' ? half : { text: 'whole' }),
  });
  expect(resultOf(run)).toMatchObject({
    result: [
      { model: 'a', answer: 'half a sen', cutOff: true },
      { model: 'b', answer: 'whole' },
    ],
  });
});
