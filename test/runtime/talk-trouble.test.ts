import { expect, test } from 'vitest';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { runCrew } from './run-crew.ts';
import { speakers, talkCrew, turnsOf } from './talk-crew.ts';

const TWO = 'talk: [author, critic]\nmax_turns: 3\n';
const BROKEN: Reply = { failure: { code: 'PROVIDER_AUTH', message: 'key' } };

test.each([
  ['a reply', `${TWO}`, 'critic', 'reply-2'],
  ['the artifact', `${TWO}by: editor\n`, 'editor', 'closing'],
  [
    'the choice of a speaker',
    'talk: [author, critic, editor]\nspeaker: selector\nselector: { model: chooser }\nmax_turns: 3\n',
    'selector',
    'choose-2',
  ],
])(
  'a provider that fails at %s suspends the run, and a resume makes just that call again',
  async (_what, talk, role, key) => {
    const yaml = talkCrew(talk);
    const held = await runCrew({ yaml, replies: speakers({ [role]: [BROKEN] }) });
    expect(suspensionOf(held)).toMatchObject({ code: 'PROVIDER_AUTH' });
    const replies = speakers({ selector: [{ json: { speaker: 'editor', reason: 'now' } }] });
    const resumed = await runCrew({ yaml, replies, history: held.facts, resume: {} });
    expect(resumed.calledKeys[0]).toBe(`debate:1:1/${key}/model-1-2`);
    expect(resultOf(resumed)).toMatchObject({ outcome: 'success' });
  },
);

test('a reply that fails fails the phase, and a retry begins with the first speaker and an empty thread', async () => {
  const run = await runCrew({
    yaml: talkCrew(`${TWO}retry: { max: 1, backoff: 1s }`),
    replies: speakers({ critic: [{ text: '' }, { text: '' }, { text: '' }] }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', 'author', 'critic', 'author', '[author]']);
  expect(eventsOf(run, 'turn.started').map(({ turn }) => turn)).toEqual([1, 2, 1, 2, 3, 4]);
  expect(run.modelRequests.at(4)?.messages).toHaveLength(2);
  expect(eventsOf(run, 'phase.started')).toHaveLength(1);
  expect(run.calledKeys.at(4)).toBe('debate:1:2/reply-1/model-1');
  expect(resultOf(run)).toMatchObject({ outcome: 'success' });
});

test('a retry of the first speaker begins its turn anew, and retries come to an end', async () => {
  const run = await runCrew({
    yaml: talkCrew(`${TWO}retry: { max: 2, backoff: 1s }`),
    replies: () => ({ text: '' }),
  });
  expect(turnsOf(run)).toEqual(['author', 'author', 'author']);
  expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'OUTPUT_EMPTY' } });
});

test('its timeout ends it in the middle, and late replies change nothing', async () => {
  const run = await runCrew({
    yaml: talkCrew(
      `${TWO}timeout: 1s\non_error: late`,
      '  late: { end: failure, result: "{{ run.error.code }}" }\n',
    ),
    replies: () => ({ text: 'x', afterMs: 700 }),
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'PHASE_TIMEOUT' });
  expect(turnsOf(run)).toEqual(['author', 'critic']);
});

test('a speaker uses its own tools, and the writer too', async () => {
  const echo = { calls: [{ tool: 'kit.echo', args: { text: 'fact' } }] };
  const run = await runCrew({
    yaml: talkCrew('talk: [clerk, critic]\nmax_turns: 2\noutput: { type: object, required: [n] }'),
    replies: speakers({ clerk: [echo, 'The fact.', echo, { json: { n: 1 } }] }),
  });
  expect(run.toolCalls).toHaveLength(2);
  expect(resultOf(run)).toMatchObject({ result: { n: 1 } });
});

test('a speaker without tools that keeps calling some has few turns in which to hand off', async () => {
  const run = await runCrew({
    yaml: talkCrew('talk: [author, critic]\nspeaker: handoff\nmax_turns: 3'),
    replies: (_request, nth) => ({ calls: [{ tool: `kit.echo${nth}` }] }),
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'TURN_LIMIT' } });
  expect(run.modelRequests).toHaveLength(4);
});

test('the artifact is held against its schema and mended', async () => {
  const run = await runCrew({
    yaml: talkCrew(
      `${TWO}output: { type: object, required: [verdict], properties: { verdict: { enum: [yes, no] } } }`,
    ),
    replies: speakers({ author: ['One.', 'Two.', 'Words.', { json: { verdict: 'yes' } }] }),
  });
  expect(eventsOf(run, 'artifact.rejected')).toHaveLength(1);
  expect(resultOf(run)).toMatchObject({ result: { verdict: 'yes' } });
});

test('what a trial has taught stands in the task of the next one, which begins with the first speaker', async () => {
  const run = await runCrew({
    yaml: talkCrew(
      'talk: [author, critic]\nmax_turns: 2\nreflect: { evaluator: { expression: debate == "good" }, trials: 2 }',
    ),
    replies: ({ messages, origin }) => {
      if (origin.role !== 'author' && origin.role !== 'critic') return { text: 'Be good.' };
      const isSecond = JSON.stringify(messages).includes('Be good.');
      return {
        text:
          isSecond && JSON.stringify(messages.at(-1)).includes('is over') ? 'good' : `bad ${messages.length}`,
      };
    },
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', '[author]', 'author', 'critic', '[author]']);
  expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'good' });
});
