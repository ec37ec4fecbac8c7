import { describe, expect, test } from 'vitest';
import { chanceOfMore } from '../../src/memory/lessons/chance-of-more.ts';
import { compareLessons } from '../../src/memory/lessons/compare-lessons.ts';
import { lessonFigures } from '../../src/memory/lessons/credit-lessons.ts';
import { figuresOf, reasonToRetire, whyLesson } from '../../src/memory/lessons/judge-lesson.ts';
import type { OpenMemory } from '../../src/memory/open-memory.ts';
import { writeForWork } from '../../src/memory/write-for-work.ts';
import { writeNotes } from '../../src/memory/write-notes.ts';
import type { MemoryWrite } from '../../src/model/recall.ts';
import { fc } from '../laws.ts';
import { freshMemory } from './fresh-memory.ts';

const BY = { runId: 'r', phase: 'fix', role: 'coder', key: 'k', author: 'rule', crew: 'c' };
const tally = fc.record({ passes: fc.nat(40), fails: fc.nat(40) });

describe('the probability that a lesson helps', () => {
  test('is that of two Beta-distributed rates', () => {
    expect(chanceOfMore({ passes: 0, fails: 0 }, { passes: 0, fails: 0 })).toBeCloseTo(0.5, 12);
    // One pass against nothing known: the mean of Beta(2, 1).
    expect(chanceOfMore({ passes: 1, fails: 0 }, { passes: 0, fails: 0 })).toBeCloseTo(2 / 3, 12);
    // Two passes against one failure: 1 - B(3, 1) and B(1, 2), worked out by hand.
    expect(chanceOfMore({ passes: 2, fails: 0 }, { passes: 0, fails: 1 })).toBeCloseTo(0.9, 12);
    expect(chanceOfMore({ passes: 400, fails: 100 }, { passes: 100, fails: 400 })).toBeCloseTo(1, 9);
  });

  test('law: one way or the other it comes to 1, and more passes never lower it', () => {
    fc.assert(
      fc.property(tally, tally, (one, other) => {
        const chance = chanceOfMore(one, other);
        expect(chance + chanceOfMore(other, one)).toBeCloseTo(1, 9);
        expect(chanceOfMore({ ...one, passes: one.passes + 1 }, other)).toBeGreaterThanOrEqual(
          chance - 1e-12,
        );
      }),
    );
  });
});

describe('a lesson', () => {
  const half = { passes: 10, fails: 10 };
  const active = { pinned: false };
  test.each([
    ['fails three times where half pass', { passes: 0, fails: 3 }, half, 'it does harm'],
    ['fails twice where half pass', { passes: 0, fails: 2 }, half, undefined],
    ['fails five of six times where half pass', { passes: 1, fails: 5 }, half, 'it does harm'],
    ['passes half of the time after twelve uses', { passes: 5, fails: 7 }, half, 'it does not help'],
    ['passes more often after twelve uses', { passes: 9, fails: 3 }, half, undefined],
    ['has nothing to be held against yet', { passes: 0, fails: 2 }, { passes: 0, fails: 0 }, undefined],
    ['fails as all do', { passes: 0, fails: 8 }, { passes: 0, fails: 1 }, 'it does not help'],
  ])('that %s', (_what, own, without, reason) => {
    const said = reasonToRetire(figuresOf(own, without), active);
    if (reason === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(reason);
    expect(reasonToRetire(figuresOf(own, without), { pinned: true })).toBeUndefined();
  });

  test('has too few figures to say whether it helps', () => {
    const record = { task: 't', uses: 1, passes: 1, fails: 0, pinned: false };
    const few =
      'In use: first trials passed with it 1 of 1 times, without it 0 of 0 times; too few to say whether it helps.';
    const figures = figuresOf({ passes: 1, fails: 0 }, { passes: 0, fails: 0 });
    expect(whyLesson({ state: 'active', lesson: record }, figures)).toBe(few);
  });

  test('says why in figures', () => {
    // 1 - E[x^5] of Beta(11, 11) is 0.954.
    const record = { task: 't', uses: 4, passes: 4, fails: 0, pinned: false };
    expect(whyLesson({ state: 'active', lesson: record }, figuresOf({ passes: 4, fails: 0 }, half))).toBe(
      'In use: first trials passed with it 4 of 4 times, without it 10 of 20 times; it helps with a probability of 95 %.',
    );
  });
});

describe('what a run writes', () => {
  const memory = (): OpenMemory => freshMemory({ run: { runId: 'r', place: 'p', embedder: 'none' } });
  const write = (of: OpenMemory, key: string, writes: readonly MemoryWrite[]) =>
    writeForWork(of, {
      type: 'memory.write',
      key,
      crew: 'c',
      phase: 'fix',
      role: '',
      author: 'rule',
      writes,
    });
  const tried = (passed: boolean, withLessons: boolean, criterion?: string): MemoryWrite => ({
    ...{ op: 'tried', scope: 'crew:c', phase: 'fix', task: 't', passed, withLessons },
    ...(criterion === undefined ? {} : { criterion }),
  });

  test('counts once, however often it is written', async () => {
    const of = memory();
    const [lesson] = await writeNotes(of, BY, [
      {
        key: 'l',
        scope: 'crew:c',
        kind: 'lesson',
        text: 'Mind the gap.',
        trust: 2,
        sources: [],
        tags: ['phase:fix'],
      },
    ]);
    const id = lesson?.id ?? '';
    for (let again = 0; again < 3; again += 1) {
      await write(of, 'one', [tried(true, true), { op: 'credit', lessons: [id], passed: true }]);
      await write(of, 'two', [tried(false, false)]);
    }
    const note = (await of.store.get([id]))[0]?.note;
    expect(note?.lesson).toMatchObject({ uses: 1, passes: 1, fails: 0 });
    if (note === undefined) throw new Error('the lesson is there');
    expect(await lessonFigures(of.store, note)).toMatchObject({
      with: { passes: 1, fails: 0 },
      without: { passes: 0, fails: 1 },
    });
    expect(await compareLessons(of.store, 'crew:c')).toMatchObject([
      {
        phase: 'fix',
        with: { passes: 1, fails: 0 },
        without: { passes: 0, fails: 1 },
        rateWith: 1,
        rateWithout: 0,
        helps: null,
      },
    ]);
  });

  const taught = (key: string): MemoryWrite => ({
    op: 'note',
    note: {
      ...{ key, scope: 'crew:c', kind: 'lesson', text: `Mind the gap of ${key}.`, trust: 2, sources: [] },
      tags: ['phase:fix', 'criterion:one'],
    },
  });
  const lessonsIn = (of: OpenMemory) =>
    of.store.find({ scopes: ['crew:c'], kinds: ['lesson'] }, { limit: 9, order: 'oldest' });

  test('is not held against the failure that taught it', async () => {
    const of = memory();
    await write(of, 'teaches', [taught('l'), tried(false, false, 'one')]);
    const [lesson] = await lessonsIn(of);
    if (lesson === undefined) throw new Error('the lesson is there');
    expect((await lessonFigures(of.store, lesson)).without).toEqual({ passes: 0, fails: 0 });
    expect(await compareLessons(of.store, 'crew:c')).toMatchObject([
      { without: { passes: 0, fails: 0 }, helps: null },
    ]);
    // What fails later without lessons is what lessons are held against, whatever it teaches.
    await write(of, 'control', [taught('m'), tried(false, false, 'one')]);
    expect((await lessonFigures(of.store, lesson)).without).toEqual({ passes: 0, fails: 1 });
    expect(await compareLessons(of.store, 'crew:c')).toMatchObject([{ without: { passes: 0, fails: 1 } }]);
  });

  test('that never helps retires within six uses, with nothing to be held against', async () => {
    const of = memory();
    await write(of, 'teaches', [taught('l'), tried(false, false, 'one')]);
    const [lesson] = await lessonsIn(of);
    const id = lesson?.id ?? '';
    const written = [];
    for (let nth = 1; nth <= 6; nth += 1) {
      written.push(
        await write(of, `use-${nth}`, [
          tried(false, true, 'one'),
          { op: 'credit', lessons: [id], passed: false },
        ]),
      );
    }
    expect(written.map(({ retired }) => retired.length)).toEqual([0, 0, 0, 0, 0, 1]);
    const reason = expect.stringMatching(/^it does not help: /);
    expect(written.at(-1)).toMatchObject({ retired: [id], retiredFor: { [id]: reason } });
    const note = (await of.store.get([id]))[0]?.note;
    expect(note?.lesson?.retiredFor).toEqual(reason);
  });

  test('that two evaluators have taught does not take a failure from the figures of the second', async () => {
    const of = memory();
    const taughtBy = (criterion: string): MemoryWrite => ({
      op: 'note',
      note: {
        ...{ key: 'l', scope: 'crew:c', kind: 'lesson', text: 'Mind the gap.', trust: 2, sources: [] },
        tags: ['phase:fix', `criterion:${criterion}`],
      },
    });
    await write(of, 'teaches', [taughtBy('one'), tried(false, false, 'one')]);
    await write(of, 'again', [taughtBy('two'), tried(false, false, 'two')]);
    await write(of, 'passes', [tried(true, false, 'two')]);
    // The failure behind the same words came first under the other evaluator, and is none of this one's.
    expect(await compareLessons(of.store, 'crew:c')).toMatchObject([
      { criterion: 'two', without: { passes: 1, fails: 1 } },
      { criterion: 'one', without: { passes: 0, fails: 0 } },
    ]);
  });

  test('is told apart by what judged it', async () => {
    const of = memory();
    await write(of, 'teaches', [taught('l'), tried(false, false, 'one')]);
    const [lesson] = await lessonsIn(of);
    if (lesson === undefined) throw new Error('the lesson is there');
    for (let nth = 0; nth < 4; nth += 1) {
      await write(of, `other-${nth}`, [tried(true, false, 'two')]);
      await write(of, `own-${nth}`, [tried(false, false, 'one')]);
    }
    expect((await lessonFigures(of.store, lesson)).without).toEqual({ passes: 0, fails: 4 });
    expect(await compareLessons(of.store, 'crew:c')).toMatchObject([
      { phase: 'fix', criterion: 'one', without: { passes: 0, fails: 4 } },
      { phase: 'fix', criterion: 'two', without: { passes: 4, fails: 0 } },
    ]);
  });

  test.each(['record', 'change', 'flush'] as const)(
    'a lesson retires on record, also after a kill at the %s',
    async what => {
      const of = memory();
      const [lesson] = await writeNotes(of, BY, [
        { key: 'l', scope: 'crew:c', kind: 'lesson', text: 'x', trust: 2, sources: [], tags: ['phase:fix'] },
      ]);
      const id = lesson?.id ?? '';
      for (let nth = 0; nth < 8; nth += 1) await write(of, `without-${nth}`, [tried(true, false)]);
      const fail = [tried(false, true), { op: 'credit', lessons: [id], passed: false }] as const;
      await write(of, 'one', fail);
      await write(of, 'two', fail);
      let armed = false;
      const store = new Proxy(of.store, {
        get: (target, name, receiver) =>
          name === what && armed
            ? () => Promise.reject(new Error('killed'))
            : Reflect.get(target, name, receiver),
      });
      armed = true;
      await expect(write({ ...of, store }, 'three', fail)).rejects.toThrow('killed');
      expect((await write(of, 'three', fail)).retired).toEqual([id]);
      expect((await write(of, 'three', fail)).retired).toEqual([id]);
      expect((await of.store.get([id]))[0]?.note).toMatchObject({
        state: 'retired',
        lesson: { uses: 3, fails: 3 },
      });
      const changes = await of.store.changes({ target: id }, { limit: 9 });
      expect(changes.filter(({ action }) => action === 'retire')).toHaveLength(1);
    },
  );

  test('lets go of what was kept for the run alone, and of nothing else', async () => {
    const of = memory();
    const fact = { kind: 'fact', trust: 2, sources: [] } as const;
    await writeNotes(of, BY, [
      { ...fact, key: 'a', scope: 'run:r', text: 'only now' },
      { ...fact, key: 'b', scope: 'crew:c', text: 'for ever' },
    ]);
    await write(of, 'end', [{ op: 'expire', scope: 'run:r', at: 5_000 }]);
    const notes = await of.store.find({ scopes: 'all' }, { limit: 9, order: 'oldest' });
    expect(notes.map(({ text, expiresAt }) => [text, expiresAt])).toEqual([
      ['only now', 5_000],
      ['for ever', undefined],
    ]);
  });

  test('settles what insights were drawn from once', async () => {
    const of = memory();
    const fact = { kind: 'fact', trust: 2, sources: [], scope: 'crew:c' } as const;
    const { gathered } = await write(of, 'facts', [
      { op: 'note', note: { ...fact, key: 'a', text: 'one', importance: 0.5 } },
      { op: 'note', note: { ...fact, key: 'b', text: 'two', importance: 0.5 } },
    ]);
    expect(gathered).toEqual({ 'crew:c': 1 });
    for (let again = 0; again < 3; again += 1) {
      await write(of, 'insights', [{ op: 'settle', scope: 'crew:c', gathered: 1 }]);
    }
    const after = await write(of, 'more', [
      { op: 'note', note: { ...fact, key: 'c', text: 'three', importance: 0.25 } },
    ]);
    expect(after.gathered).toEqual({ 'crew:c': 0.25 });
  });

  test('settles no more than that: what came meanwhile, and later, stays', async () => {
    const of = memory();
    const add = (key: string, importance: number) =>
      write(of, key, [
        {
          op: 'note',
          note: {
            ...{ kind: 'fact', trust: 2, sources: [], scope: 'crew:c' },
            ...{ key, text: `thing ${key}`, importance },
          },
        },
      ]);
    const settle = () => write(of, 'insights', [{ op: 'settle', scope: 'crew:c', gathered: 1 }]);
    await add('a', 0.5);
    await add('b', 0.5);
    // While the insights were drawn.
    await add('c', 0.25);
    await settle();
    expect((await add('d', 0.5)).gathered).toEqual({ 'crew:c': 0.75 });
    // The same once more, after it was cut off.
    await settle();
    expect((await add('e', 0.125)).gathered).toEqual({ 'crew:c': 0.875 });
  });
});
