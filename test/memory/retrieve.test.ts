import { describe, expect, it } from 'vitest';
import { createStaticEmbedder } from '../../src/embedders/static.ts';
import { ensureEmbedder } from '../../src/memory/ensure-embedder.ts';
import { noteHash } from '../../src/memory/note-hash.ts';
import type { OpenMemory } from '../../src/memory/open-memory.ts';
import type { RecallQuery } from '../../src/memory/recall-query.ts';
import { recalledTokens } from '../../src/memory/recalled-note.ts';
import { retrieve } from '../../src/memory/retrieve.ts';
import type { MemoryNote } from '../../src/model/memory.ts';
import type { RecallScoring } from '../../src/model/recall.ts';
import { noteOf as anyNote } from '../contracts/memory-notes.ts';
import { fc } from '../laws.ts';
import { FIRST_MOMENT, freshMemory } from './fresh-memory.ts';

const HOUR_MS = 3_600_000;
const SCORINGS: readonly RecallScoring[] = ['hybrid', 'generative-agents', 'newest'];

const noteOf = (id: string, text: string, more: Partial<MemoryNote> = {}): MemoryNote =>
  anyNote(id, {
    ...{ kind: 'fact', text, gist: text, hash: noteHash(text), createdAt: FIRST_MOMENT },
    ...{ lastUsedAt: FIRST_MOMENT, phase: '', key: 'k', ...more },
  });
const filled = async (notes: readonly MemoryNote[], more: Partial<OpenMemory> = {}): Promise<OpenMemory> => {
  const memory = freshMemory(more);
  await memory.store.put(notes.map(note => ({ note })));
  await ensureEmbedder(memory);
  return memory;
};
const ask = (memory: OpenMemory, text: string, more: Partial<RecallQuery> = {}) =>
  retrieve(memory, { text, scopes: ['crew:demo'], limit: 10, maxTokens: 1500, ...more });
const idsOf = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id);

describe('what is found', () => {
  it('is what the words or the vector mean, best first, each with the parts of its score', async () => {
    const memory = await filled(
      [
        noteOf('cat', 'The cat sleeps in the engine room', { seq: 1 }),
        noteOf('tax', 'Taxes are due in April', { seq: 5 }),
        noteOf('kitten', 'A kitten was seen near the boiler', { seq: 9 }),
      ],
      { embedder: createStaticEmbedder() },
    );
    const found = await ask(memory, 'where is the cat?');
    expect(idsOf(found)).toEqual(['cat', 'kitten', 'tax']);
    expect(found[0]?.parts.words).toBeGreaterThan(0);
    expect(found[1]?.parts.words).toBeUndefined();
    expect(found[1]?.parts.vector).toBeGreaterThan(0);
  });

  it('is only what is active, not expired, trusted enough, and of the kinds that are asked for', async () => {
    const memory = await filled([
      noteOf('right', 'a fox'),
      noteOf('waits', 'a fox', { state: 'quarantined' }),
      noteOf('gone', 'a fox', { state: 'superseded' }),
      noteOf('expired', 'a fox', { expiresAt: FIRST_MOMENT }),
      noteOf('outside', 'a fox', { trust: 0 }),
      noteOf('lesson', 'a fox', { kind: 'lesson' }),
      noteOf('message', 'a fox', { kind: 'message' }),
    ]);
    for (const scoring of SCORINGS) {
      expect(idsOf(await ask(memory, 'fox', { minTrust: 1, scoring }))).toEqual(['right']);
      expect(idsOf(await ask(memory, 'fox', { kinds: ['lesson'], scoring }))).toEqual(['lesson']);
    }
  });

  it('is nothing for no scope, no room and no words', async () => {
    const memory = await filled([noteOf('a', 'a fox')]);
    expect(await ask(memory, 'fox', { scopes: [] })).toEqual([]);
    expect(await ask(memory, 'fox', { limit: 0 })).toEqual([]);
    expect(await ask(memory, 'fox', { maxTokens: 0 })).toEqual([]);
    expect(await ask(memory, 'the of and')).toEqual([]);
  });

  it('counts also when it is the only one', async () => {
    const memory = await filled([noteOf('a', 'a fox')]);
    const [only] = await ask(memory, 'fox');
    expect(only?.parts.words).toBe(1);
  });

  it('stands next to what was found, of the same run', async () => {
    const memory = await filled([
      noteOf('before', 'It was dark', { seq: 1 }),
      noteOf('hit', 'The fox ran', { seq: 2 }),
      noteOf('after', 'It was gone', { seq: 3 }),
      noteOf('other', 'Somebody spoke', { seq: 3, runId: 'r2' }),
      noteOf('near', 'Somebody slept', { seq: 4 }),
      noteOf('far', 'Nothing happened', { seq: 9 }),
    ]);
    expect(idsOf(await ask(memory, 'fox'))).toEqual(['hit', 'after', 'before']);
  });

  it('is not found by the name of the role that wrote it, which stands in all that it wrote', async () => {
    const memory = await filled([
      noteOf('own', 'The fox ran', { seq: 1 }),
      noteOf('rain', 'It rained', { seq: 5 }),
      noteOf('judged', 'The fox was judged', { seq: 9, role: 'judge' }),
    ]);
    const found = await ask(memory, 'What did the fixer say of the fox?');
    expect(idsOf(found)).toEqual(['own', 'judged']);
    expect(found.map(({ parts }) => (parts.author ?? 0) > 0)).toEqual([true, false]);
  });

  it('is ranked by words in the stream where there are no vectors', async () => {
    const memory = await filled([
      noteOf('a', 'It rained'),
      noteOf('b', 'The fox ran'),
      noteOf('c', 'It snowed'),
    ]);
    const found = await ask(memory, 'fox', { scoring: 'generative-agents' });
    expect(idsOf(found)[0]).toBe('b');
    expect(found.map(({ parts }) => parts.relevance)).toEqual([1, 0, 0]);
  });
});

describe('a run that is pinned', () => {
  it('sees the store as it was when it began, and what it wrote itself', async () => {
    const memory = await filled([noteOf('old', 'an old fox')]);
    const run = { runId: 'mine', place: '', embedder: 'none', version: await memory.store.version() };
    await memory.store.put([
      { note: noteOf('later', 'a later fox', { runId: 'other', seq: 5 }) },
      { note: noteOf('own', 'my own fox', { runId: 'mine', seq: 9 }) },
    ]);
    for (const scoring of SCORINGS) {
      expect([...idsOf(await ask({ ...memory, run }, 'fox', { scoring }))].sort()).toEqual(['old', 'own']);
      expect(await ask(memory, 'fox', { scoring })).toHaveLength(3);
    }
  });

  it('does not see what gave way to its own notes', async () => {
    const memory = await filled([noteOf('old', 'The fox is 1')]);
    const run = { runId: 'mine', place: '', embedder: 'none', version: await memory.store.version() };
    await memory.store.put([{ note: noteOf('own', 'The fox is 2', { runId: 'mine', seq: 9 }) }]);
    await memory.store.record([
      {
        ...{ id: 'c1', at: 0, what: 'note', target: 'old', action: 'supersede' },
        by: { runId: 'mine', phase: '', role: '', key: 'k', author: 'rule' },
      },
    ]);
    expect(idsOf(await ask({ ...memory, run }, 'fox'))).toEqual(['own']);
  });
});

const NOTES = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 8 }),
      scope: fc.constantFrom('crew:demo', 'crew:other', 'project', 'role:demo/fixer'),
      words: fc.array(fc.constantFrom('fox', 'bridge', 'red', 'noon', 'deploy', 'port', 'cat', '42'), {
        minLength: 1,
        maxLength: 60,
      }),
      importance: fc.double({ min: 0, max: 1, noNaN: true }),
      hoursAgo: fc.nat(500),
      runId: fc.constantFrom('r1', 'r2', 'mine'),
      role: fc.constantFrom('fixer', 'judge'),
      seq: fc.nat(30),
    }),
    { selector: ({ id }) => id, maxLength: 25 },
  )
  .map(rows =>
    rows.map(({ words, hoursAgo, ...row }) =>
      noteOf(row.id, words.join(' '), { ...row, lastUsedAt: FIRST_MOMENT - hoursAgo * HOUR_MS }),
    ),
  );
const QUERY = fc.record({
  text: fc.constantFrom('fox', 'red bridge at noon', 'which port does the fixer deploy', 'cat 42', ''),
  scoring: fc.constantFrom(...SCORINGS),
  limit: fc.integer({ min: 1, max: 12 }),
  maxTokens: fc.integer({ min: 1, max: 300 }),
  scopes: fc.subarray(['crew:demo', 'crew:other', 'project', 'role:demo/fixer']),
});

describe('always', () => {
  it.each([
    ['by words', {}],
    ['with vectors', { embedder: createStaticEmbedder() }],
    ['in a pinned run', { run: { runId: 'mine', place: '', embedder: 'none', version: 1 } }],
  ] as const)(
    'nothing leaks, no budget is exceeded, the order is that of the scores: %s',
    async (_name, more) => {
      await fc.assert(
        fc.asyncProperty(NOTES, QUERY, async (notes, query) => {
          const memory = await filled(notes, more);
          const found = await retrieve(memory, query);
          for (const { scope } of found) expect(query.scopes).toContain(scope);
          expect(new Set(idsOf(found)).size).toBe(found.length);
          expect(found.length).toBeLessThanOrEqual(query.limit);
          const tokens = found.reduce((sum, note) => sum + recalledTokens(note), 0);
          expect(tokens).toBeLessThanOrEqual(query.maxTokens);
          const scores = found.map(({ score }) => score);
          expect(scores).toEqual(scores.toSorted((a, b) => b - a));
          for (const { parts, score } of found) {
            expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 9);
          }
          const again = await filled(notes.toReversed(), more);
          expect(idsOf(await retrieve(again, query))).toEqual(idsOf(found));
        }),
        { numRuns: 60 },
      );
    },
  );

  it('a note of a scope that was not asked for changes nothing in what is found', async () => {
    await fc.assert(
      fc.asyncProperty(NOTES, QUERY, async (notes, query) => {
        const mine = notes.filter(({ scope }) => query.scopes.includes(scope));
        const all = await retrieve(await filled(notes, { now: () => FIRST_MOMENT }), query);
        expect(await retrieve(await filled(mine, { now: () => FIRST_MOMENT }), query)).toEqual(all);
      }),
      { numRuns: 60 },
    );
  });

  it('a long note is shown by its gist and its beginning, in at most 200 tokens', async () => {
    const text = `A start. ${'x1 '.repeat(700)}`.trim();
    const memory = await filled([noteOf('long', text, { gist: 'What it means' })]);
    const [found] = await ask(memory, 'x1');
    expect(found?.text.endsWith('…')).toBe(true);
    expect(found?.gist).toBe('What it means');
    expect(found === undefined ? 0 : recalledTokens(found)).toBeLessThanOrEqual(200);
  });
});
