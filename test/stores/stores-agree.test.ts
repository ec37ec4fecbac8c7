import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemoryNote, Trust } from '../../src/model/memory.ts';
import type { MemoryStore, NoteFilter } from '../../src/ports/memory-store.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';
import { blocksVersion, joinVersions, notesVersion } from '../../src/stores/lancedb/store-version.ts';
import { vectorColumnOf, vectorColumnsAmong } from '../../src/stores/lancedb/vector-column.ts';
import { AT, ids, noteOf } from '../contracts/memory-notes.ts';
import { fc } from '../laws.ts';

let folder = '';
let lance: MemoryStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crewfile-memory-'));
  lance = await openLanceStore({ place: join(folder, 'memory'), redactedPlace: 'memory', env: {} });
});
afterEach(async () => {
  await lance.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Names that mean something to SQL, to patterns or to nobody, and some that only look the same. */
const NAMES = [
  'a',
  'A',
  'a ',
  "a'",
  "a''",
  "' OR 1=1 --",
  "') or true or scope in ('a",
  'a;--',
  '\\',
  "\\'",
  '%',
  '_',
  'a\u0000b',
  '\ud800',
  '\ufffd',
  'é',
  'é',
  '',
  'null',
  '{a}',
  '\n',
];
const name = fc.oneof(fc.constantFrom<string>(...NAMES), fc.string({ unit: 'grapheme', maxLength: 6 }));
const few = fc.array(name, { maxLength: 3 });
const state = fc.constantFrom<MemoryNote['state']>('active', 'quarantined', 'retired', 'superseded');
const kind = fc.constantFrom<MemoryNote['kind']>('observation', 'lesson', 'fact');
const trust = fc.constantFrom<Trust>(0, 1, 2, 3);
const moment = fc.integer({ min: AT, max: AT + 5 });
const seq = fc.integer({ min: 1, max: 12 });

const written = fc.record(
  {
    scope: name,
    crew: name,
    runId: name,
    phase: name,
    role: name,
    hash: name,
    tags: few,
    sources: few,
    evidence: few,
    state,
    kind,
    trust,
    seq,
    createdAt: moment,
    expiresAt: moment,
  },
  { requiredKeys: ['scope'] },
);

const scopes: fc.Arbitrary<NoteFilter['scopes']> = fc.oneof(
  few,
  fc.subarray(NAMES),
  fc.constant('all' as const),
);
const words = {
  states: fc.oneof(fc.array(state, { maxLength: 2 }), fc.constant('all' as const)),
  kinds: fc.array(kind, { maxLength: 2 }),
  ids: fc.array(
    fc.integer({ min: 0, max: 90 }).map(at => `n${at}`),
    { maxLength: 30 },
  ),
  crew: name,
  runId: name,
  phase: name,
  role: name,
  tagsAny: few,
  tagsAll: fc.array(name, { maxLength: 1 }),
  sources: few,
  evidence: few,
  hash: name,
  seqs: fc.array(seq, { maxLength: 6 }),
  since: moment,
  until: moment,
  minTrust: trust,
  validAt: moment,
};
/** Scopes with at most three words more: with many, nothing would ever be found. */
const filter: fc.Arbitrary<NoteFilter> = fc
  .tuple(scopes, fc.record(words), fc.subarray(Object.keys(words), { maxLength: 3 }))
  .map(([wall, all, kept]) => ({
    scopes: wall,
    ...Object.fromEntries(Object.entries(all).filter(([word]) => kept.includes(word))),
  }));

/** Halves of characters become one and the same in the columns that are counted; no name of a crew has any. */
const isCarried = (wanted: NoteFilter): boolean => !/\ufffd|\\ud[89a-f]/.test(JSON.stringify(wanted));

test('5: a filter means the same in LanceDB as word for word, whatever things are called, and nothing else comes out', async () => {
  const inProcess = createInMemoryStore();
  for (const store of [inProcess, lance]) await store.setEmbedder({ id: 'test@1', dims: 2 });
  const notes = fc.sample(written, { numRuns: 80, seed: 11 }).map((changes, at) => ({
    note: noteOf(`n${at}`, { text: 'word', ...changes }),
    vector: Float32Array.of(1, at),
  }));
  for (const store of [inProcess, lance]) await store.put(notes);
  let found = 0;
  const options = { limit: 100 };
  await fc.assert(
    fc.asyncProperty(filter, async wanted => {
      const seen = async (store: MemoryStore) => ({
        find: ids(await store.find(wanted, { ...options, order: 'oldest' })),
        words: ids(await store.lexical('word', wanted, options)).sort(),
        vectors: ids(await store.nearest(Float32Array.of(1, 2), wanted, options)).sort(),
        kinds: isCarried(wanted) ? [...(await store.tally('kind', wanted))].sort() : [],
      });
      const expected = await seen(inProcess);
      expect(await seen(lance)).toEqual(expected);
      found += expected.find.length;
    }),
    { numRuns: 150 },
  );
  expect(found).toBeGreaterThan(100);
});

test('the version of a store grows with each of its two tables and leads back to both', () => {
  const count = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(count, count, (notes, blocks) => {
      const version = joinVersions(notes, blocks);
      expect([notesVersion(version), blocksVersion(version)]).toEqual([notes, blocks]);
      expect(joinVersions(notes + 1, blocks)).toBeGreaterThan(version);
      expect(joinVersions(notes, blocks + 1)).toBeGreaterThan(version);
    }),
  );
});

test('a column of vectors says whose they are, whatever the embedder is called', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.integer({ min: 1, max: 4096 }),
      (id, dims) => {
        const column = vectorColumnOf({ id, dims });
        expect(column.name).toMatch(/^\w+$/);
        expect(column.width % 8).toBe(0);
        expect(vectorColumnsAmong(['id', column.name, 'vector', 'vector_x'])).toEqual([column]);
      },
    ),
  );
});
