import { beforeEach, describe, expect, test } from 'vitest';
import { CrewError } from '../../src/model/crew-error.ts';
import type { MemoryStore, NoteFilter } from '../../src/ports/memory-store.ts';
import { fc } from '../laws.ts';
import { AT, EMBEDDER, HOME, ids, storedNote } from './memory-notes.ts';

/** How notes are found in every store, and that nothing else is. */
export function searchContract(theStore: () => MemoryStore): void {
  describe('search', () => {
    let store: MemoryStore;
    beforeEach(() => {
      store = theStore();
    });
    const newest = (filter: NoteFilter, limit = 100) => store.find(filter, { limit, order: 'newest' });

    test('3: vectors are compared by their direction; none, and one of zeros, is not found', async () => {
      expect(await store.embedder()).toBeUndefined();
      expect(await store.nearest(Float32Array.of(1, 0), HOME, { limit: 5 })).toEqual([]);
      await store.setEmbedder(EMBEDDER);
      expect(await store.embedder()).toEqual(EMBEDDER);
      await store.put([
        storedNote('near', {}, [2, 0, 0]),
        storedNote('far', {}, [-1, 0, 0]),
        storedNote('aside', {}, [0, 1, 0]),
        storedNote('nowhere', {}, [0, 0, 0]),
        storedNote('without'),
      ]);
      const found = await store.nearest(Float32Array.of(0.5, 0, 0), HOME, { limit: 5 });
      expect(ids(found)).toEqual(['near', 'aside', 'far']);
      for (const [at, score] of [1, 0, -1].entries()) expect(found[at]?.score).toBeCloseTo(score, 5);
      expect(await store.nearest(Float32Array.of(0, 0, 0), HOME, { limit: 5 })).toEqual([]);
      expect(ids(await store.nearest(Float32Array.of(0, 3, 0), HOME, { limit: 1 }))).toEqual(['aside']);
    });

    test('another embedder takes the vectors away, never the notes; the same one takes nothing', async () => {
      await store.setEmbedder(EMBEDDER);
      await store.put([
        storedNote('a', { createdAt: AT + 2 }, [1, 0, 0]),
        storedNote('b', { createdAt: AT + 1 }),
      ]);
      const before = await store.version();
      await store.setEmbedder({ ...EMBEDDER });
      expect(ids(await store.unembedded(5))).toEqual(['b']);
      await store.setEmbedder({ id: 'test@2', dims: 2 });
      expect(await store.embedder()).toEqual({ id: 'test@2', dims: 2 });
      expect(ids(await store.unembedded(5))).toEqual(['b', 'a']);
      expect(ids(await store.unembedded(1))).toEqual(['b']);
      expect(await store.nearest(Float32Array.of(1, 0), HOME, { limit: 5 })).toEqual([]);
      await expect(store.put([storedNote('c', {}, [1, 0, 0])])).rejects.toThrow(RangeError);
      await store.put([storedNote('a', {}, [0, 1])]);
      expect(ids(await store.nearest(Float32Array.of(1, 1), HOME, { limit: 5 }))).toEqual(['a']);
      // As it was: either gone, or without vectors of the other embedder, but never compared with them.
      const old = store.nearest(Float32Array.of(1, 1), HOME, { limit: 5, at: before });
      expect(await old.catch((error: unknown) => (error instanceof CrewError ? [] : [error]))).toEqual([]);
      await store.setEmbedder({ id: 'test@3', dims: 2 });
      expect(ids(await store.unembedded(5)).length).toBe(2);
    });

    test('notes are counted by their scope, kind or state, as they are now and behind the wall', async () => {
      await store.put([
        storedNote('a', { kind: 'fact' }),
        storedNote('b', { scope: 'crew:other' }),
        storedNote('c', { scope: 'crew:other', state: 'retired' }),
        storedNote('d', { scope: "it's", expiresAt: AT }),
      ]);
      const all = { scopes: 'all', states: 'all' } as const;
      const tally = async (...asked: Parameters<MemoryStore['tally']>) =>
        [...(await store.tally(...asked))].sort();
      expect(await tally('scope', all)).toEqual([
        ['crew:demo', 1],
        ['crew:other', 2],
        ["it's", 1],
      ]);
      expect(await tally('state', { ...all, scopes: ['crew:other'] })).toEqual([
        ['active', 1],
        ['retired', 1],
      ]);
      expect(await tally('kind', { scopes: 'all', validAt: AT })).toEqual([
        ['fact', 1],
        ['observation', 1],
      ]);
      expect(await tally('scope', { scopes: [] })).toEqual([]);
    });

    test('words find texts, gists, roles, phases, tags and days; the best first, with no word nothing', async () => {
      await store.put([
        storedNote('text', { text: 'The deploy froze, and the deploy was rolled back.' }),
        storedNote('once', {
          text: 'A deploy of many words that go on about builds, tests, servers and queues.',
        }),
        storedNote('gist', { text: 'It was so.', gist: 'A certificate had expired.' }),
        storedNote('role', { role: 'gardener', phase: 'watering' }),
        storedNote('tag', { tags: ['postgres', 'pool size'] }),
        storedNote('day', { createdAt: Date.UTC(2025, 10, 11) }),
      ]);
      const search = async (text: string) => ids(await store.lexical(text, HOME, { limit: 5 }));
      expect(await search('When was a deploy?')).toEqual(['text', 'once']);
      expect(await search('CERTIFICATES')).toEqual(['gist']);
      expect(await search('gardener')).toEqual(['role']);
      expect(await search('watering')).toEqual(['role']);
      expect(await search('postgres')).toEqual(['tag']);
      expect(await search('2025-11-11')).toEqual(['day']);
      expect(await search('tuesday')).toEqual(['day']);
      expect(await search('unheard')).toEqual([]);
      for (const nothing of ['', '  ', 'what is it about?', '"()+:*?', "'", 'the " of'])
        expect(await search(nothing)).toEqual([]);
      const scores = (await store.lexical('deploy', HOME, { limit: 5 })).map(({ score }) => score);
      expect(scores[0]).toBeGreaterThan(scores[1] ?? 0);
      expect(scores[1]).toBeGreaterThan(0);
      expect((await store.lexical('deploy', HOME, { limit: 1 })).length).toBe(1);
    });

    test('5: every word of a filter narrows, and only active notes are found unless others are asked for', async () => {
      await store.put([
        storedNote('a', {
          crew: 'other',
          runId: 'r2',
          phase: 'plan',
          role: 'lead',
          kind: 'plan',
          tags: ['x', 'y'],
          sources: ['user'],
          evidence: ['n1', 'n2'],
          hash: 'h',
          seq: 5,
          trust: 3,
          expiresAt: AT + 50,
        }),
        storedNote('b', { tags: ['y'], createdAt: AT + 10, seq: 6, trust: 0 }),
        storedNote('c', { state: 'quarantined' }),
        storedNote('d', { scope: 'crew:other' }),
      ]);
      const rows: readonly (readonly [Partial<NoteFilter>, string])[] = [
        [{}, 'ab'],
        [{ states: ['quarantined'] }, 'c'],
        [{ states: 'all' }, 'abc'],
        [{ scopes: 'all' }, 'abd'],
        [{ scopes: [] }, ''],
        [{ scopes: ['crew:other', 'crew:demo'] }, 'abd'],
        [{ scopes: ['crew:dem'] }, ''],
        [{ kinds: ['plan', 'fact'] }, 'a'],
        [{ kinds: [] }, ''],
        [{ ids: ['b', 'd', 'zz'] }, 'b'],
        [{ ids: [] }, ''],
        [{ crew: 'other' }, 'a'],
        [{ runId: 'r2' }, 'a'],
        [{ phase: 'plan' }, 'a'],
        [{ role: 'lead' }, 'a'],
        [{ tagsAny: ['x', 'zz'] }, 'a'],
        [{ tagsAny: ['y'] }, 'ab'],
        [{ tagsAny: [] }, ''],
        [{ tagsAll: ['y', 'x'] }, 'a'],
        [{ tagsAll: [] }, 'ab'],
        [{ sources: ['user', 'web:x'] }, 'a'],
        [{ evidence: ['n2'] }, 'a'],
        [{ hash: 'h' }, 'a'],
        [{ seqs: [4, 6] }, 'b'],
        [{ since: AT + 10 }, 'b'],
        [{ until: AT + 10 }, 'a'],
        [{ minTrust: 1 }, 'a'],
        [{ validAt: AT + 49 }, 'ab'],
        [{ validAt: AT + 50 }, 'b'],
      ];
      for (const [words, expected] of rows) {
        const filter = { ...HOME, ...words };
        expect([
          words,
          ids(await newest(filter))
            .sort()
            .join(''),
        ]).toEqual([words, expected]);
        expect([words, await store.count(filter)]).toEqual([words, expected.length]);
        const found = ids(await store.lexical('text', filter, { limit: 9 })).sort();
        expect([words, found.join('')]).toEqual([words, expected]);
      }
    });

    test('5: nothing of another scope is ever given out, whatever scopes, ids and texts are called', async () => {
      const hostile = fc.constantFrom<string>(
        'crew:a',
        'crew:a/b',
        "crew:a' OR '1'='1",
        "') OR scope IN ('crew:a",
        'crew:a"; --',
        'crew:a\\',
        "\\' OR 1=1 --",
        'crew:%',
        'crew:_',
        'CREW:A',
        'crew:a ',
        'crew:a\u0000',
        "crew:''",
        'project',
        'crew:ä',
        'crew:ä',
        'crew:\n--\n',
        '${crew}',
        '`crew`',
        '{crew:a}',
      );
      await store.setEmbedder(EMBEDDER);
      const written = fc.sample(fc.tuple(hostile, hostile, hostile), { numRuns: 60, seed: 7 });
      await store.put(
        written.map(([scope, tag, runId], at) =>
          storedNote(`${at} ${runId}`, { scope, runId, tags: [tag], seq: at, text: `words ${tag}` }, [
            1,
            at,
            0,
          ]),
        ),
      );
      const all = await store.find({ scopes: 'all' }, { limit: 100, order: 'oldest' });
      expect(all.length).toBe(60);
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(hostile, { maxLength: 3 }),
          fc.option(hostile, { nil: undefined }),
          fc.option(hostile, { nil: undefined }),
          async (scopes, tag, runId) => {
            const filter: NoteFilter = {
              scopes,
              ...(tag === undefined ? {} : { tagsAny: [tag] }),
              ...(runId === undefined ? {} : { runId }),
            };
            const expected = all
              .filter(
                note =>
                  scopes.includes(note.scope) &&
                  (tag === undefined || note.tags.includes(tag)) &&
                  (runId === undefined || note.runId === runId),
              )
              .map(note => note.id)
              .sort();
            const limit = { limit: 100 };
            expect(ids(await newest(filter)).sort()).toEqual(expected);
            expect(ids(await store.lexical('words', filter, limit)).sort()).toEqual(expected);
            const near = await store.nearest(Float32Array.of(1, 1, 0), filter, limit);
            expect(ids(near).sort()).toEqual(expected);
            expect(await store.count(filter)).toBe(expected.length);
            const foreign = await store.blocks(scopes);
            expect(foreign).toEqual([]);
          },
        ),
        { numRuns: 25 },
      );
      const strange = all.filter(note => note.id.includes("'"));
      expect(ids(await store.get(strange.map(note => note.id)))).toEqual(strange.map(note => note.id));
    });

    test('notes come in the order of their writing, by pages', async () => {
      const many = Array.from({ length: 7 }, (_, at) =>
        storedNote(`n${at}`, { createdAt: AT + (at % 3), seq: at }),
      );
      await store.put(many);
      const oldest = ['n0', 'n3', 'n6', 'n1', 'n4', 'n2', 'n5'];
      const find = (order: 'oldest' | 'newest', limit: number, offset = 0) =>
        store.find(HOME, { order, limit, offset });
      expect(ids(await find('oldest', 100))).toEqual(oldest);
      expect(ids(await find('newest', 100))).toEqual([...oldest].reverse());
      expect(ids(await find('oldest', 3, 2))).toEqual(oldest.slice(2, 5));
      expect(ids(await find('newest', 3, 6))).toEqual(['n0']);
      expect(await find('newest', 3, 7)).toEqual([]);
      expect(await find('newest', 0)).toEqual([]);
      expect(await store.lexical('text', HOME, { limit: 0 })).toEqual([]);
    });
  });
}
