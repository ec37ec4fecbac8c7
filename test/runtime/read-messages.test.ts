import { expect, test } from 'vitest';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { readMessages } from '../../src/runtime/records/read-messages.ts';
import { createRememberingRuns } from './memory-crew.ts';
import { runCrew } from './run-crew.ts';

const CREW = `roles: { reader: { goal: Read., tools: [kit] }, writer: { goal: Write. } }
start: work
phases:
  work: { role: reader, task: Read it., max_turns: 24, next: note }
  note: { role: writer, task: "Note {{ work }}", untrusted: true, next: done }
  done: { end: success, result: "{{ note }}" }
`;

test('what was said in a run is known word for word, each once, with who and where', async () => {
  const run = await runCrew({
    yaml: CREW,
    replies: (_request, nth) =>
      [
        { text: 'I look.', calls: [{ tool: 'kit.echo', args: { text: 'the moon' } }] },
        { text: 'It is the moon.' },
        { text: 'Noted.' },
      ][nth - 1] ?? { text: 'x' },
  });
  const messages = readMessages(foldRun(run.program, run.facts));
  expect(messages.map(({ phase, role, what, text }) => [phase, role, what, text])).toEqual([
    ['work', 'reader', 'told', 'Read it.'],
    ['work', 'reader', 'said', 'I look.'],
    ['work', 'reader', 'tool result', 'the moon'],
    ['work', 'reader', 'said', 'It is the moon.'],
    ['note', 'writer', 'told', 'Note It is the moon.'],
    ['note', 'writer', 'said', 'Noted.'],
  ]);
  expect(messages.map(({ untrusted }) => untrusted === true)).toEqual([
    false,
    false,
    false,
    false,
    true,
    true,
  ]);
  expect(messages.every(({ runId, crew }) => runId === 'run1' && crew === 'test')).toBe(true);
  expect(messages.every(({ at }, nth) => at >= (messages[nth - 1]?.at ?? 0))).toBe(true);
});

test('messages that made room are still there, and no summary is', async () => {
  let page = 0;
  const run = await runCrew({
    yaml: CREW,
    terms: { contextTokens: 3_000 },
    replies: ({ origin }) => {
      if (origin.asks === 'summary') return { text: 'a summary', usage: null };
      page += 1;
      const args = { page, text: 'The page speaks of many things at some length. '.repeat(12) };
      return page > 10 ? { text: 'done', usage: null } : { calls: [{ tool: 'kit.give', args }], usage: null };
    },
  });
  const messages = readMessages(foldRun(run.program, run.facts));
  const pages = messages.filter(({ what }) => what === 'tool result');
  expect(pages.map(({ text }) => JSON.parse(text).page)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(messages.some(({ text }) => text.includes('a summary'))).toBe(false);
});

test('what a role was reminded of is not said once more', async () => {
  const yaml = `memory: {}
roles: { writer: { goal: Write., memory: true } }
start: write
phases:
  write: { role: writer, task: Write of the moon., next: more }
  more: { role: writer, task: Write more of the moon., next: done }
  done: { end: success }
`;
  const { run: remember } = createRememberingRuns();
  const run = await remember({ yaml, replies: () => ({ text: 'The moon is old.' }) });
  expect(JSON.stringify(run.modelRequests.at(-1)?.messages)).toContain('write: The moon is old.');
  const messages = readMessages(foldRun(run.program, run.facts));
  expect(messages.map(({ what, text }) => [what, text])).toEqual([
    ['told', 'Write of the moon.'],
    ['said', 'The moon is old.'],
    ['told', 'Write more of the moon.'],
    ['said', 'The moon is old.'],
  ]);
});
