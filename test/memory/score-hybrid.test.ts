import { describe, expect, it } from 'vitest';
import { pickDiverse } from '../../src/memory/pick-diverse.ts';
import { weightsOf } from '../../src/memory/recall-weights.ts';
import type { RankedNote } from '../../src/memory/recalled-note.ts';
import { type HybridCandidate, type HybridQuestion, scoreHybrid } from '../../src/memory/score-hybrid.ts';
import type { MemoryNote } from '../../src/model/memory.ts';
import { noteOf } from '../contracts/memory-notes.ts';
import { fc } from '../laws.ts';

const NOW = Date.UTC(2026, 4, 6);
const HOUR_MS = 3_600_000;
const QUESTION: HybridQuestion = {
  ...{
    text: 'a question',
    authors: [],
    weights: weightsOf('hybrid', {}),
    halfLifeMs: 144 * HOUR_MS,
    now: NOW,
  },
};
const candidate = (
  id: string,
  seq: number,
  scores: { readonly words?: number; readonly cosine?: number },
  more: Partial<MemoryNote> = {},
): HybridCandidate => ({
  note: noteOf(id, { seq, phase: '', importance: 0, lastUsedAt: 0, runId: id, ...more }),
  ...scores,
});
const ranked = (candidates: readonly HybridCandidate[], question: Partial<HybridQuestion> = {}) =>
  new Map(scoreHybrid(candidates, { ...QUESTION, ...question }).map(one => [one.note.id, one]));

describe('the formula', () => {
  it('adds words and vectors, each between the least and the most of what was found', () => {
    const { vector } = QUESTION.weights;
    const found = ranked(
      [
        candidate('both', 1, { words: 8, cosine: 0.9 }),
        candidate('words', 5, { words: 4 }),
        candidate('near', 9, { cosine: 0.7 }),
        candidate('far', 13, { cosine: 0.5 }),
      ],
      { weights: { ...QUESTION.weights, session: 0 } },
    );
    // s is 1 + vector, 0.5, vector / 2 and 0; z is s / (1 + vector).
    expect(found.get('both')?.score).toBeCloseTo(1, 9);
    expect(found.get('words')?.score).toBeCloseTo(0.5 / (1 + vector), 9);
    expect(found.get('near')?.score).toBeCloseTo(vector / 2 / (1 + vector), 9);
    expect(found.get('far')?.score).toBeCloseTo(0, 9);
  });

  it('counts the notes before and after, of the same run and phase only', () => {
    const same = { runId: 'r', phase: 'p' };
    const found = ranked([
      candidate('before', 1, {}, same),
      candidate('hit', 2, { words: 5 }, same),
      candidate('after', 3, {}, { ...same, phase: 'q' }),
    ]);
    expect(found.get('before')?.parts.neighbours).toBeCloseTo(0.3, 9);
    expect(found.get('after')?.parts.neighbours).toBeUndefined();
  });

  it('lets the three best notes of a run speak for it', () => {
    const of = (id: string, seq: number, words: number) => candidate(id, seq, { words }, { runId: 'r' });
    const found = ranked([
      of('a', 1, 9),
      of('b', 5, 6),
      of('c', 9, 3),
      of('d', 13, 0.9),
      candidate('e', 1, {}),
    ]);
    expect(found.get('d')?.parts.session).toBeCloseTo((0.3 * (1 + 6 / 9 + 3 / 9)) / 3, 9);
  });

  it.each([
    ['What did the fixer say?', ['fixer', 'judge'], 0.15],
    ["the Fixer's view", ['fixer', 'judge'], 0.15],
    ['fixer or judge', ['fixer', 'judge'], undefined],
    ['prefixers', ['fixer', 'judge'], undefined],
    ['what did the judge say', ['fixer', 'judge'], undefined],
    ['ask the security reviewer', ['security_reviewer'], undefined],
  ])('prefers the notes of the only role that is named: %s', (text, authors, expected) => {
    const found = ranked([candidate('a', 1, { words: 1 }, { role: 'fixer' })], { text, authors });
    expect(found.get('a')?.parts.author).toBe(expected);
  });

  it('knows a role by its words', () => {
    const role = 'security_reviewer';
    const found = ranked([candidate('a', 1, { words: 1 }, { role })], {
      text: 'ask the security reviewer',
      authors: [role],
    });
    expect(found.get('a')?.parts.author).toBe(0.15);
  });

  it('adds a little for importance, recency and success', () => {
    const weights = { ...QUESTION.weights, recency: 0.02, importance: 0.1, outcome: 0.05 };
    const found = ranked(
      [
        candidate(
          'a',
          1,
          { words: 1 },
          { importance: 0.5, outcome: 'pass', lastUsedAt: NOW - 144 * HOUR_MS },
        ),
      ],
      { weights },
    );
    expect(found.get('a')?.parts).toMatchObject({ importance: 0.05, recency: 0.01, outcome: 0.05 });
  });
});

const POOL = fc.uniqueArray(
  fc
    .record({
      id: fc.string({ minLength: 1, maxLength: 6 }),
      seq: fc.nat(20),
      words: fc.option(fc.double({ min: 0.01, max: 50, noNaN: true }), { nil: undefined }),
      cosine: fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: undefined }),
      importance: fc.double({ min: 0, max: 1, noNaN: true }),
      lastUsedAt: fc.integer({ min: 0, max: NOW + HOUR_MS }),
      runId: fc.constantFrom('r1', 'r2'),
      outcome: fc.constantFrom('pass' as const, 'fail' as const, 'unknown' as const),
    })
    .map(({ id, seq, words, cosine, ...more }) =>
      candidate(
        id,
        seq,
        { ...(words === undefined ? {} : { words }), ...(cosine === undefined ? {} : { cosine }) },
        more,
      ),
    ),
  { selector: ({ note }) => note.id, minLength: 1, maxLength: 20 },
);

/** Changes the note of one candidate. */
const changed = (pool: readonly HybridCandidate[], at: number, change: Partial<MemoryNote>) =>
  pool.map((one, index) => (index === at ? { ...one, note: { ...one.note, ...change } } : one));

describe('every pool', () => {
  it('is ranked whole, by finite scores that are the sums of their parts, in whatever order it comes', () => {
    fc.assert(
      fc.property(POOL, pool => {
        const found = scoreHybrid(pool, QUESTION);
        expect(found).toHaveLength(pool.length);
        for (const { score, parts } of found) {
          expect(Number.isFinite(score)).toBe(true);
          expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 9);
        }
        const scores = found.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      }),
    );
  });

  it('ranks a note no lower for being more important, used more lately, or for having passed', () => {
    fc.assert(
      fc.property(
        POOL,
        fc.nat(),
        fc.constantFrom<Partial<MemoryNote>>({ importance: 1 }, { lastUsedAt: NOW }, { outcome: 'pass' }),
        (pool, pick, change) => {
          const at = pick % pool.length;
          const id = pool[at]?.note.id ?? '';
          const before = ranked(pool);
          const after = ranked(changed(pool, at, change));
          expect(after.get(id)?.score).toBeGreaterThanOrEqual((before.get(id)?.score ?? 0) - 1e-12);
          for (const [other, { score }] of before) {
            if (other !== id) expect(after.get(other)?.score).toBeCloseTo(score, 9);
          }
        },
      ),
    );
  });
});

describe('what says the same', () => {
  const scored = (id: string, text: string, score: number): RankedNote => ({
    note: noteOf(id, { text }),
    score,
    parts: {},
  });

  it('comes after what says something else, and nothing is lost', () => {
    const notes = [
      scored('first', 'the red bridge is closed at noon', 1),
      scored('again', 'at noon the red bridge is closed', 0.95),
      scored('other', 'boats wait for the lock', 0.85),
      scored('rest', 'the red bridge is closed at noon', 0.5),
    ];
    expect(pickDiverse(notes, 3).map(({ note }) => note.id)).toEqual(['first', 'other', 'again', 'rest']);
  });

  it('keeps its place when it only shares some words', () => {
    const notes = [
      scored('a', 'the red bridge is closed', 1),
      scored('b', 'the red bus waits here today', 0.9),
    ];
    expect(pickDiverse([...notes, scored('c', 'boats', 0.85)], 3).map(({ note }) => note.id)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
