import { expect, test } from 'vitest';
import { eventsOf, resultOf } from './compact-events.ts';
import { runCrew } from './run-crew.ts';
import { heardIn, reasonsOf, speakers, talkCrew, turnsOf } from './talk-crew.ts';

test('in turn: each speaks after the other, and the first of them writes what came out', async () => {
  const run = await runCrew({ yaml: talkCrew('talk: [author, critic, editor]\nmax_turns: 4') });
  expect(turnsOf(run)).toEqual(['author', 'critic', 'editor', 'author', '[author]']);
  expect(reasonsOf(run)).toEqual([
    'it opens the conversation',
    'in turn after `author`',
    'in turn after `critic`',
    'in turn after `editor`',
    '`max_turns` is 4',
  ]);
  expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'an answer' });
  expect(eventsOf(run, 'turn.started').map(({ turn }) => turn)).toEqual([1, 2, 3, 4, 5]);
});

test('a speaker is sent its own replies as its own, and those of others with their names', async () => {
  const run = await runCrew({
    yaml: talkCrew('talk: [author, critic]\nmax_turns: 3\nby: critic'),
    replies: speakers({ author: ['Tabs.', 'Still tabs.'], critic: ['Spaces.', 'Both.'] }),
  });
  expect(run.modelRequests.map(heardIn)).toEqual([
    ['user| Settle tabs'],
    ['user| Settle tabs', 'user| author: Tabs.'],
    ['user| Settle tabs', 'assistant| Tabs.', 'user| critic: Spaces.'],
    [
      'user| Settle tabs',
      'user| author: Tabs.',
      'assistant| Spaces.',
      'user| author: Still tabs.',
      expect.stringContaining('user| The conversation is over. Now write `debate`'),
    ],
  ]);
  expect(resultOf(run)).toMatchObject({ result: 'Both.' });
  expect(eventsOf(run, 'message.sent')).toMatchObject([
    { from: 'author', to: ['critic'], turn: 1, text: 'Tabs.' },
    { from: 'critic', to: ['author'], turn: 2, text: 'Spaces.' },
    { from: 'author', to: ['critic'], turn: 3, text: 'Still tabs.' },
  ]);
});

test('in turn: who may not speak is left out', async () => {
  const run = await runCrew({
    yaml: talkCrew(
      'talk: [author, critic, editor]\nmax_turns: 5\ntransitions: { author: [editor], editor: [critic], critic: [author, editor] }',
    ),
  });
  expect(turnsOf(run)).toEqual(['author', 'editor', 'critic', 'editor', 'critic', '[author]']);
});

test('by lot: the same run draws the same, and everybody has a turn in the end', async () => {
  const yaml = talkCrew('talk: [author, critic, editor]\nspeaker: random\nmax_turns: 40');
  const run = await runCrew({ yaml });
  const again = await runCrew({ yaml });
  const turns = turnsOf(run).slice(0, -1);
  expect(turnsOf(again)).toEqual(turnsOf(run));
  for (const [index, role] of turns.entries()) expect(role).not.toBe(turns[index + 1]);
  for (const role of ['author', 'critic', 'editor']) {
    expect(turns.filter(each => each === role).length).toBeGreaterThan(5);
  }
  expect(reasonsOf(run)[1]).toBe('by lot among `critic`, `editor`');
});

const RULES = `talk: [author, critic, editor]
speaker: rules
max_turns: 6
reply: { type: object, required: [ok], properties: { ok: { type: boolean } } }
transitions: { author: [critic], critic: [author, editor], editor: [author] }
rules:
  - { when: reply.ok and turn > 1, to: editor }
  - { when: thread.size > 99, to: critic }
  - { to: author }
until: speaker == "editor"
`;

test('by rules: the first that holds and is allowed says who speaks', async () => {
  const run = await runCrew({
    yaml: talkCrew(RULES),
    replies: speakers({
      author: [{ json: { ok: true } }, { json: { ok: false } }, 'It is settled.'],
      critic: [{ json: { ok: false } }, { json: { ok: true } }],
      editor: [{ json: { ok: false } }],
    }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', 'author', 'critic', 'editor', '[author]']);
  expect(reasonsOf(run)).toEqual([
    'it opens the conversation',
    'no rule that holds names one who may speak; the only one who may speak after `author`',
    'rule 3',
    'no rule that holds names one who may speak; the only one who may speak after `author`',
    'rule 1: `reply.ok and turn > 1`',
    '`speaker == "editor"` holds',
  ]);
  expect(resultOf(run)).toMatchObject({ result: 'It is settled.' });
});

const SELECTOR = `talk: [author, critic, editor]
speaker: selector
selector: { model: chooser }
transitions: { author: [critic, editor], critic: [author], editor: [author, critic] }
max_turns: 4
`;

test('by a model: it chooses among those who may speak and its reason is kept; one candidate needs no call', async () => {
  const run = await runCrew({
    yaml: talkCrew(SELECTOR),
    replies: speakers({
      selector: [
        { json: { speaker: 'editor', reason: 'It is time to settle.' } },
        { text: '```json\n{"speaker": "critic", "reason": "A doubt is left."}\n```' },
      ],
    }),
  });
  expect(turnsOf(run)).toEqual(['author', 'editor', 'critic', 'author', '[author]']);
  expect(reasonsOf(run).slice(1, 4)).toEqual([
    'It is time to settle.',
    'A doubt is left.',
    'nobody else may speak after `critic`',
  ]);
  const choices = run.modelRequests.filter(({ origin }) => origin.role === 'selector');
  expect(choices).toHaveLength(2);
  expect(choices[0]?.output?.schema).toMatchObject({
    properties: { speaker: { enum: ['critic', 'editor'] } },
  });
});

test('by a model: a choice that cannot be used, even when mended, falls to the first who may speak', async () => {
  const bad = { json: { speaker: 'author', reason: 'Me again.' } };
  const run = await runCrew({
    yaml: talkCrew(SELECTOR),
    replies: speakers({
      selector: [bad, { text: '' }, bad, bad, bad, { text: 'no', finish: 'content_filter' }],
    }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', 'author', 'critic', '[author]']);
  expect(reasonsOf(run)[1]).toBe(
    'the selector gave no choice that can be used (OUTPUT_INVALID); the first who may speak after `author`',
  );
});

test('by a model: its own prompt reads the thread, the speaker and the candidates', async () => {
  const run = await runCrew({
    yaml: talkCrew(
      SELECTOR.replace(
        '{ model: chooser }',
        '{ model: chooser, prompt: "{{ speaker }} of {{ thread.size }} > {{ candidates | join: \',\' }}" }',
      ),
    ),
    replies: speakers({ selector: [{ json: { speaker: 'critic', reason: '' } }] }),
  });
  const asked = run.modelRequests.find(({ origin }) => origin.role === 'selector');
  expect(heardIn(asked)).toEqual(['user| author of 1 > critic,editor']);
});
