import { expect, test } from 'vitest';
import { eventsOf, resultOf } from './compact-events.ts';
import { runCrew } from './run-crew.ts';
import { heardIn, reasonsOf, speakers, talkCrew, turnsOf } from './talk-crew.ts';

const TALK = `talk: [author, critic, editor]
speaker: handoff
transitions: { author: [critic], critic: [author, editor], editor: [author] }
max_turns: 3
`;
const to = (role: string, brief = `go on, ${role}`, text = '') => ({
  text,
  calls: [{ tool: `hand_off_to_${role}`, args: { brief } }],
});

test('only legal targets are offered, and the call with its brief ends the turn', async () => {
  const run = await runCrew({
    yaml: talkCrew(TALK),
    replies: speakers({
      author: [to('critic', 'Find the flaw.', 'Tabs are best.'), 'Settled.'],
      critic: [to('editor')],
      editor: ['Fine.'],
    }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', 'editor', '[author]']);
  expect(run.modelRequests.map(({ tools }) => tools.map(({ name }) => name))).toEqual([
    ['hand_off_to_critic'],
    ['hand_off_to_author', 'hand_off_to_editor'],
    ['hand_off_to_author'],
    [],
  ]);
  expect(heardIn(run.modelRequests[1]).at(-1)).toBe('user| author: Tabs are best.\n\nFind the flaw.');
  expect(eventsOf(run, 'work.handed')).toMatchObject([
    { how: 'hand-off', from: 'author', to: 'critic', text: 'Find the flaw.' },
    { how: 'hand-off', from: 'critic', to: 'editor', text: 'go on, editor' },
  ]);
  expect(reasonsOf(run)).toEqual([
    'it opens the conversation',
    '`author` handed over',
    '`critic` handed over',
    '`max_turns` is 3',
  ]);
  expect(resultOf(run)).toMatchObject({ result: 'Settled.' });
});

test('a hand-off that is only said costs one turn that asks for the call; the reply stands', async () => {
  const run = await runCrew({
    yaml: talkCrew(TALK),
    replies: speakers({
      author: ["Tabs are best. I'll pass this to critic.", to('critic', 'Find the flaw.', 'Sorry!')],
    }),
  });
  expect(heardIn(run.modelRequests[1])).toEqual([
    'user| Settle tabs',
    "assistant| Tabs are best. I'll pass this to critic.",
    expect.stringContaining('only a tool call hands over'),
  ]);
  expect(eventsOf(run, 'message.sent')[0]?.text).toBe(
    "Tabs are best. I'll pass this to critic.\n\nFind the flaw.",
  );
  expect(eventsOf(run, 'artifact.rejected')).toEqual([]);
  expect(eventsOf(run, 'role.warned')[0]).toMatchObject({
    role: 'author',
    reason: 'only said that it hands over to `critic`; asked to hand over with the tool',
  });
  expect(reasonsOf(run)[1]).toBe('`author` handed over');
});

test('a second hand-off in one reply is not done, and the watchers hear of it', async () => {
  const run = await runCrew({
    yaml: talkCrew(TALK),
    replies: speakers({
      author: [
        {
          calls: [
            { tool: 'hand_off_to_critic', args: { brief: 'Find the flaw.' } },
            { tool: 'hand_off_to_critic', args: { brief: 'And another.' } },
          ],
        },
      ],
    }),
  });
  expect(eventsOf(run, 'role.warned')[0]).toMatchObject({
    role: 'author',
    reason: '`hand_off_to_critic` ends the turn, so `hand_off_to_critic` of the same reply is ignored',
  });
  expect(reasonsOf(run)[1]).toBe('`author` handed over');
});

test('without a call after that the one who was named, else the first who may, speaks', async () => {
  const run = await runCrew({
    yaml: talkCrew(TALK.replace('max_turns: 3', 'max_turns: 5')),
    replies: speakers({
      author: ['Tabs.', 'Tabs, really.'],
      critic: ['No. Over to you, editor.', 'As I said.', 'No idea.', 'Still no idea.'],
      editor: ['Hm.'],
    }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', 'editor', 'author', 'critic', '[author]']);
  expect(reasonsOf(run).slice(1)).toEqual([
    '`author` did not hand over; the only one who may speak after `author`',
    '`critic` only said that it hands over to `editor`',
    '`editor` did not hand over; the only one who may speak after `editor`',
    '`author` did not hand over; the only one who may speak after `author`',
    '`max_turns` is 5',
  ]);
  // One correction for the critic; none where only one may speak, and none in the last turn.
  expect(eventsOf(run, 'role.warned')).toHaveLength(1);
  expect(eventsOf(run, 'message.sent')[1]?.text).toBe('No. Over to you, editor.');
});

test('a hand-off to itself, to a stranger or without a brief is an error that the model may mend', async () => {
  const run = await runCrew({
    yaml: talkCrew(TALK.replace('max_turns: 3', 'max_turns: 2')),
    replies: speakers({
      author: [
        { calls: [{ tool: 'hand_off_to_author', args: { brief: 'me' } }] },
        { calls: [{ tool: 'hand_off_to_editor', args: { brief: 'you' } }, { tool: 'hand_off_to_critic' }] },
        to('critic', 'now right'),
      ],
    }),
  });
  expect(turnsOf(run)).toEqual(['author', 'critic', '[author]']);
  const results = run.modelRequests[2]?.messages.flatMap(({ parts }) =>
    parts.flatMap(part => (part.type === 'tool-result' ? [JSON.stringify(part.value)] : [])),
  );
  expect(results).toEqual([
    expect.stringContaining('there is no tool `hand_off_to_author`; your tools are: `hand_off_to_critic`'),
    expect.stringContaining('there is no tool `hand_off_to_editor`'),
    expect.stringContaining('brief'),
  ]);
});

const TYPED = `${TALK}reply:
  type: object
  required: [says]
  additionalProperties: false
  properties: { says: { $ref: "#/$defs/words" }, more: { $ref: "#/properties/says" } }
  $defs: { words: { type: string } }
`;

test('typed replies are an argument of the call, and the brief goes to the next speaker alone', async () => {
  const reply = { says: 'Tabs.', more: 'Always.' };
  const run = await runCrew({
    yaml: talkCrew(TYPED),
    replies: speakers({
      author: [
        { calls: [{ tool: 'hand_off_to_critic', args: { brief: 'doubt it', reply: { says: 1 } } }] },
        { calls: [{ tool: 'hand_off_to_critic', args: { brief: 'doubt it', reply } }] },
      ],
      critic: [{ calls: [{ tool: 'hand_off_to_editor', args: { brief: 'settle', reply } }] }],
      editor: [{ json: reply }],
    }),
  });
  const text = JSON.stringify(reply);
  expect(heardIn(run.modelRequests[2])).toEqual([
    'user| Settle tabs',
    `user| author: ${text}\n\nauthor hands over to you: doubt it`,
  ]);
  expect(heardIn(run.modelRequests[3])).toEqual([
    'user| Settle tabs',
    `user| author: ${text}`,
    `user| critic: ${text}\n\ncritic hands over to you: settle`,
  ]);
});
