import { expect, test } from 'vitest';
import { saysNothingNew } from '../../src/runtime/talk/says-nothing-new.ts';
import { eventsOf, resultOf } from './compact-events.ts';
import { runCrew } from './run-crew.ts';
import { heardIn, reasonsOf, speakers, talkCrew, turnsOf } from './talk-crew.ts';

const TWO = 'talk: [author, critic]\nmax_turns: 9\n';
const lastReason = (run: Parameters<typeof reasonsOf>[0]) => reasonsOf(run).at(-1);

test('a text in the reply ends it, also inside a typed one', async () => {
  const run = await runCrew({
    yaml: talkCrew(`${TWO}until: { text: TERMINATE }`),
    replies: speakers({ author: ['One.'], critic: ['Fine. TERMINATE'] }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', '[author]']);
  expect(lastReason(run)).toBe('the reply contains "TERMINATE"');
  const typed = await runCrew({
    yaml: talkCrew(`${TWO}reply: { type: object }\nuntil: { text: 'say "stop"' }`),
    replies: speakers({ author: [{ json: { a: [{ b: 'I say "stop"' }] } }] }),
  });
  expect(turnsOf(typed)).toEqual(['author', '[author]']);
});

test('all that an ending gives must hold, and one of several endings is enough', async () => {
  const run = await runCrew({
    yaml: talkCrew(`${TWO}until: [{ text: DONE, when: turn > 2 }, { when: thread.size == 8 }]`),
    replies: speakers({ author: ['DONE', 'DONE again'], critic: ['DONE'] }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', 'author', '[author]']);
  expect(lastReason(run)).toBe('the reply contains "DONE" and `turn > 2` holds');
  const other = await runCrew({
    yaml: talkCrew(`${TWO}until: [{ text: DONE, when: turn > 2 }, { when: thread.size == 4 }]`),
  });
  expect(turnsOf(other)).toHaveLength(5);
});

test('the tokens of the conversation end it, and what a provider does not tell is not nothing', async () => {
  const yaml = talkCrew(`${TWO}until: { tokens: 45 }`);
  const told = await runCrew({ yaml, replies: () => ({ text: 'x' }) });
  expect(turnsOf(told)).toEqual(['author', 'critic', 'author', '[author]']);
  expect(lastReason(told)).toBe('45 tokens were used');
  const untold = await runCrew({ yaml, replies: () => ({ text: 'x', usage: null }) });
  expect(turnsOf(untold)).toEqual(['author', '[author]']);
});

test('its time ends it after the reply that is under way', async () => {
  const run = await runCrew({
    yaml: talkCrew(`${TWO}until: { time: 1s }`),
    replies: () => ({ text: 'x', afterMs: 400 }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', 'author', '[author]']);
  expect(lastReason(run)).toBe('1200 ms have passed');
});

test('so many replies in a row without anything new end it', async () => {
  const run = await runCrew({
    yaml: talkCrew(`${TWO}until: { no_progress: 2 }`),
    replies: speakers({
      author: ['Tabs!', 'tabs', 'Tabs, I said.'],
      critic: ['Spaces.', 'SPACES', 'tabs', 'Spaces'],
    }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', 'author', 'critic', '[author]']);
  const fresh = await runCrew({
    yaml: talkCrew(`${TWO}until: { no_progress: 2 }`),
    replies: speakers({ author: ['a', 'a', 'b', 'b', 'c'], critic: ['x', 'y', 'z', 'y'] }),
  });
  expect(turnsOf(fresh)).toHaveLength(9);
});

test('what says nothing new: the same words, or the same JSON', () => {
  const words = Array.from({ length: 20 }, (_, index) => `word${index}`);
  const text = words.join(' ');
  expect(saysNothingNew(`${text.toUpperCase()}!`, ['other', text])).toBe(true);
  expect(saysNothingNew([...words, 'more'].join(', '), [text])).toBe(true);
  expect(saysNothingNew([...words, 'and', 'much', 'more'].join(' '), [text])).toBe(false);
  expect(saysNothingNew('👍', ['👍'])).toBe(true);
  expect(saysNothingNew('👍', ['👎'])).toBe(false);
  expect(saysNothingNew({ a: 1, b: 2 }, ['{"a":1,"b":2}', { b: 2, a: 1 }])).toBe(true);
  expect(saysNothingNew({ a: 1 }, [{ a: 2 }])).toBe(false);
});

test('a condition that cannot be evaluated fails the phase', async () => {
  const run = await runCrew({
    yaml: talkCrew(`${TWO}reply: { type: object }\nuntil: reply.missing.deep > 1`),
    replies: () => ({ json: {} }),
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'TEMPLATE_FAILED' } });
});

const THREE = 'talk: [author, critic, editor]\nmax_turns: 4\nby: editor\n';
const LINES = { author: ['A1', 'A2'], critic: ['C1', 'C2'], editor: ['E1', 'E2', 'E3'] };

test('audience private: only whoever speaks next hears a reply', async () => {
  const run = await runCrew({ yaml: talkCrew(`${THREE}audience: private`), replies: speakers(LINES) });
  expect(run.modelRequests.map(heardIn).map(lines => lines.slice(1))).toEqual([
    [],
    ['user| author: A1'],
    ['user| critic: C1'],
    ['assistant| A1', 'user| editor: E1'],
    ['user| critic: C1', 'assistant| E1', 'user| author: A2', expect.stringContaining('is over')],
  ]);
  expect(eventsOf(run, 'message.sent').map(({ from, to }) => [from, ...to])).toEqual([
    ['author', 'critic'],
    ['critic', 'editor'],
    ['editor', 'author'],
    ['author', 'editor'],
  ]);
});

test('audience by role: who is not named does not hear it, and who is left out is heard by everybody', async () => {
  const run = await runCrew({
    yaml: talkCrew(`${THREE}audience: { author: [editor], editor: [] }`),
    replies: speakers(LINES),
  });
  expect(run.modelRequests.map(heardIn).map(lines => lines.slice(1))).toEqual([
    [],
    [],
    ['user| author: A1', 'user| critic: C1'],
    ['assistant| A1', 'user| critic: C1'],
    [
      'user| author: A1',
      'user| critic: C1',
      'assistant| E1',
      'user| author: A2',
      expect.stringContaining('is over'),
    ],
  ]);
});

test('a brief reaches the next speaker even when the reply does not, and nobody ends on its own words', async () => {
  const hand = (role: string, text: string) => ({
    text,
    calls: [{ tool: `hand_off_to_${role}`, args: { brief: `for ${role}` } }],
  });
  const run = await runCrew({
    yaml: talkCrew(
      'talk: [author, critic]\nspeaker: handoff\nmax_turns: 4\ntransitions: { author: [author, critic], critic: [author] }\naudience: { author: [], critic: [] }',
    ),
    replies: speakers({
      author: [hand('author', 'A1'), hand('critic', 'A2')],
      critic: [hand('author', 'C1')],
    }),
  });
  expect(run.modelRequests.map(heardIn).map(lines => lines.slice(1))).toEqual([
    [],
    ['assistant| A1\n\nfor author', 'user| It is your turn again. Go on.'],
    ['user| author hands over to you: for critic'],
    [
      'assistant| A1\n\nfor author',
      'user| It is your turn again. Go on.',
      'assistant| A2\n\nfor critic',
      'user| critic hands over to you: for author',
    ],
    expect.anything(),
  ]);
});

test('each request of a speaker begins with the one before it', async () => {
  for (const audience of ['shared', 'private', '{ author: [critic] }']) {
    const run = await runCrew({
      yaml: talkCrew(
        `talk: [author, critic, editor]\nspeaker: random\nmax_turns: 12\ntransitions: { author: [author, critic], critic: [author, editor], editor: [author, editor] }\naudience: ${audience}`,
      ),
    });
    for (const role of ['author', 'critic', 'editor']) {
      const sent = run.modelRequests
        .filter(({ origin }) => origin.role === role)
        .map(({ messages }) => messages);
      for (const [index, messages] of sent.slice(0, -1).entries()) {
        expect(sent[index + 1]?.slice(0, messages.length)).toEqual(messages);
        expect(messages.at(-1)?.from).toBe('user');
      }
    }
  }
});
