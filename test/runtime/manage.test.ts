import { describe, expect, test } from 'vitest';
import { messageText } from '../../src/model/message.ts';
import { compact, eventsOf, resultOf } from './compact-events.ts';
import {
  accept,
  answersOf,
  ask,
  crew,
  delegate,
  handsOf,
  lead,
  sendBack,
  transcript,
} from './manage-crew.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

describe('the one who manages', () => {
  test('may deliver at once without anybody', async () => {
    const run = await runCrew({ yaml: crew(), replies: lead([{ text: 'I know.' }]) });
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'I know.' });
    expect(handsOf(run)).toEqual([]);
    expect(run.modelRequests).toHaveLength(1);
    const [system, task] = run.modelRequests[0]?.messages.map(messageText) ?? [];
    expect(system).toContain('`finder`: Find.');
    expect(system).toContain('at most 8 times');
    expect(task).toBe('Report on rain.');
  });

  test('gets the number, the worker and the result of what it delegates', async () => {
    const run = await runCrew({
      yaml: crew(),
      replies: lead([{ calls: [delegate('finder', 'Find it.')] }, { calls: [delegate('writer')] }]),
    });
    expect(answersOf(run)).toEqual([
      { delegation: 1, worker: 'finder', result: 'finder 1' },
      { delegation: 2, worker: 'writer', result: 'writer 1' },
    ]);
    const told = run.modelRequests.find(({ origin }) => origin.role === 'finder')?.messages ?? [];
    expect(told).toHaveLength(2);
    expect(told.map(messageText)[1]).toMatch(/`lead`.*Find it\..*A text\./s);
    expect(eventsOf(run, 'turn.started').map(({ role, turn, reason }) => [role, turn, reason])).toEqual([
      ['lead', 1, undefined],
      ['finder', 2, 'delegation 1'],
      ['lead', 3, undefined],
      ['writer', 4, 'delegation 2'],
      ['lead', 5, undefined],
    ]);
    expect(handsOf(run)).toEqual([
      'delegation lead finder: Find it.',
      'returned finder lead: finder 1',
      'delegation lead writer: Do it.',
      'returned writer lead: writer 1',
      'accepted lead finder: delegation 1',
      'accepted lead writer: delegation 2',
    ]);
  });

  test('uses its own tools beside, and goes on when all are answered', async () => {
    const run = await runCrew({
      yaml: crew(),
      replies: lead([{ calls: [delegate('finder'), { tool: 'kit.echo', args: { text: 'x' } }] }]),
    });
    expect(answersOf(run)).toEqual([{ delegation: 1, worker: 'finder', result: 'finder 1' }, 'x']);
  });

  test('delivers an artifact that fits its schema, or mends it', async () => {
    const run = await runCrew({
      yaml: crew('output: { type: object, required: [n], properties: { n: { type: integer } } }'),
      replies: lead([{ calls: [delegate('finder')] }, { text: 'words' }, { json: { n: 1 } }]),
    });
    expect(resultOf(run)).toMatchObject({ result: { n: 1 } });
    expect(eventsOf(run, 'artifact.rejected')).toHaveLength(1);
  });

  test('fails with TURN_LIMIT when it never delivers', async () => {
    const run = await runCrew({
      yaml: crew('max_turns: 2'),
      replies: lead([1, 2].map(() => ({ calls: [delegate('finder')] }))),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'TURN_LIMIT' } });
    expect(run.modelRequests).toHaveLength(3);
  });
});

describe('a worker', () => {
  test('goes on in its own conversation when its work is sent back', async () => {
    const run = await runCrew({
      yaml: crew(),
      replies: lead([
        { calls: [delegate('writer'), delegate('finder')] },
        { calls: [sendBack(1, 'More of it.')] },
      ]),
    });
    expect(answersOf(run).at(-1)).toEqual({ delegation: 1, worker: 'writer', result: 'writer 2' });
    const again = run.modelRequests.findLast(({ origin }) => origin.role === 'writer')?.messages ?? [];
    expect(again.map(({ from }) => from)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(again.map(messageText)[2]).toBe('writer 1');
    expect(again.map(messageText)[3]).toContain('More of it.');
    expect(run.calledKeys).toContain('report:1:1/work-1/model-2');
    expect(handsOf(run)).toContain('sent-back lead writer: More of it.');
  });

  test('is asked in its latest conversation, or in a new one', async () => {
    const run = await runCrew({
      yaml: crew(),
      replies: lead([
        { calls: [ask('writer', 'Who are you?'), delegate('finder')] },
        { calls: [ask('finder', 'Sure?'), delegate('finder', 'Another.')] },
        { calls: [ask('finder', 'And now?')] },
      ]),
    });
    expect(answersOf(run)).toEqual([
      { delegation: 1, worker: 'writer', answer: 'writer 1' },
      { delegation: 2, worker: 'finder', result: 'finder 1' },
      { delegation: 2, worker: 'finder', answer: 'finder 2' },
      { delegation: 3, worker: 'finder', result: 'finder 1' },
      { delegation: 3, worker: 'finder', answer: 'finder 2' },
    ]);
    expect(handsOf(run).filter(line => line.startsWith('accepted'))).toEqual([
      'accepted lead finder: delegation 2',
      'accepted lead finder: delegation 3',
    ]);
  });

  test('uses its own tools and may run out of turns, which is a failed result', async () => {
    const run = await runCrew({
      yaml: crew('max_worker_turns: 2'),
      replies: lead(
        [{ calls: [delegate('finder')] }, { calls: [sendBack(1)] }],
        ({ origin: { role, turn } }) =>
          role === 'finder' && turn < 4
            ? { calls: [{ tool: 'kit.echo', args: { text: `${turn}` } }] }
            : { text: 'found' },
      ),
    });
    expect(answersOf(run)).toEqual([
      { delegation: 1, worker: 'finder', error: expect.stringContaining('TURN_LIMIT') },
      { delegation: 1, worker: 'finder', result: 'found' },
    ]);
    expect(run.toolCalls.map(({ args }) => args.text)).toEqual(['1', '3']);
    expect(resultOf(run)).toMatchObject({ outcome: 'success' });
  });

  test('that fails can be done without, but not accepted', async () => {
    const run = await runCrew({
      yaml: crew(),
      replies: lead([{ calls: [delegate('writer')] }, { calls: [accept(1)] }], () => ({
        text: 'no',
        finish: 'content_filter',
      })),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'delivered' });
    expect(answersOf(run)).toEqual([
      { delegation: 1, worker: 'writer', error: expect.stringContaining('CONTENT_FILTERED') },
      { error: 'delegation 1 failed, so there is nothing to accept' },
    ]);
    expect(handsOf(run).some(line => line.startsWith('accepted'))).toBe(false);
  });

  test('is seen at work only when the lead asks for the transcript', async () => {
    const run = await runCrew({
      yaml: crew(),
      replies: lead(
        [{ calls: [delegate('finder', 'Find it.')] }, { calls: [transcript(1)] }],
        ({ origin: { turn } }) =>
          turn === 1 ? { calls: [{ tool: 'kit.echo', args: { text: 'seen' } }] } : { text: 'found' },
      ),
    });
    const [result, shown] = answersOf(run);
    expect(JSON.stringify(result)).not.toContain('seen');
    expect(String(shown)).toMatch(
      /TOLD: .*Find it\..*CALLED kit\.echo.*RETURNED kit\.echo: "seen".*WORKER: found/s,
    );
  });
});

describe('several jobs of one turn', () => {
  const four = [
    delegate('finder', '1'),
    delegate('finder', '2'),
    delegate('writer', '3'),
    ask('writer', '4'),
  ];

  test('are done one after the other by default, in the order of asking', async () => {
    const run = await runCrew({ yaml: crew(), replies: lead([{ calls: four }]) });
    expect(compact(run.events).filter(line => line.startsWith('model.'))).toHaveLength(12);
    expect(mostAtOnce(run)).toBe(1);
    expect(answersOf(run).map(({ delegation }) => delegation)).toEqual([1, 2, 3, 3]);
    const handed = eventsOf(run, 'work.handed').filter(({ to, how }) => to !== 'lead' && how !== 'accepted');
    expect(handed.map(({ text }) => text)).toEqual(['1', '2', '3', '4']);
  });

  test('are done at once as far as there are places, but never two by one worker', async () => {
    const run = await runCrew({ yaml: crew('concurrency: 3'), replies: lead([{ calls: four }]) });
    expect(mostAtOnce(run)).toBe(2);
    expect(
      eventsOf(run, 'work.handed')
        .slice(0, 2)
        .map(({ text }) => text),
    ).toEqual(['1', '3']);
    expect(answersOf(run).map(each => each.result ?? each.answer)).toEqual([
      'finder 1',
      'finder 1',
      'writer 1',
      'writer 2',
    ]);
  });

  test('count together against the limit; above it the lead is told to deliver', async () => {
    const run = await runCrew({
      yaml: crew('max_delegations: 2'),
      replies: lead([
        { calls: [delegate('finder'), ask('finder', 'Sure?'), delegate('writer')] },
        { calls: [sendBack(1), ask('writer', 'Now?')] },
      ]),
    });
    const refused = { error: expect.stringContaining('deliver the artifact with what you have') };
    expect(answersOf(run)).toEqual([
      { delegation: 1, worker: 'finder', result: 'finder 1' },
      { delegation: 1, worker: 'finder', answer: 'finder 2' },
      refused,
      refused,
      refused,
    ]);
    expect(resultOf(run)).toMatchObject({ result: 'delivered' });
  });

  test('what is repeated without anything new ends in NO_PROGRESS', async () => {
    const run = await runCrew({
      yaml: crew('max_delegations: 1'),
      replies: lead(Array.from({ length: 16 }, () => ({ calls: [delegate('finder')] }))),
    });
    expect(resultOf(run)).toMatchObject({ failure: { code: 'NO_PROGRESS' } });
    expect(eventsOf(run, 'role.warned')).toHaveLength(1);
  });
});

function mostAtOnce(run: CrewRun): number {
  let now = 0;
  let most = 0;
  for (const event of run.events) {
    if (event.type === 'work.handed' && event.to !== 'lead' && event.how !== 'accepted') now += 1;
    if (event.type === 'work.handed' && event.how === 'returned') now -= 1;
    most = Math.max(most, now);
  }
  return most;
}

describe('what cannot be is answered with an error', () => {
  test.each([
    ['a role that is no worker', delegate('lead'), /role/],
    ['an unknown role', ask('ghost', 'Who?'), /role/],
    ['no task', { tool: 'delegate', args: { role: 'finder', task: '', expected: 'x' } }, /task/],
    ['half JSON', { tool: 'delegate', malformed: '{"role": "find' }, /JSON object/],
    ['an unknown number', accept(7), /there is no delegation 7; there are: none/],
    ['a number that is none', { tool: 'accept', args: { delegation: '1' } }, /delegation/],
    ['the transcript of nothing', transcript(1), /no delegation 1/],
    ['a tool that is not there', { tool: 'hand_off_to_writer' }, /`delegate`/],
  ] as const)('%s', async (_name, call, problem) => {
    const run = await runCrew({ yaml: crew(), replies: lead([{ calls: [call] }]) });
    expect(answersOf(run)).toEqual([{ error: expect.stringMatching(problem) }]);
    expect(resultOf(run)).toMatchObject({ result: 'delivered' });
    expect(handsOf(run)).toEqual([]);
    expect(eventsOf(run, 'tool.ended')).toMatchObject([{ outcome: 'failed' }]);
  });

  test('what is not done, or accepted already, or only a question, cannot be accepted or sent back', async () => {
    const run = await runCrew({
      yaml: crew(),
      replies: lead([
        { calls: [delegate('finder'), accept(1), ask('writer', 'Who?')] },
        { calls: [sendBack(2), accept(1), accept(1), sendBack(1)] },
      ]),
    });
    expect(answersOf(run).slice(1)).toMatchObject([
      { error: 'delegation 1 is not done yet' },
      { answer: 'writer 1' },
      { error: '2 was a question, so there is no work in it' },
      { accepted: true },
      { error: 'delegation 1 is accepted already' },
      { error: 'delegation 1 is accepted already' },
    ]);
    expect(handsOf(run).filter(line => line.startsWith('accepted'))).toHaveLength(1);
  });
});
