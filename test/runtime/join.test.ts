import { describe, expect, test } from 'vitest';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

/** Four branches; `more` is what the parallel phase says about them. */
const crew = (more: string) => `roles: { writer: { goal: Write. } }
start: all
phases:
  all:
    parallel:
      a: { role: writer, task: A. }
      b: { role: writer, task: B. }
      c: { role: writer, task: C. }
      d: { role: writer, task: D. }
    ${more}
    next: done
  done: { end: success, result: "{{ all }}" }
${more.includes('failed') ? '  failed: { end: failure, result: "{{ run.error.code }}" }\n' : ''}`;

const refused: Reply = { text: 'no', finish: 'content_filter' };
const locked: Reply = { failure: { code: 'PROVIDER_AUTH', message: 'key' } };
const nameOf = ({ origin }: CrewRun['modelRequests'][number]) => origin.phase.slice(-1);

/** Each branch answers with its name, the later the further back it stands; some do something else. */
function replies(other: { readonly [name: string]: Reply } = {}): NonNullable<CrewRunOptions['replies']> {
  return request => {
    const name = nameOf(request);
    return { text: name, afterMs: 10 * (name.charCodeAt(0) - 96), ...other[name] };
  };
}

const endings = (run: CrewRun) =>
  eventsOf(run, 'phase.ended').map(({ phase, outcome }) => `${phase} ${outcome}`);

function spentOf(run: CrewRun) {
  if (run.outcome.type === 'interrupted') throw new Error('it was interrupted');
  expect(run.outcome.state.ledger.reserved).toEqual({});
  return run.outcome.state.ledger.spent;
}

describe('a join', () => {
  test('any is done with the first; the losers are cancelled, charged and null', async () => {
    const run = await runCrew({ yaml: crew('join: any'), replies: replies() });
    expect(resultOf(run)).toMatchObject({ result: { a: 'a', b: null, c: null, d: null } });
    expect(endings(run)).toEqual([
      'all.a completed',
      'all.b cancelled',
      'all.c cancelled',
      'all.d cancelled',
      'all completed',
    ]);
    expect(spentOf(run).calls).toBe(4);
    expect(run.events.at(-1)?.at).toBe((run.events[0]?.at ?? 0) + 10);
  });

  test('any goes on while others fail', async () => {
    const run = await runCrew({ yaml: crew('join: any'), replies: replies({ a: refused, b: refused }) });
    expect(resultOf(run)).toMatchObject({ result: { a: null, b: null, c: 'c', d: null } });
  });

  test('any fails with the last failure when nobody completes', async () => {
    const run = await runCrew({
      yaml: crew('join: any\n    on_error: failed'),
      replies: () => refused,
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'CONTENT_FILTERED' });
    expect(endings(run).filter(line => line.endsWith('failed'))).toHaveLength(5);
  });

  test('a number is done with so many', async () => {
    const run = await runCrew({ yaml: crew('join: 2'), replies: replies({ b: refused }) });
    expect(resultOf(run)).toMatchObject({ result: { a: 'a', b: null, c: 'c', d: null } });
  });

  test('fails as soon as so many cannot complete any more', async () => {
    const run = await runCrew({ yaml: crew('join: 3'), replies: replies({ a: refused, b: refused }) });
    expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'CONTENT_FILTERED' } });
    expect(endings(run)).toEqual([
      'all.a failed',
      'all.b failed',
      'all.c cancelled',
      'all.d cancelled',
      'all failed',
    ]);
  });

  test('all is what a phase without one does', async () => {
    const run = await runCrew({ yaml: crew(''), replies: replies({ c: refused }) });
    expect(resultOf(run)).toMatchObject({ outcome: 'error' });
  });

  test('with branches that end in the same moment takes them in the order of the journal', async () => {
    const run = await runCrew({
      yaml: crew('join: 2'),
      replies: request => ({ text: nameOf(request), afterMs: 5 }),
    });
    expect(resultOf(run)).toMatchObject({ result: { a: 'a', b: 'b', c: null, d: null } });
    const again = await runCrew({ yaml: crew('join: 2'), history: run.facts });
    expect(again.events).toEqual(run.events);
  });

  test('the templates after it must mind the null of a loser', async () => {
    const yaml = crew('join: any').replace('"{{ all }}"', '"{% if all.b %}b{% else %}not b{% endif %}"');
    const run = await runCrew({ yaml, replies: replies() });
    expect(resultOf(run)).toMatchObject({ result: 'not b' });
  });
});

describe('concurrency', () => {
  test.each([1, 2, 3])('%i at once at most, in the order of the file', async concurrency => {
    const run = await runCrew({ yaml: crew(`concurrency: ${concurrency}`), replies: replies() });
    let now = 0;
    let most = 0;
    for (const { type, ...event } of run.events) {
      if (!('phase' in event) || !String(event.phase).includes('.')) continue;
      if (type === 'phase.started') now += 1;
      if (type === 'phase.ended') now -= 1;
      most = Math.max(most, now);
    }
    expect(most).toBe(concurrency);
    expect(run.modelRequests.map(nameOf)).toEqual(['a', 'b', 'c', 'd']);
    expect(resultOf(run)).toMatchObject({ result: { a: 'a', b: 'b', c: 'c', d: 'd' } });
  });

  test('who waits for a place when the join is done never begins', async () => {
    const run = await runCrew({ yaml: crew('join: any\n    concurrency: 2'), replies: replies() });
    expect(run.modelRequests.map(nameOf)).toEqual(['a', 'b']);
    expect(endings(run)).toEqual(['all.a completed', 'all.b cancelled', 'all completed']);
    expect(spentOf(run).calls).toBe(2);
  });

  test('another attempt begins with the first branches again', async () => {
    const run = await runCrew({
      yaml: crew('concurrency: 2\n    retry: 1'),
      replies: request => ({
        text: request.idempotencyKey.includes('all.b:1:1/') ? '' : nameOf(request),
        afterMs: nameOf(request) === 'a' ? 50 : 1,
      }),
    });
    expect(eventsOf(run, 'phase.retried')).toMatchObject([{ phase: 'all', attempt: 2 }]);
    const begun = eventsOf(run, 'phase.started').map(({ phase }) => phase.slice(-1));
    expect(begun).toEqual(['l', 'a', 'b', 'a', 'b', 'c', 'd']);
    expect(resultOf(run)).toMatchObject({ result: { a: 'a', b: 'b', c: 'c', d: 'd' } });
  });
});

describe('a model that cannot be reached', () => {
  test('does not hold the run while the join can be reached without it', async () => {
    const run = await runCrew({
      yaml: crew('join: any'),
      replies: replies({ a: locked, b: locked, c: locked }),
    });
    expect(resultOf(run)).toMatchObject({ result: { a: null, b: null, c: null, d: 'd' } });
  });

  test('holds it otherwise, and a resume asks that one again', async () => {
    const first = await runCrew({
      yaml: crew('join: 2'),
      replies: replies({ a: locked, b: locked, c: locked }),
    });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    expect(endings(first)).toEqual(['all.a failed', 'all.b failed', 'all.d completed']);
    const second = await runCrew({
      yaml: crew('join: 2'),
      history: first.facts,
      resume: {},
      replies: replies(),
    });
    expect(second.calledKeys).toEqual(['all.c:1:1/model-1-2']);
    expect(resultOf(second)).toMatchObject({ result: { a: null, b: null, c: 'c', d: 'd' } });
  });

  test('is not waited for any more once the join is reached', async () => {
    const first = await runCrew({
      yaml: crew('join: all\n    concurrency: 4'),
      replies: replies({ a: locked }),
    });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    expect(endings(first)).toEqual(['all.b completed', 'all.c completed', 'all.d completed']);
  });
});
