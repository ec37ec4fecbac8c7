import { beforeEach, describe, expect, test } from 'vitest';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import {
  AT,
  BY,
  blockOf,
  changeOf,
  codeOf,
  DAY_MS,
  EMBEDDER,
  HOME,
  ids,
  noteOf,
  storedNote,
} from './memory-notes.ts';

/** What every store keeps of changes and versions, and what it forgets. */
export function historyContract(theStore: () => MemoryStore): void {
  describe('history', () => {
    let store: MemoryStore;
    beforeEach(() => {
      store = theStore();
    });
    test('a change touches what it names, and words find a note by its new tags', async () => {
      const lesson = { task: 't', uses: 1, passes: 1, fails: 0, pinned: false };
      await store.put([storedNote('a', { lesson }), storedNote('b')]);
      await store.change(['a', 'gone', "'"], {
        state: 'superseded',
        supersededBy: "it's b",
        expiresAt: AT + 9,
        importance: 1,
        tags: ['walrus', "it's"],
        outcome: 'pass',
        trust: 0,
        lesson: { ...lesson, pinned: true, retiredFor: 'harm' },
      });
      expect((await store.get(['a']))[0]?.note).toEqual(
        noteOf('a', {
          state: 'superseded',
          supersededBy: "it's b",
          expiresAt: AT + 9,
          importance: 1,
          tags: ['walrus', "it's"],
          outcome: 'pass',
          trust: 0,
          lesson: { ...lesson, pinned: true, retiredFor: 'harm' },
        }),
      );
      await store.change(['a', 'b'], { state: 'active' });
      expect(ids(await store.lexical('walrus', HOME, { limit: 5 }))).toEqual(['a']);
      await store.change(['b'], { importance: 0, tags: [], lesson });
      expect((await store.get(['b']))[0]?.note).toEqual(noteOf('b', { importance: 0 }));
      await store.change([], { state: 'retired' });
      expect(await store.count(HOME)).toBe(2);
    });

    test('what is said again is counted with where it comes from, however many say it at once', async () => {
      await store.put([storedNote('a', { sources: ['model'], tags: [], expiresAt: AT + 1 })]);
      const again = { trust: 2, importance: 0.9, outcome: 'pass', tags: ['x'], createdAt: AT + 9 } as const;
      await Promise.all([
        ...[1, 2, 3, 4].map(run => store.merge('a', { ...again, sources: [`run:${run}`] })),
        store.touch(['a'], AT + 3),
        store.merge('nowhere', { ...again, sources: [] }),
      ]);
      await store.flush();
      const [a] = await store.get(['a', 'nowhere']);
      const { sources = [], ...rest } = a?.note ?? noteOf('none');
      expect([...sources].sort()).toEqual(['model', 'run:1', 'run:2', 'run:3', 'run:4']);
      expect(rest).toMatchObject({ seen: 5, used: 1, importance: 0.9, outcome: 'pass', tags: ['x'] });
      expect(rest).toMatchObject({ lastUsedAt: AT + 9 });
      expect(rest.expiresAt).toBeUndefined();
    });

    test('use and credit are counted, however many count at once', async () => {
      const lesson = { task: 't', uses: 0, passes: 0, fails: 0, pinned: false };
      await store.put([storedNote('a', { lesson }), storedNote('b')]);
      await Promise.all([
        ...Array.from({ length: 5 }, (_, at) => store.touch(['a', 'b'], AT + at)),
        ...Array.from({ length: 5 }, () => store.credit('a', { uses: 1, passes: 1, fails: 0 })),
        store.credit('a', { uses: 1, passes: 0, fails: 1 }),
        store.credit('b', { uses: 1, passes: 0, fails: 1 }),
        store.touch(['a'], AT - 1),
        store.touch([], AT),
      ]);
      await store.flush();
      const [a, b] = await store.get(['a', 'b']);
      expect(a?.note).toEqual(
        noteOf('a', {
          lesson: { task: 't', uses: 6, passes: 5, fails: 1, pinned: false },
          used: 6,
          lastUsedAt: AT + 4,
        }),
      );
      expect(b?.note).toEqual(noteOf('b', { used: 5, lastUsedAt: AT + 4 }));
    });

    test('the store is read as it was at a version, while it goes on', async () => {
      await store.setEmbedder(EMBEDDER);
      const versions = [await store.version()];
      const step = async (write: Promise<unknown>): Promise<void> => {
        await write;
        versions.push(await store.version());
      };
      await step(store.put([storedNote('a', { text: 'an old harbour' }, [1, 0, 0])]));
      await step(store.putBlock(blockOf('rules'), 0));
      await step(store.put([storedNote('b', { text: 'a new harbour' }, [1, 0, 0])]));
      await step(store.change(['a'], { state: 'retired' }));
      await step(store.putBlock(blockOf('rules', { value: 'Be long.', version: 2 }), 1));
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      const seen = [];
      for (const at of [...versions, undefined]) {
        const moment = at === undefined ? {} : { at };
        const options = { limit: 5, ...moment };
        seen.push([
          ids(await store.lexical('harbour', HOME, options))
            .sort()
            .join(''),
          ids(await store.nearest(Float32Array.of(1, 0, 0), HOME, options))
            .sort()
            .join(''),
          ids(await store.find(HOME, { ...options, order: 'oldest' })).join(''),
          ids(await store.get(['a', 'b'], moment)).join(''),
          (await store.block('crew:demo', 'rules', moment))?.value ?? '',
        ]);
      }
      expect(seen).toEqual([
        ['', '', '', '', ''],
        ['a', 'a', 'a', 'a', ''],
        ['a', 'a', 'a', 'a', 'Be brief.'],
        ['ab', 'ab', 'ab', 'ab', 'Be brief.'],
        ['b', 'b', 'b', 'ab', 'Be brief.'],
        ['b', 'b', 'b', 'ab', 'Be long.'],
        ['b', 'b', 'b', 'ab', 'Be long.'],
      ]);
    });

    test('old versions are let go by maintenance; what is there now stays', async () => {
      await store.setEmbedder(EMBEDDER);
      await store.put([storedNote('a', { text: 'an old harbour' }, [1, 0, 0])]);
      const old = await store.version();
      await store.put([storedNote('b', { text: 'a new harbour' }, [1, 0, 0])]);
      await store.putBlock(blockOf('rules'), 0);
      await store.maintain({ now: Date.now(), keepDays: 7 });
      expect(ids(await store.get(['a', 'b'], { at: old }))).toEqual(['a']);
      await store.maintain({ now: Date.now() + 8 * DAY_MS, keepDays: 7 });
      for (const read of [
        () => store.get(['a'], { at: old }),
        () => store.find(HOME, { limit: 1, order: 'newest', at: old }),
        () => store.lexical('harbour', HOME, { limit: 1, at: old }),
        () => store.nearest(Float32Array.of(1, 0, 0), HOME, { limit: 1, at: old }),
        () => store.block('crew:demo', 'rules', { at: old }),
      ])
        expect(await codeOf(read())).toBe('MEMORY_VERSION_GONE');
      const now = await store.version();
      expect(ids(await store.lexical('harbour', HOME, { limit: 5, at: now })).sort()).toEqual(['a', 'b']);
      await store.put([storedNote('c', { text: 'another harbour' })]);
      expect(ids(await store.lexical('harbour', HOME, { limit: 5 })).sort()).toEqual(['a', 'b', 'c']);
      expect((await store.block('crew:demo', 'rules'))?.value).toBe('Be brief.');
    });

    test('history is kept newest first, once for each change', async () => {
      const edit = changeOf('c2', {
        at: AT + 5,
        what: 'block',
        target: "crew:demo it's",
        action: 'edit',
        before: 'old',
        after: '',
        reason: "it's\nso",
        by: { ...BY, runId: 'r2' },
      });
      await store.record([changeOf('c1'), edit, changeOf('c3', { at: AT + 5 })]);
      await store.record([changeOf('c1')]);
      await store.record([]);
      const read = async (filter: Parameters<MemoryStore['changes']>[0], limit = 9) =>
        (await store.changes(filter, { limit })).map(({ id }) => id);
      expect(await read({})).toEqual(['c3', 'c2', 'c1']);
      expect(await read({}, 2)).toEqual(['c3', 'c2']);
      expect(await read({ target: 'a' })).toEqual(['c3', 'c1']);
      expect(await read({ runId: 'r2' })).toEqual(['c2']);
      expect(await read({ runId: 'r2', target: 'a' })).toEqual([]);
      expect(await store.changes({ runId: 'r2' }, { limit: 1 })).toEqual([edit]);
    });

    test('what is forgotten is gone, out of all versions and out of its history', async () => {
      await store.setEmbedder(EMBEDDER);
      await store.put([
        storedNote('a', { text: 'a secret zebra' }, [1, 0, 0]),
        storedNote('b', { text: 'a zebra' }),
      ]);
      await store.record([
        changeOf('c1', { after: 'a secret zebra' }),
        changeOf('c2', { target: 'b' }),
        changeOf('c3', { what: 'block', target: 'a' }),
      ]);
      const old = await store.version();
      expect(await store.forget(['a', 'gone', 'a'])).toEqual({ count: 1, heldByOthers: false });
      expect(await store.forget(['a'])).toEqual({ count: 0, heldByOthers: false });
      expect(await store.get(['a'])).toEqual([]);
      expect(ids(await store.lexical('secret zebra', HOME, { limit: 5 }))).toEqual(['b']);
      expect(await codeOf(store.get(['a'], { at: old }))).toBe('MEMORY_VERSION_GONE');
      expect((await store.changes({}, { limit: 9 })).map(({ id }) => id)).toEqual(['c3', 'c2']);
      await store.put([storedNote('c', { text: 'a zebra' })]);
      expect(await store.count(HOME)).toBe(2);
    });

    test('a block that is forgotten is gone, out of all versions and out of its history', async () => {
      const [mine, other] = [blockOf('rules', { value: 'a secret' }), blockOf('house', { value: 'kept' })];
      for (const block of [mine, other]) await store.putBlock({ ...block, version: 1 }, 0);
      const target = `${mine.scope} rules`;
      await store.record([changeOf('c1', { what: 'block', target, after: 'a secret' })]);
      const old = await store.version();
      expect(await store.forget([target])).toEqual({ count: 1, heldByOthers: false });
      expect((await store.blocks('all')).map(({ label }) => label)).toEqual(['house']);
      expect(await store.changes({}, { limit: 9 })).toEqual([]);
      const past = await store.block(mine.scope, 'rules', { at: old }).catch(() => undefined);
      expect(past).toBeUndefined();
      expect(await store.putBlock({ ...mine, value: 'new', version: 1 }, 0)).toBe(true);
    });
  });
}
