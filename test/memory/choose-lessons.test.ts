import { expect, test } from 'vitest';
import { chooseLessons, type LessonQuery } from '../../src/memory/lessons/choose-lessons.ts';
import { criterionTag, phaseTag } from '../../src/memory/lessons/tried-notes.ts';
import { noteHash } from '../../src/memory/note-hash.ts';
import type { LessonRecord, MemoryNote } from '../../src/model/memory.ts';
import { noteOf } from '../contracts/memory-notes.ts';
import { FIRST_MOMENT, freshMemory } from './fresh-memory.ts';

const lesson = (id: string, text: string, record: Partial<LessonRecord>, more: Partial<MemoryNote> = {}) =>
  noteOf(id, {
    ...{ kind: 'lesson', text, gist: text, tags: [phaseTag('fix')], hash: noteHash(text) },
    ...{ createdAt: FIRST_MOMENT, lastUsedAt: FIRST_MOMENT },
    lesson: { task: 'other', uses: 0, passes: 0, fails: 0, pinned: false, ...record },
    ...more,
  });
const QUERY: LessonQuery = {
  ...{ scope: 'crew:demo', phase: 'fix', task: 'mine', scopes: ['crew:demo'], limit: 3 },
  text: 'the parser of dates fails',
};

async function chosen(notes: readonly MemoryNote[], query: Partial<LessonQuery> = {}) {
  const memory = freshMemory();
  await memory.store.put(notes.map(note => ({ note })));
  const { lessons } = await chooseLessons(memory, { ...QUERY, ...query });
  return lessons.map(({ id }) => id);
}

const FAR = 'Water the plants in the evening.';
const NEAR = 'A parser of dates has to know the zone.';

test.each([
  [
    'that the same task has taught stand before similar ones',
    lesson('b', FAR, { task: 'mine' }),
    lesson('a', NEAR, {}),
  ],
  ['of similar tasks stand before others', lesson('b', NEAR, {}), lesson('a', FAR, {})],
  [
    'that a person has pinned stand before equal ones',
    lesson('b', FAR, { pinned: true }),
    lesson('a', `${FAR}!`, {}),
  ],
  [
    'that have helped more stand before equal ones',
    lesson('b', FAR, { uses: 4, passes: 4 }),
    lesson('a', `${FAR}!`, { uses: 4, fails: 4 }),
  ],
])('lessons %s', async (_what, first, second) => {
  expect(await chosen([second, first])).toEqual(['b', 'a']);
  expect(await chosen([first, second], { limit: 1 })).toEqual(['b']);
});

test('a lesson of another phase is taken when it is similar', async () => {
  const elsewhere = { tags: [phaseTag('other')] };
  expect(await chosen([lesson('a', NEAR, {}, elsewhere), lesson('b', FAR, {}, elsewhere)])).toEqual(['a']);
});

test('a lesson that something else had judged is not taken for the same phase', async () => {
  const judgedBy = (criterion: string) => ({ tags: [phaseTag('fix'), criterionTag(criterion)] });
  const notes = [
    lesson('a', NEAR, {}, judgedBy('before')),
    lesson('b', FAR, {}, judgedBy('now')),
    lesson('c', `${FAR}!`, {}),
    lesson('d', `${NEAR}!`, {}, { tags: [phaseTag('other'), criterionTag('before')] }),
  ];
  expect((await chosen(notes, { criterion: 'now' })).toSorted()).toEqual(['b', 'c', 'd']);
  // Both have taught the same words.
  const both = { tags: [phaseTag('fix'), criterionTag('before'), criterionTag('now')] };
  expect(await chosen([lesson('a', NEAR, {}, both)], { criterion: 'now' })).toEqual(['a']);
});

test('only those of the same task are taken where that is asked for', async () => {
  const notes = [lesson('a', NEAR, {}), lesson('b', FAR, { task: 'mine' })];
  expect(await chosen(notes, { sameTask: true })).toEqual(['b']);
});

test('words of strangers, retired lessons, other scopes and other kinds of notes teach nothing', async () => {
  const notes = [
    lesson('a', NEAR, {}, { trust: 0 }),
    lesson('b', `${NEAR} Retired.`, {}, { state: 'retired' }),
    lesson('c', `${NEAR} Elsewhere.`, {}, { scope: 'crew:another' }),
    lesson('d', `${NEAR} A fact.`, {}, { kind: 'fact' }),
    lesson('e', `${NEAR} Expired.`, {}, { expiresAt: FIRST_MOMENT }),
  ];
  expect(await chosen(notes)).toEqual([]);
});
