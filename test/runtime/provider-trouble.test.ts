import { expect, test } from 'vitest';
import type { CodedFailure } from '../../src/model/crew-error.ts';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { runCrew } from './run-crew.ts';

const crew = (extra: string) => `roles: { writer: { goal: Write. } }
start: work
phases:
  work: { role: writer, task: Write., ${extra} next: done }
  done: { end: success, result: "{{ work }}" }
${extra.includes('failed') ? '  failed: { end: failure, result: "{{ run.error.code }}" }\n' : ''}`;
const busy: CodedFailure = { code: 'PROVIDER_OVERLOADED', message: 'busy' };
const failing = (failure: CodedFailure): Reply => ({ failure, afterMs: 0 });
const momentsOf = (run: Awaited<ReturnType<typeof runCrew>>) => {
  const start = run.events[0]?.at ?? 0;
  return eventsOf(run, 'model.started').map(event => event.at - start);
};

test('a failure that may pass is tried again after half a second and a second', async () => {
  const run = await runCrew({
    yaml: crew(''),
    replies: (_request, nth) => (nth < 3 ? failing(busy) : { text: 'there' }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'there' });
  expect(momentsOf(run)).toEqual([0, 500, 1500]);
  const retries = eventsOf(run, 'model.ended').map(event =>
    event.outcome === 'failed' ? event.retry : 'none',
  );
  expect(retries).toEqual([{ nth: 2, of: 3, inMs: 500 }, { nth: 3, of: 3, inMs: 1000 }, 'none']);
  expect(eventsOf(run, 'model.started').map(event => [event.key, event.turn])).toEqual([
    ['work:1:1/model-1', 1],
    ['work:1:1/model-1-2', 1],
    ['work:1:1/model-1-3', 1],
  ]);
});

test('the wait is what the provider asks for, at most a minute and never negative', async () => {
  for (const [asked, waited] of [
    [3_000, 3_000],
    [3_600_000, 60_000],
    [0, 0],
    [-5, 0],
  ] as const) {
    const run = await runCrew({
      yaml: crew(''),
      replies: (_request, nth) => (nth < 2 ? failing({ ...busy, retryAfterMs: asked }) : { text: 'there' }),
    });
    expect(momentsOf(run)).toEqual([0, waited]);
  }
});

test('a failure that will not pass is not tried again', async () => {
  for (const code of ['PROVIDER_AUTH', 'PROVIDER_REFUSED', 'PROVIDER_QUOTA'] as const) {
    const run = await runCrew({ yaml: crew(''), replies: () => failing({ code, message: 'no' }) });
    expect(run.modelRequests).toHaveLength(1);
    expect(suspensionOf(run)).toEqual({ code, message: 'no' });
  }
});

test('a task that is too long for its model ends the run, because asking again cannot help', async () => {
  const run = await runCrew({
    yaml: crew(''),
    replies: () => failing({ code: 'CONTEXT_OVERFLOW', message: 'no' }),
  });
  expect(run.modelRequests).toHaveLength(1);
  expect(run.outcome).toMatchObject({
    type: 'ended',
    end: { outcome: 'error', failure: { code: 'CONTEXT_OVERFLOW' } },
  });
});

test('after the tries the run waits, and a resume makes just that call again, with new tries', async () => {
  const yaml = `roles: { writer: { goal: Write., tools: [kit] } }
start: work
phases:
  work: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ work }}" }
`;
  const first = await runCrew({
    yaml,
    replies: (_request, nth) =>
      nth === 1 ? { calls: [{ tool: 'kit.echo', args: { text: 'kept' } }] } : failing(busy),
  });
  expect(suspensionOf(first)).toEqual(busy);
  expect(first.modelRequests).toHaveLength(4);
  expect(eventsOf(first, 'phase.ended')).toEqual([]);
  const second = await runCrew({
    yaml,
    history: first.facts,
    resume: {},
    replies: (_request, nth) => (nth < 3 ? failing(busy) : { text: 'there' }),
  });
  expect(resultOf(second)).toMatchObject({ result: 'there' });
  expect(second.toolCalls).toEqual([]);
  expect(second.calledKeys).toEqual(['work:1:1/model-2-4', 'work:1:1/model-2-5', 'work:1:1/model-2-6']);
  expect(second.modelRequests[0]?.messages).toEqual(first.modelRequests[3]?.messages);
});

test('while one branch waits for its model, the work of the others is finished and kept', async () => {
  const yaml = `roles: { writer: { goal: Write. }, other: { goal: Read. } }
start: both
phases:
  both:
    parallel:
      a: { role: writer, task: Write. }
      b: { role: other, task: Read. }
    next: done
  done: { end: success, result: "{{ both }}" }
`;
  const first = await runCrew({
    yaml,
    replies: ({ origin }) =>
      origin.role === 'writer'
        ? failing({ code: 'PROVIDER_AUTH', message: 'key' })
        : { text: 'read', afterMs: 5_000 },
  });
  expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
  expect(eventsOf(first, 'phase.ended').map(event => event.phase)).toEqual(['both.b']);
  const second = await runCrew({
    yaml,
    history: first.facts,
    resume: {},
    replies: () => ({ text: 'written' }),
  });
  expect(resultOf(second)).toMatchObject({ result: { a: 'written', b: 'read' } });
  expect(second.calledKeys).toEqual(['both.a:1:1/model-1-2']);
});

test('with `on_error` a model that cannot be reached takes that way instead', async () => {
  const run = await runCrew({ yaml: crew('on_error: failed,'), replies: () => failing(busy) });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'PROVIDER_OVERLOADED' });
  expect(run.modelRequests).toHaveLength(3);
});

test('`on_error` of a parallel phase holds for the models of its branches', async () => {
  const run = await runCrew({
    yaml: `roles: { writer: { goal: Write. } }
start: both
phases:
  both: { parallel: { a: { role: writer, task: Write. } }, on_error: failed, next: done }
  done: { end: success }
  failed: { end: failure, result: "{{ run.error.code }}" }
`,
    replies: () => failing({ code: 'PROVIDER_AUTH', message: 'key' }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'PROVIDER_AUTH' });
});

test('`retry` of a parallel phase comes before waiting for a resume', async () => {
  const yaml = `roles: { writer: { goal: Write. } }
start: both
phases:
  both:
    parallel: { a: { role: writer, task: Write. }, b: { role: writer, task: Write. } }
    retry: 1
    next: done
  done: { end: success, result: "{{ both }}" }
`;
  const run = await runCrew({
    yaml,
    replies: ({ origin }, nth) =>
      origin.phase === 'both.a' && nth < 5 ? failing(busy) : { text: 'ok', afterMs: 0 },
  });
  expect(resultOf(run)).toMatchObject({ result: { a: 'ok', b: 'ok' } });
  expect(eventsOf(run, 'phase.retried')).toHaveLength(1);
});

test('an answer without a finish reason is PROVIDER_PROTOCOL, never taken as whole', async () => {
  const run = await runCrew({
    yaml: crew('on_error: failed,'),
    model: {
      id: 'fake:cut',
      defaultMaxTokens: 10,
      isLanguageModel: true,
      async *generate() {
        yield { type: 'text', text: 'half' };
      },
    },
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'PROVIDER_PROTOCOL' });
});

test('when all attempts of a phase are used up, the last one waits for a resume', async () => {
  const yaml = crew('retry: 1,');
  const first = await runCrew({ yaml, replies: () => failing(busy) });
  expect(suspensionOf(first)).toEqual(busy);
  expect(first.modelRequests).toHaveLength(6);
  const second = await runCrew({
    yaml,
    history: first.facts,
    resume: {},
    replies: () => ({ text: 'there' }),
  });
  expect(resultOf(second)).toMatchObject({ result: 'there' });
  expect(second.calledKeys).toEqual(['work:1:2/model-1-4']);
});

const two = `roles: { writer: { goal: Write. } }
start: both
phases:
  both:
    parallel: { a: { role: writer, task: Write. }, b: { role: writer, task: Write., timeout: 10s } }
    next: done
  done: { end: success, result: "{{ both }}" }
`;

test('several branches wait together, and one resume asks for all of them', async () => {
  const first = await runCrew({
    yaml: two,
    replies: ({ origin }) => ({
      failure: { code: 'PROVIDER_AUTH', message: 'key' },
      afterMs: origin.phase === 'both.a' ? 1 : 9,
    }),
  });
  expect(eventsOf(first, 'run.suspended')).toHaveLength(1);
  const second = await runCrew({
    yaml: two,
    history: first.facts,
    resume: {},
    replies: () => ({ text: 'ok' }),
  });
  expect(resultOf(second)).toMatchObject({ result: { a: 'ok', b: 'ok' } });
  expect(second.calledKeys).toEqual(['both.a:1:1/model-1-2', 'both.b:1:1/model-1-2']);
});

test('a timeout that fires while others finish ends work that waits for its model', async () => {
  const run = await runCrew({
    yaml: two,
    replies: ({ origin }) =>
      origin.phase === 'both.a'
        ? { text: 'slow', afterMs: 20_000 }
        : failing({ code: 'PROVIDER_AUTH', message: 'key' }),
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'PHASE_TIMEOUT' } });
  const again = await runCrew({ yaml: two, history: run.facts });
  expect(again.events).toEqual(run.events);
});

test('a stop while a model is waited for is no loss: the resume waits for what is left', async () => {
  const stop = new AbortController();
  const yaml = crew('');
  const first = await runCrew({
    yaml,
    stop: stop.signal,
    replies: () => failing({ ...busy, retryAfterMs: 30_000 }),
    onEvent: event => {
      if (event.type === 'model.ended') stop.abort();
    },
  });
  expect(first.outcome).toMatchObject({ type: 'interrupted' });
  const second = await runCrew({
    yaml,
    history: first.facts,
    resume: {},
    replies: () => ({ text: 'there' }),
  });
  expect(resultOf(second)).toMatchObject({ result: 'there' });
  expect(second.calledKeys).toEqual(['work:1:1/model-1-2']);
});
