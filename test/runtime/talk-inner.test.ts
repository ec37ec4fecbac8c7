import { expect, test } from 'vitest';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import { runCrew } from './run-crew.ts';
import { heardIn, speakers, talkCrew } from './talk-crew.ts';

const PANEL = `talk: [author, panel]
max_turns: 4
by: author
inner:
  panel:
    talk: [critic, editor]
    task: "Turn {{ turn }}, {{ speaker }}: {{ reply }} ({{ thread | map: 'speaker' | join: ' ' }})"
    max_turns: 2
    by: editor
`;
const LINES = {
  author: ['A1', 'A2', 'Settled.'],
  critic: ['C1', 'C2'],
  editor: ['E1', 'The panel doubts.', 'E2', 'The panel agrees.'],
};
const turns = (run: Parameters<typeof eventsOf>[0]) =>
  eventsOf(run, 'turn.started').map(({ phase, role, closing }) => `${phase} ${role}${closing ? '!' : ''}`);

test('a conversation inside stands for a participant, whose reply is its summary and nothing else', async () => {
  const run = await runCrew({ yaml: talkCrew(PANEL), replies: speakers(LINES) });
  expect(turns(run)).toEqual([
    'debate author',
    'debate panel',
    'debate.panel critic',
    'debate.panel editor',
    'debate.panel editor!',
    'debate author',
    'debate panel',
    'debate.panel critic',
    'debate.panel editor',
    'debate.panel editor!',
    'debate author!',
  ]);
  const outer = run.modelRequests.filter(({ origin }) => origin.phase === 'debate');
  expect(heardIn(outer[1])).toEqual(['user| Settle tabs', 'assistant| A1', 'user| panel: The panel doubts.']);
  expect(run.modelRequests.filter(({ origin }) => origin.phase === 'debate.panel').map(heardIn)[3]).toEqual([
    'user| Turn 3, author: A2 (author panel author)',
  ]);
  expect(resultOf(run)).toMatchObject({ result: 'Settled.' });
  expect(eventsOf(run, 'message.sent').filter(({ from }) => from === 'panel')).toMatchObject([
    { phase: 'debate', text: 'The panel doubts.', to: ['author'] },
    { phase: 'debate', text: 'The panel agrees.', to: ['author'] },
  ]);
});

test('the first participant may be a conversation, before anything was said, and again after a retry', async () => {
  const yaml = talkCrew(
    `${PANEL.replace('[author, panel]', '[panel, author]').replace(/task: .*/, 'task: "{{ turn }} {{ speaker | json }} {{ thread.size }}"')}retry: { max: 1, backoff: 1s }`,
  );
  let failures = 0;
  const run = await runCrew({
    yaml,
    replies: ({ origin }, nth) => {
      if (origin.role !== 'editor' || failures > 2) return { text: `reply ${nth}` };
      failures += 1;
      return { text: '' };
    },
  });
  expect(eventsOf(run, 'phase.retried')).toHaveLength(1);
  expect(resultOf(run)).toMatchObject({ outcome: 'success' });
  expect(heardIn(run.modelRequests[0])).toEqual(['user| 0 null 0']);
  expect(turns(run).slice(0, 4)).toEqual([
    'debate panel',
    'debate.panel critic',
    'debate.panel editor',
    'debate panel',
  ]);
});

test('where replies are typed the summary is one of them', async () => {
  const run = await runCrew({
    yaml: talkCrew(
      `${PANEL.replace('{{ reply }}', '{{ reply.n }}')}reply: { type: object, required: [n], properties: { n: { type: integer } } }\nuntil: reply.n > 6`,
    ),
    replies: ({ origin }) => {
      if (origin.role === 'author') return { json: { n: 1 } };
      return origin.role === 'editor' ? { json: { n: 7 } } : { text: 'words' };
    },
  });
  expect(turns(run)).toEqual([
    'debate author',
    'debate panel',
    'debate.panel critic',
    'debate.panel editor',
    'debate.panel editor!',
    'debate author!',
  ]);
});

test('what the outer one does not let it hear is not in its scope', async () => {
  const run = await runCrew({
    yaml: talkCrew(
      `${PANEL.replace('{{ speaker }}: {{ reply }}', '{{ thread | json }}')}audience: { author: [] }`,
    ),
    replies: speakers(LINES),
  });
  const inner = run.modelRequests.filter(({ origin }) => origin.phase === 'debate.panel');
  expect(inner.map(heardIn).map(([task]) => task)[3]).toBe(
    'user| Turn 3, [{"speaker":"panel","reply":"The panel doubts.","turn":2}] (panel)',
  );
});

test('a model that cannot be reached inside holds the run, which goes on with the same call', async () => {
  const options = {
    yaml: talkCrew(PANEL),
    replies: (request: { origin: { role: string; phase: string } }, nth: number) =>
      request.origin.phase === 'debate.panel' && request.origin.role === 'editor' && nth < 8
        ? { failure: { code: 'PROVIDER_AUTH', message: 'key' } as const }
        : { text: `reply ${nth}` },
  };
  const held = await runCrew(options);
  expect(suspensionOf(held)).toMatchObject({ code: 'PROVIDER_AUTH' });
  const resumed = await runCrew({ ...options, replies: speakers(LINES), history: held.facts, resume: {} });
  expect(resultOf(resumed)).toMatchObject({ outcome: 'success' });
  expect(resumed.calledKeys[0]).toBe('debate.panel:1:1/reply-2/model-1-2');
});
