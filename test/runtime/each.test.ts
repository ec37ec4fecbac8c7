import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { messageText } from '../../src/model/message.ts';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

const crew = (more: string, work = '{ role: writer, task: "{{ index }}: {{ word }}" }') => `roles:
  writer: { goal: Write. }
inputs: { words: { type: array } }
start: all
phases:
  all:
    each: { in: "{{ inputs.words }}", as: word, max: 5 }
    do: ${work}
    ${more}
    next: done
  done: { end: success, result: "{{ all }}" }
${more.includes('failed') ? '  failed: { end: failure, result: "{{ run.error.code }}" }\n' : ''}`;

const WORDS = { words: ['a', 'b', 'c', 'd', 'e'] };

function drive(yaml: string, more: Partial<CrewRunOptions> = {}) {
  return runCrew({ yaml, inputs: WORDS, replies: request => ({ text: taskOf(request) }), ...more });
}

const taskOf = ({ messages }: CrewRun['modelRequests'][number]) =>
  messages[1] === undefined ? '' : messageText(messages[1]);
const refused: Reply = { text: 'no', finish: 'content_filter' };

function mostAtOnce(run: CrewRun): number {
  let now = 0;
  let most = 0;
  for (const event of run.events) {
    if (!('phase' in event) || event.phase === undefined || !event.phase.includes('.')) continue;
    if (event.type === 'phase.started') now += 1;
    if (event.type === 'phase.ended') now -= 1;
    most = Math.max(most, now);
  }
  return most;
}

describe('items', () => {
  test('are read by the name that was given and by their place, from 0', async () => {
    const run = await drive(crew('concurrency: 1'));
    expect(resultOf(run)).toMatchObject({ result: ['0: a', '1: b', '2: c', '3: d', '4: e'] });
    expect(eventsOf(run, 'phase.started').map(({ phase }) => phase)).toEqual([
      'all',
      'all.0',
      'all.1',
      'all.2',
      'all.3',
      'all.4',
    ]);
  });

  test('have their results in the order of the list, whoever is first', async () => {
    const run = await drive(crew('concurrency: 5'), {
      replies: request => ({ text: taskOf(request), afterMs: 100 - 20 * Number(taskOf(request)[0]) }),
    });
    expect(resultOf(run)).toMatchObject({ result: ['0: a', '1: b', '2: c', '3: d', '4: e'] });
    expect(eventsOf(run, 'phase.ended')[0]?.phase).toBe('all.4');
  });

  test.each([1, 2, 3])('are worked on %i at once at most', async concurrency => {
    const run = await drive(crew(`concurrency: ${concurrency}`), {
      replies: ({ origin }) => ({ text: 'x', afterMs: 7 * (1 + Number(origin.phase.at(-1))) }),
    });
    expect(mostAtOnce(run)).toBe(concurrency);
  });

  test('none at all are an empty list, without a call', async () => {
    const run = await drive(crew(''), { inputs: { words: [] } });
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: [] });
    expect(run.modelRequests).toEqual([]);
  });

  test('too many fail the phase before anything is asked', async () => {
    const run = await drive(crew('on_error: failed'), { inputs: { words: [1, 2, 3, 4, 5, 6] } });
    expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'TOO_MANY_ITEMS' });
    expect(run.modelRequests).toEqual([]);
  });

  test('what is no list fails the phase', async () => {
    const yaml = crew('').replace('"{{ inputs.words }}"', '"{{ inputs.words[0] }}"');
    const run = await drive(yaml);
    expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'TEMPLATE_FAILED' } });
  });

  test('may be null or objects', async () => {
    const run = await drive(crew('', '{ tool: kit.give, with: { word: "{{ word }}", at: "{{ index }}" } }'), {
      inputs: { words: [null, { deep: [1] }] },
    });
    expect(resultOf(run)).toMatchObject({
      result: [
        { word: null, at: 0 },
        { word: { deep: [1] }, at: 1 },
      ],
    });
  });

  test('begin anew when the phase is entered again', async () => {
    const yaml = crew(
      'max_visits: 2',
      '{ tool: kit.give, with: { visit: "{{ visit }}", word: "{{ word }}" } }',
    ).replace('next: done', 'next: [{ when: visit < 2, to: all }, { to: done }]');
    const run = await drive(yaml, { inputs: { words: ['a', 'b'] } });
    expect(resultOf(run)).toMatchObject({
      result: [
        { visit: 2, word: 'a' },
        { visit: 2, word: 'b' },
      ],
    });
  });
});

describe('an item that fails', () => {
  const third = (request: CrewRun['modelRequests'][number]): Reply =>
    request.origin.phase === 'all.2' ? refused : { text: 'x', afterMs: 50 };

  test('fails the phase, and the others are cancelled', async () => {
    const run = await drive(crew('concurrency: 3'), { replies: third });
    expect(resultOf(run)).toMatchObject({
      outcome: 'error',
      phase: 'all.2',
      failure: { code: 'CONTENT_FILTERED' },
    });
    const ended = eventsOf(run, 'phase.ended').map(({ phase, outcome }) => `${phase} ${outcome}`);
    expect(ended).toEqual(['all.2 failed', 'all.0 cancelled', 'all.1 cancelled', 'all failed']);
    expect(run.modelRequests).toHaveLength(3);
  });

  test('is null when it is kept, and does not lose the others', async () => {
    const run = await drive(crew('concurrency: 3\n    on_item_error: keep'), { replies: third });
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: ['x', 'x', null, 'x', 'x'] });
  });

  test('all of them kept are a list of nulls', async () => {
    const run = await drive(crew('on_item_error: keep'), { replies: () => refused });
    expect(resultOf(run)).toMatchObject({ result: [null, null, null, null, null] });
  });

  test('is tried again alone when its work says so', async () => {
    const run = await drive(crew('', '{ tool: kit.give, retry: 1, with: { word: "{{ word }}" } }'), {
      tools: {
        give: (args, { nth }) => {
          if (nth === 2) throw new Error('once');
          return (args as JsonObject).word;
        },
      },
    });
    expect(resultOf(run)).toMatchObject({ result: WORDS.words });
    expect(run.toolCalls).toHaveLength(6);
  });

  test('whose time is over fails alone', async () => {
    const work = '{ role: writer, task: "{{ word }}", timeout: 20ms }';
    const run = await drive(crew('concurrency: 5\n    on_item_error: keep', work), {
      replies: ({ origin }) => ({ text: 'x', afterMs: origin.phase === 'all.1' ? 500 : 1 }),
    });
    expect(resultOf(run)).toMatchObject({ result: ['x', null, 'x', 'x', 'x'] });
  });
});

describe('join', () => {
  const staggered = ({ origin }: CrewRun['modelRequests'][number]): Reply => ({
    text: origin.phase,
    afterMs: 10 * (1 + Number(origin.phase.at(-1))),
  });

  test('any is done with the first that completes; the others are cancelled and charged', async () => {
    const run = await drive(crew('concurrency: 3\n    join: any'), { replies: staggered });
    expect(resultOf(run)).toMatchObject({ result: ['all.0', null, null, null, null] });
    expect(eventsOf(run, 'phase.ended').map(({ outcome }) => outcome)).toEqual([
      'completed',
      'cancelled',
      'cancelled',
      'completed',
    ]);
    if (run.outcome.type !== 'ended') throw new Error('it ended');
    expect(run.outcome.state.ledger.spent.calls).toBe(3);
    expect(run.outcome.state.ledger.reserved).toEqual({});
  });

  test('a number is done with so many that complete', async () => {
    const run = await drive(crew('concurrency: 2\n    join: 3\n    on_item_error: keep'), {
      replies: request => (request.origin.phase === 'all.1' ? refused : staggered(request)),
    });
    expect(resultOf(run)).toMatchObject({ result: ['all.0', null, 'all.2', 'all.3', null] });
  });

  test('a number larger than the list waits for all of it', async () => {
    const run = await drive(crew('join: 4'), { inputs: { words: ['a', 'b'] } });
    expect(resultOf(run)).toMatchObject({ result: ['0: a', '1: b'] });
  });

  test('fails as soon as so many cannot complete any more, although items are kept', async () => {
    const run = await drive(crew('concurrency: 1\n    join: 4\n    on_item_error: keep'), {
      replies: ({ origin }) => (Number(origin.phase.at(-1)) < 2 ? refused : { text: 'x' }),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'CONTENT_FILTERED' } });
    expect(run.modelRequests).toHaveLength(2);
  });
});

describe('trouble', () => {
  const locked: Reply = { failure: { code: 'PROVIDER_AUTH', message: 'key' } };

  test('an item whose model cannot be reached holds the run, and a resume makes just its call again', async () => {
    const yaml = crew('concurrency: 2');
    const first = await drive(yaml, {
      replies: request => (request.origin.phase === 'all.1' ? locked : { text: taskOf(request) }),
    });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    const second = await drive(yaml, { history: first.facts, resume: {} });
    expect(second.calledKeys.slice().sort()[0]).toBe('all.1:1:1/model-1-2');
    expect(second.calledKeys).not.toContain('all.0:1:1/model-1');
    expect(resultOf(second)).toMatchObject({ result: ['0: a', '1: b', '2: c', '3: d', '4: e'] });
  });

  test('an item whose model cannot be reached is no item that failed, also when those are kept', async () => {
    const run = await drive(crew('on_item_error: keep'), {
      replies: request => (request.origin.phase === 'all.1' ? locked : { text: taskOf(request) }),
    });
    expect(suspensionOf(run)).toMatchObject({ code: 'PROVIDER_AUTH' });
  });

  test('it does not hold the run where `join` can do without it', async () => {
    const run = await drive(crew('on_item_error: keep\n    join: 4'), {
      replies: request => (request.origin.phase === 'all.1' ? locked : { text: taskOf(request) }),
    });
    expect(resultOf(run)).toMatchObject({ result: ['0: a', null, '2: c', '3: d', '4: e'] });
  });

  test('a retry of the phase does all items again', async () => {
    const run = await drive(
      crew('retry: 1\n    concurrency: 2', '{ tool: kit.give, with: { word: "{{ word }}" } }'),
      {
        tools: {
          give: (args, { nth }) => {
            if (nth === 4) throw new Error('once');
            return (args as JsonObject).word;
          },
        },
      },
    );
    expect(resultOf(run)).toMatchObject({ result: WORDS.words });
    expect(eventsOf(run, 'phase.retried')).toMatchObject([{ phase: 'all' }]);
  });
});

test('an item may be a whole crew', async () => {
  const run = await drive(
    crew('concurrency: 2', '{ crew: inner.sop.yaml, inputs: { word: "{{ word }}" } }'),
    {
      inputs: { words: ['a', 'b', 'c'] },
      files: {
        'inner.sop.yaml': `version: 1
sop: inner
inputs: { word: { type: string } }
roles: [writer]
start: say
phases:
  say: { role: writer, task: "Say {{ inputs.word }}", next: done }
  done: { end: success, result: { said: "{{ say }}" } }
`,
      },
    },
  );
  expect(resultOf(run)).toMatchObject({ result: [{ said: 'Say a' }, { said: 'Say b' }, { said: 'Say c' }] });
  expect(run.modelRequests.map(({ origin }) => origin.phase)).toContain('all.2/say');
});
