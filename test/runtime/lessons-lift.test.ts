import { expect, test } from 'vitest';
import { compareLessons } from '../../src/memory/lessons/compare-lessons.ts';
import { writeNotes } from '../../src/memory/write-notes.ts';
import { messageText } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { eventsOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { createRememberingRuns, memoryFor } from './memory-crew.ts';
import { type CrewRunOptions, runCrew } from './run-crew.ts';

const TRIALS = 2;
const crew = `memory: {}
inputs: { task: { type: string }, wanted: { type: string } }
roles:
  coder: { goal: Write., memory: { recall: 0, observe: false } }
start: fix
phases:
  fix:
    role: coder
    task: "Write the handler: {{ inputs.task }}"
    reflect: { evaluator: { expression: 'fix == inputs.wanted' }, trials: ${TRIALS} }
    next: done
  done: { end: success, result: "{{ fix }}" }
`;

/** What goes wrong in tasks of a kind, and what somebody who has failed says about it. */
const KINDS = [
  { kind: 'parse dates', trap: 'utc', lesson: 'To parse dates, read them as utc.' },
  { kind: 'split lines', trap: 'crlf', lesson: 'To split lines, mind crlf.' },
  { kind: 'sum prices', trap: 'cents', lesson: 'To sum prices, count in cents.' },
  { kind: 'compare names', trap: 'unicode', lesson: 'To compare names, normalise unicode.' },
  { kind: 'page through results', trap: 'cursor', lesson: 'To page through results, follow the cursor.' },
  { kind: 'retry requests', trap: 'backoff', lesson: 'To retry requests, wait with a backoff.' },
] as const;
const SUBJECTS = [
  'orders',
  'users',
  'invoices',
  'parcels',
  'events',
  'tickets',
  'rooms',
  'files',
  'teams',
  'plans',
];

/** Tasks in an order that mixes the kinds, the same in every run of this test. */
const TASKS = SUBJECTS.flatMap((subject, round) =>
  KINDS.map((_, index) => {
    const { kind, trap, lesson } = KINDS[(index + round) % KINDS.length] ?? KINDS[0];
    return { task: `${kind} of ${subject}`, wanted: `minds ${trap}`, trap, lesson };
  }),
);

type Task = (typeof TASKS)[number];

/**
 * A model with known failure modes. It falls into the trap of a task unless it was told of it, and one reflection in two
 * finds the trap, in turn, so that plain retrying with reflections has something to be better than.
 */
function failing(task: Task, seed: number): NonNullable<CrewRunOptions['replies']> {
  return (request: ModelRequest): Reply => {
    const words = request.messages.map(messageText).join('\n');
    if (request.origin.role === 'lesson') {
      const finds = (TASKS.indexOf(task) + seed) % 2 === 0;
      return { text: finds ? task.lesson : 'Be more careful next time.' };
    }
    return { text: words.includes(task.trap) ? task.wanted : 'falls into the trap' };
  };
}

const optionsOf = (task: Task, seed: number) => ({
  yaml: crew,
  inputs: { task: task.task, wanted: task.wanted },
  replies: failing(task, seed),
});

/** The probability of so many or more successes of `n` fair coins. */
function binomialTail(successes: number, n: number): number {
  let [ways, sum] = [1, 0];
  for (let k = 0; k <= n; k += 1) {
    if (k >= successes) sum += ways;
    ways = (ways * (n - k)) / (k + 1);
  }
  return sum / 2 ** n;
}

test.each([0, 1, 2])(
  'lessons lift the rate of passes over plain trying at the same budget (seed %i)',
  async seed => {
    const { run, store } = createRememberingRuns();
    const outcomes: { readonly plain: boolean; readonly taught: boolean }[] = [];
    for (const task of TASKS) {
      const plain = await runCrew(optionsOf(task, seed));
      const taught = await run(optionsOf(task, seed));
      const passed = (one: typeof plain) => eventsOf(one, 'trial.judged').at(-1)?.passed === true;
      outcomes.push({ plain: passed(plain), taught: passed(taught) });
      const attempts = taught.modelRequests.filter(({ origin }) => origin.role === 'coder').length;
      expect(attempts).toBeLessThanOrEqual(TRIALS);
      // With the lesson less is asked, never more.
      expect(taught.modelRequests.length).toBeLessThanOrEqual(plain.modelRequests.length);
    }
    const better = outcomes.filter(({ plain, taught }) => taught && !plain).length;
    const worse = outcomes.filter(({ plain, taught }) => plain && !taught).length;
    // The exact test of pairs: of those that differ, a fair coin would make so many better with this probability.
    expect(binomialTail(better, better + worse)).toBeLessThan(0.05);
    const [row] = await compareLessons(store, 'crew:test');
    expect(row?.helps).toBeGreaterThan(0.95);
    expect(
      (row?.with.passes ?? 0) +
        (row?.with.fails ?? 0) +
        (row?.without.passes ?? 0) +
        (row?.without.fails ?? 0),
      // The failure that taught the first lesson is held against nothing.
    ).toBe(TASKS.length - 1);
  },
);

test('seeded harmful lessons are retired within six uses, those that a person has pinned are not', async () => {
  const { run, store } = createRememberingRuns();
  // A model that passes two tasks of three, unless it was told the wrong thing.
  let nth = 0;
  const replies = (request: ModelRequest): Reply => {
    const words = request.messages.map(messageText).join('\n');
    if (request.origin.role === 'lesson') return { text: `Think of step ${nth}.` };
    nth += 1;
    const isMisled = /skip the check/i.test(words);
    return { text: !isMisled && nth % 3 !== 0 ? 'right' : 'wrong' };
  };
  const options = (task: string) => ({ yaml: crew, inputs: { task, wanted: 'right' }, replies });
  for (const subject of SUBJECTS) await run({ ...options(`warm up ${subject}`), runId: `warm-${subject}` });
  await store.change(
    (await store.find({ scopes: ['crew:test'], kinds: ['lesson'] }, { limit: 99, order: 'oldest' })).map(
      ({ id }) => id,
    ),
    { state: 'archived' },
  );
  const harmful = ['Skip the check of the handler.', 'Write the handler and skip the check of it.'];
  const by = { runId: 'seed', phase: 'fix', role: 'coder', key: 'seed', author: 'fake:model', crew: 'test' };
  const written = await writeNotes(
    memoryFor(store, { runId: 'seed' }),
    by,
    harmful.map((text, index) => ({
      key: `lesson-${index}`,
      ...{ scope: 'crew:test', kind: 'lesson', text, trust: 2, sources: ['run:seed'], tags: ['phase:fix'] },
    })),
  );
  const [misleading, pinned] = written.map(({ id }) => id);
  if (misleading === undefined || pinned === undefined) throw new Error('both lessons are written');
  const lessonOf = async (id: string) => (await store.get([id]))[0]?.note;
  const before = (await lessonOf(pinned))?.lesson;
  if (before === undefined) throw new Error('a lesson has a record');
  await store.change([pinned], { lesson: { ...before, pinned: true } });
  const retired: string[] = [];
  for (const subject of SUBJECTS.slice(0, 8)) {
    const one = await run({ ...options(`write ${subject}`), runId: `late-${subject}` });
    retired.push(...eventsOf(one, 'memory.written').flatMap(event => event.retired));
  }
  const gone = await lessonOf(misleading);
  expect(gone).toMatchObject({
    state: 'retired',
    lesson: { retiredFor: expect.stringContaining('it does harm') },
  });
  expect(gone?.lesson?.uses).toBeLessThanOrEqual(6);
  expect(retired).toContain(misleading);
  expect(await lessonOf(pinned)).toMatchObject({ state: 'active' });
});
