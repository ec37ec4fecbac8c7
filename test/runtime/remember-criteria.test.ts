import { expect, test } from 'vitest';
import { compareLessons } from '../../src/memory/lessons/compare-lessons.ts';
import { messageText } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { eventsOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { createRememberingRuns } from './memory-crew.ts';

const wanting = (word: string) => `memory: {}
roles:
  writer: { goal: Write., memory: { recall: 0, observe: false } }
start: draft
phases:
  draft:
    role: writer
    task: "Write the word that is wanted."
    reflect: { evaluator: { expression: 'draft == "${word}"' }, trials: 3 }
    next: done
  done: { end: success, result: "{{ draft }}" }
`;

const said = ({ messages }: ModelRequest): string => messages.map(messageText).join('\n');

/** Finds the word that is wanted by its second trial, unless a lesson says it. */
const learner =
  (word: string) =>
  (request: ModelRequest): Reply => {
    if (request.origin.role === 'lesson') return { text: `Say the word ${word}.` };
    return { text: said(request).includes(`Say the word ${word}.`) ? word : 'no' };
  };

test('another evaluator of a phase is told nothing that the one before it has taught, and has figures of its own', async () => {
  const { run, store } = createRememberingRuns();
  const runOf = (word: string) => run({ yaml: wanting(word), replies: learner(word) });
  await runOf('login');
  const before = await runOf('login');
  expect(eventsOf(before, 'lesson.used')).toHaveLength(1);
  const after = await runOf('signup');
  expect(eventsOf(after, 'lesson.used')).toEqual([]);
  expect(eventsOf(after, 'trial.judged').map(({ passed }) => passed)).toEqual([false, true]);
  const again = await runOf('signup');
  expect(eventsOf(again, 'lesson.used').map(({ lesson }) => lesson)).toEqual(['Say the word signup.']);
  const rows = await compareLessons(store, 'crew:test');
  expect(rows.map(row => [row.phase, row.with, row.without])).toEqual([
    ['draft', { passes: 1, fails: 0 }, { passes: 0, fails: 0 }],
    ['draft', { passes: 1, fails: 0 }, { passes: 0, fails: 0 }],
  ]);
  expect(new Set(rows.map(({ criterion }) => criterion)).size).toBe(2);
});
