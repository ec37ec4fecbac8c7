import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MemoryStore, NoteFilter } from '../../src/ports/memory-store.ts';
import {
  AT,
  blockOf,
  changeOf,
  DAY_MS,
  EMBEDDER,
  HOME,
  ids,
  noteOf,
  type StorePlace,
  storedNote,
} from './memory-notes.ts';
import { historyContract } from './memory-store-history.ts';
import { searchContract } from './memory-store-search.ts';

/** What every memory store must hold; the numbers are those of the promises in `src/ports/memory-store.ts`. */
export function memoryStoreContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`memory store contract: ${name}`, () => {
    let place: StorePlace;
    let store: MemoryStore;
    beforeEach(async () => {
      place = await makePlace();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });
    const newest = (filter: NoteFilter, limit = 100) => store.find(filter, { limit, order: 'newest' });
    searchContract(() => store);
    historyContract(() => store);

    test('1: what is written twice is there once, as it was written last', async () => {
      await store.put([storedNote('a', { text: 'first' })]);
      await store.put([storedNote('a', { text: 'second' }), storedNote('b')]);
      await store.put([storedNote('c', { text: 'first' }), storedNote('c', { text: 'second' })]);
      expect(ids(await newest(HOME)).sort()).toEqual(['a', 'b', 'c']);
      expect((await store.get(['a', 'c'])).map(({ note }) => note.text)).toEqual(['second', 'second']);
      expect(await store.count(HOME)).toBe(3);
    });

    test('1: what is written at the same time under one id is there once', async () => {
      const other = place.shared ? await place.open() : store;
      await Promise.all(
        Array.from({ length: 12 }, (_, at) =>
          (at % 2 === 0 ? store : other).put([storedNote('a', { text: `text ${at}` })]),
        ),
      );
      if (other !== store) await other.close();
      expect(await store.count(HOME)).toBe(1);
    });

    test('a note comes back as it was written, to the last field', async () => {
      await store.setEmbedder(EMBEDDER);
      const whole = noteOf('a', {
        scope: 'role:demo/fixer',
        seq: 7,
        kind: 'lesson',
        text: "It's \"quoted\"; -- 100% \\ 'ß' 日本\u0000語 🦀\n\ttabbed",
        gist: 'what it means',
        tags: ['a b', "it's", ''],
        importance: 0.3,
        trust: 0,
        sources: ['web:example.org', 'tool:git.diff'],
        evidence: ['x', 'y'],
        depth: 3,
        outcome: 'fail',
        state: 'quarantined',
        supersededBy: 'z',
        seen: 4,
        lastUsedAt: AT + 5,
        used: 2,
        expiresAt: AT + DAY_MS,
        lesson: { task: 't', uses: 3, passes: 2, fails: 1, pinned: true, retiredFor: 'harm' },
      });
      const plain = noteOf('b', { lesson: { task: 't', uses: 0, passes: 0, fails: 0, pinned: false } });
      await store.put([{ note: whole, vector: Float32Array.of(0.25, -1, 0) }, { note: plain }]);
      expect(await store.get(['b', 'gone', 'a', 'b'])).toEqual([
        { note: plain },
        { note: whole, vector: Float32Array.of(0.25, -1, 0) },
      ]);
      expect(await newest({ scopes: 'all', states: 'all', ids: ['a'] })).toEqual([whole]);
      const [found] = await store.lexical('quoted', { scopes: 'all', states: 'all' }, { limit: 1 });
      expect(found).toEqual({
        note: whole,
        vector: Float32Array.of(0.25, -1, 0),
        score: expect.any(Number),
      });
    });

    test('2: what was written is found by whoever opens the place, and by those who have it open', async () => {
      if (!place.shared) return;
      const other = await place.open();
      await store.put([storedNote('a', { text: 'the harbour freezes' })]);
      await store.putBlock(blockOf('rules'), 0);
      await store.record([changeOf('c1')]);
      await store.bump('count', 2);
      const seen = async (by: MemoryStore) => [
        ids(await by.lexical('harbour', HOME, { limit: 5 })),
        (await by.block('crew:demo', 'rules'))?.value,
        (await by.changes({}, { limit: 5 })).length,
        await by.count(HOME),
      ];
      const all = [['a'], 'Be brief.', 1, 1];
      expect(await seen(other)).toEqual(all);
      await store.change(['a'], { state: 'retired' });
      expect(await other.count(HOME)).toBe(0);
      await store.change(['a'], { state: 'active' });
      await Promise.all([store.close(), other.close()]);
      store = await place.open();
      expect(await seen(store)).toEqual(all);
      expect(await store.bump('count', 1)).toBe(3);
    });

    test('3: a vector that has not just so many finite numbers is refused, and nothing of its batch is written', async () => {
      await expect(store.put([storedNote('a', {}, [1, 0, 0])])).rejects.toThrow(RangeError);
      await store.setEmbedder(EMBEDDER);
      for (const bad of [[1, 2], [1, 2, 3, 4], [1, Number.NaN, 0], [1, Number.POSITIVE_INFINITY, 0], []])
        await expect(store.put([storedNote('b'), storedNote('a', {}, bad)])).rejects.toThrow(RangeError);
      await expect(store.nearest(Float32Array.of(1, 0), HOME, { limit: 5 })).rejects.toThrow(RangeError);
      expect(await store.count(HOME)).toBe(0);
    });

    test('4: a block is written only over the version that was read', async () => {
      expect(await store.block('crew:demo', 'rules')).toBeUndefined();
      expect(await store.putBlock(blockOf('rules'), 1)).toBe(false);
      expect(await store.putBlock(blockOf('rules'), 0)).toBe(true);
      expect(await store.putBlock(blockOf('rules', { value: 'other' }), 0)).toBe(false);
      const second = blockOf('rules', { value: "It's 日本\nnew", version: 2, readOnly: true, trust: 1 });
      expect(await store.putBlock(second, 1)).toBe(true);
      expect(await store.putBlock(blockOf('rules', { value: 'late', version: 2 }), 1)).toBe(false);
      expect(await store.block('crew:demo', 'rules')).toEqual(second);
      await store.putBlock(blockOf('rules', { scope: 'crew:other' }), 0);
      await store.putBlock(blockOf('about'), 0);
      const labels = async (scopes: readonly string[] | 'all') =>
        (await store.blocks(scopes)).map(({ scope, label }) => `${scope} ${label}`);
      expect(await labels(['crew:demo'])).toEqual(['crew:demo about', 'crew:demo rules']);
      expect(await labels('all')).toEqual(['crew:demo about', 'crew:demo rules', 'crew:other rules']);
      expect(await labels([])).toEqual([]);
    });

    test('4: of those who write a block over one version, one does', async () => {
      const others = place.shared ? [store, await place.open()] : [store];
      for (const version of [1, 2]) {
        const written = await Promise.all(
          Array.from({ length: 8 }, (_, at) =>
            (others[at % others.length] ?? store).putBlock(
              blockOf('rules', { version, value: `value ${at}` }),
              version - 1,
            ),
          ),
        );
        expect(written.filter(Boolean)).toEqual([true]);
        expect((await store.block('crew:demo', 'rules'))?.value).toBe(`value ${written.indexOf(true)}`);
      }
      for (const other of others) if (other !== store) await other.close();
    });

    test('4: counters and places lose no step, whoever counts', async () => {
      const others = place.shared ? [store, await place.open()] : [store];
      const who = (at: number): MemoryStore => others[at % others.length] ?? store;
      const values = await Promise.all(Array.from({ length: 20 }, (_, at) => who(at).bump("it's", 2)));
      expect([...values].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => 2 * at + 2));
      expect(await store.bump("it's", 0.5)).toBe(40.5);
      expect(await store.bump("it's", -40.5)).toBe(0);
      const firsts = await Promise.all(
        Array.from({ length: 12 }, (_, at) => who(at).nextSeq('crew:demo', 1 + (at % 3))),
      );
      const places = firsts.flatMap((first, at) => Array.from({ length: 1 + (at % 3) }, (_, n) => first + n));
      expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
      expect(await store.nextSeq('crew:other', 5)).toBe(1);
      for (const other of others) if (other !== store) await other.close();
    });
  });
}
