import { expect, test } from 'vitest';
import type { JsonValue } from '../../src/model/json.ts';
import { resultOf, suspensionOf } from './compact-events.ts';
import { runCrew } from './run-crew.ts';
import { heardIn, speakers, talkCrew } from './talk-crew.ts';

const PAIR = 'talk: [author, critic]\nmax_turns: 3\nby: editor';
const LINES = { author: ['A1', 'A2'], critic: ['C1', 'C2'], editor: ['Settled.'] };
const SAID = [
  { speaker: 'author', reply: 'A1', turn: 1 },
  { speaker: 'critic', reply: 'C1', turn: 2 },
  { speaker: 'author', reply: 'A2', turn: 3 },
];

/** The crew with one more thing in its result: what was said. */
function withThread(talk: string, phases = '', read = '{{ run.talks.debate }}'): string {
  return talkCrew(talk, phases).replace('result: "{{ debate }}"', `result: ["{{ debate }}", "${read}"]`);
}

function resultIn(run: Awaited<ReturnType<typeof runCrew>>): JsonValue | undefined {
  const end = resultOf(run);
  return end.outcome === 'error' ? undefined : end.result;
}

test('what was said in a conversation can be read after it, also by the conditions of its ways out', async () => {
  const yaml = withThread(PAIR).replace(
    'next: done',
    `next: [{ when: run.talks.debate.size == 3 and run.talks.debate.last.speaker == "author", to: quote }, { to: done }]`,
  );
  const quote = `  quote:
    role: clerk
    task: "{% for said in run.talks.debate %}{{ said.turn }} {{ said.speaker }}: {{ said.reply }};{% endfor %}"
    next: done
`;
  const run = await runCrew({
    yaml: yaml.replace('  done: {', `${quote}  done: {`),
    replies: speakers(LINES),
  });
  expect(heardIn(run.modelRequests.at(-1))).toEqual(['user| 1 author: A1;2 critic: C1;3 author: A2;']);
  expect(resultIn(run)).toEqual(['Settled.', SAID]);
});

test('typed replies stay what they are, and an inner conversation has one turn with its summary', async () => {
  const panel = `talk: [author, panel]
max_turns: 2
by: author
reply: { type: object, required: [n], properties: { n: { type: integer } } }
inner:
  panel: { talk: [critic, editor], task: Settle, max_turns: 2, by: editor }`;
  const run = await runCrew({
    yaml: withThread(panel),
    replies: ({ origin }) => {
      if (origin.role === 'author') return { json: { n: 1 } };
      return origin.role === 'editor' ? { json: { n: 7 } } : { text: 'words' };
    },
  });
  expect(resultIn(run)).toEqual([
    expect.anything(),
    [
      { speaker: 'author', reply: { n: 1 }, turn: 1 },
      { speaker: 'panel', reply: { n: 7 }, turn: 2 },
    ],
  ]);
});

test('only the last visit is kept, and nothing of an attempt that failed', async () => {
  const again = `max_visits: 3\non_limit: done\nretry: { max: 1, backoff: 1s }`;
  const yaml = withThread(`${PAIR}\n${again}`).replace(
    'next: done',
    'next: [{ when: visit == 2, to: done }, { to: debate }]',
  );
  const run = await runCrew({
    yaml,
    replies: speakers({ ...LINES, author: ['A1', { text: '' }, { text: '' }, { text: '' }] }),
  });
  const [, said] = resultIn(run) as readonly JsonValue[];
  expect(run.modelRequests.length).toBeGreaterThan(8);
  expect(said).toHaveLength(3);
  expect(JSON.stringify(said)).not.toContain('A1');
});

test('a conversation that failed leaves nothing to read', async () => {
  const yaml = withThread(
    `${PAIR}\non_error: done`,
    '',
    "{% if run.talks.debate %}said{% else %}{{ run.talks.debate | default: 'nothing' }}{% endif %}",
  ).replace('"{{ debate }}"', '"{{ run.talks | json }}"');
  const run = await runCrew({ yaml, replies: () => ({ text: '' }) });
  expect(resultIn(run)).toEqual(['{}', 'nothing']);
});

test('judges of a phase that reflects read what was said, and the thread of the kept trial stays', async () => {
  const reflect = `reflect:
  trials: 2
  keep: best
  evaluator:
    role: clerk
    task: "{{ debate }} of {{ run.talks.debate | map: 'reply' | join: ' ' }}"`;
  const judgements = [0.9, 0.1];
  const run = await runCrew({
    yaml: withThread(`${PAIR}\n${reflect}`),
    replies: ({ origin }, nth) => {
      if (origin.role !== 'clerk') return { text: `reply ${nth}` };
      return { json: { passed: false, score: judgements.shift() ?? 0, feedback: 'no' } };
    },
  });
  const judged = run.modelRequests.filter(({ origin }) => origin.role === 'clerk').map(heardIn);
  expect(judged[0]).toEqual(['user| reply 4 of reply 1 reply 2 reply 3']);
  expect(resultIn(run)).toEqual([
    'reply 4',
    SAID.map((said, index) => ({ ...said, reply: `reply ${index + 1}` })),
  ]);
});

test('a conversation is forgotten by nobody: a run that was held or cut anywhere reads the same', async () => {
  const yaml = withThread(PAIR);
  const held = await runCrew({
    yaml,
    replies: ({ origin }, nth) =>
      origin.role === 'editor' ? { failure: { code: 'PROVIDER_AUTH', message: 'key' } } : { text: `r${nth}` },
  });
  expect(suspensionOf(held)).toMatchObject({ code: 'PROVIDER_AUTH' });
  const resumed = await runCrew({ yaml, replies: speakers(LINES), history: held.facts, resume: {} });
  const said = SAID.map((one, index) => ({ ...one, reply: `r${index + 1}` }));
  expect(resultIn(resumed)).toEqual(['Settled.', said]);
  const again = await runCrew({ yaml, replies: speakers({}), history: resumed.facts });
  expect(again.calledKeys).toEqual([]);
  expect(JSON.stringify(again.events)).toBe(JSON.stringify(resumed.events));
});

test('a procedure has its own conversations, and without any `run` has no `talks`', async () => {
  const part = `version: 1\ncrew: part\ngoal: Talk.\ntools: { kit: builtin:kit }\nbudget: { calls: 99 }\n${talkCrew(PAIR)}`;
  const inner = await runCrew({
    yaml: `roles:
  author: { goal: Write. }
start: settle
phases:
  settle: { crew: part.crew.yaml, next: debate }
  debate: { talk: [author, author2], task: "{{ run.talks | json }}", max_turns: 2, by: author, next: done }
  done: { end: success, result: ["{{ settle }}", "{{ run.talks }}"] }
`.replace('{ goal: Write. }', '{ goal: Write. }\n  author2: { goal: Write. }'),
    files: { 'part.crew.yaml': part.replace('result: "{{ debate }}"', 'result: "{{ run.talks }}"') },
    replies: speakers(LINES),
  });
  const outer = [
    { speaker: 'author', reply: expect.anything(), turn: 1 },
    { speaker: 'author2', reply: expect.anything(), turn: 2 },
  ];
  expect(resultIn(inner)).toEqual([{ debate: SAID }, { debate: outer }]);
  expect(heardIn(inner.modelRequests.findLast(({ origin }) => origin.phase === 'debate'))[0]).toBe(
    'user| {}',
  );
  const without = await runCrew({
    yaml: 'roles:\n  author: { goal: Write. }\nstart: write\nphases:\n  write: { role: author, task: Write, next: done }\n  done: { end: success, result: "{{ run | json }}" }\n',
    replies: () => ({ text: 'text' }),
  });
  expect(Object.keys(JSON.parse(String(resultIn(without))))).toEqual(['id', 'crew', 'goal', 'error']);
});
