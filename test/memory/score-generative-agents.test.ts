import { describe, expect, it } from 'vitest';
import {
  PAPER_SCORING,
  REFERENCE_SCORING,
  type StreamMemory,
  scoreGenerativeAgents,
} from '../../src/memory/score-generative-agents.ts';
import { fc } from '../laws.ts';

const HOUR_MS = 3_600_000;

/** Hours ago, importance 1 to 10, cosine. */
const stream = (rows: {
  readonly [id: string]: readonly [number, number, number];
}): readonly StreamMemory[] =>
  Object.entries(rows).map(([id, [hoursAgo, importance, relevance]]) => ({
    id,
    lastUsedAt: -hoursAgo * HOUR_MS,
    importance,
    relevance,
  }));
const ids = (memories: readonly { readonly id: string }[]): readonly string[] => memories.map(({ id }) => id);

const DAY = stream({
  breakfast: [10, 2, 0.7],
  quarrel: [8, 9, 0.75],
  walk: [5, 1, 0.8],
  letter: [2, 6, 0.72],
  idea: [0, 5, 0.9],
});

describe('the scoring of the paper', () => {
  const scored = scoreGenerativeAgents(DAY, { ...PAPER_SCORING, now: 0 });

  it('adds recency, importance and relevance, each between the least and the most of all', () => {
    // 0.995^10 = 0.9511, 0.995^8 = 0.9607, 0.995^5 = 0.9752, 0.995^2 = 0.9900, 1; importance 1 to 9; cosine 0.7 to 0.9.
    const worked = {
      idea: 1 + (5 - 1) / 8 + 1,
      quarrel: (0.995 ** 8 - 0.995 ** 10) / (1 - 0.995 ** 10) + 1 + 0.05 / 0.2,
      letter: (0.995 ** 2 - 0.995 ** 10) / (1 - 0.995 ** 10) + 5 / 8 + 0.02 / 0.2,
      walk: (0.995 ** 5 - 0.995 ** 10) / (1 - 0.995 ** 10) + 0 + 0.1 / 0.2,
      breakfast: 0 + 1 / 8 + 0,
    };
    expect(ids(scored)).toEqual(['idea', 'letter', 'quarrel', 'walk', 'breakfast']);
    for (const { id, score } of scored) expect(score).toBeCloseTo(worked[id as keyof typeof worked], 9);
  });

  it('tells its parts, which add up', () => {
    for (const { score, parts } of scored) {
      expect(parts.recency + parts.relevance + parts.importance).toBe(score);
    }
  });
});

describe('the scoring of the code of the authors', () => {
  it('favours what is old, as it runs', () => {
    // decay^1 for the oldest: recency 1, 0.7481, 0.4988, 0.2494 and 0 from breakfast to idea, times 0.5.
    const scored = scoreGenerativeAgents(DAY, { ...REFERENCE_SCORING, now: 0 });
    expect(ids(scored)).toEqual(['idea', 'quarrel', 'walk', 'letter', 'breakfast']);
    const byId = new Map(scored.map(one => [one.id, one]));
    expect(byId.get('breakfast')?.parts).toEqual({ recency: 0.5, relevance: 0, importance: 0.25 });
    expect(byId.get('idea')?.parts).toEqual({ recency: 0, relevance: 3, importance: 1 });
    const [d1, d2, d5] = [0.99, 0.99 ** 2, 0.99 ** 5];
    expect(byId.get('quarrel')?.score).toBeCloseTo(0.5 * ((d2 - d5) / (d1 - d5)) + 0.75 + 2, 9);
  });

  it('favours what is new, as it was meant', () => {
    const scored = scoreGenerativeAgents(DAY, {
      ...REFERENCE_SCORING,
      recency: 'reference-newest-first',
      now: 0,
    });
    expect(scored.find(({ id }) => id === 'idea')?.parts.recency).toBe(0.5);
    expect(scored.find(({ id }) => id === 'breakfast')?.parts.recency).toBe(0);
  });

  it('gives 0.5 where all are equal, and keeps the order of last use', () => {
    const equal = stream({ late: [1, 3, 0.5], early: [1, 3, 0.5], earliest: [9, 3, 0.5] });
    const scored = scoreGenerativeAgents(equal, { ...REFERENCE_SCORING, now: 0 });
    expect(ids(scored)).toEqual(['earliest', 'late', 'early']);
    expect(scored.map(({ parts }) => [parts.relevance, parts.importance])).toEqual([
      [1.5, 1],
      [1.5, 1],
      [1.5, 1],
    ]);
  });
});

const MEMORIES = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 6 }),
    lastUsedAt: fc.integer({ min: -1e9, max: 0 }),
    importance: fc.integer({ min: 1, max: 10 }),
    relevance: fc.double({ min: -1, max: 1, noNaN: true }),
  }),
  { selector: ({ id }) => id, maxLength: 30 },
);
const SCORING = fc.constantFrom(
  { ...PAPER_SCORING, now: 0 },
  { ...REFERENCE_SCORING, now: 0 },
  { ...REFERENCE_SCORING, recency: 'reference-newest-first' as const, now: 0 },
);

describe('every scoring', () => {
  it('loses and invents no memory, puts the best first, and does not depend on the scale of importance', () => {
    fc.assert(
      fc.property(MEMORIES, SCORING, (memories, scoring) => {
        const scored = scoreGenerativeAgents(memories, scoring);
        expect([...ids(scored)].sort()).toEqual([...ids(memories)].sort());
        const scores = scored.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        expect(scores.every(Number.isFinite)).toBe(true);
        const tenths = memories.map(memory => ({ ...memory, importance: memory.importance / 10 }));
        for (const [at, { score }] of scoreGenerativeAgents(tenths, scoring).entries()) {
          expect(score).toBeCloseTo(scores[at] ?? 0, 9);
        }
      }),
    );
  });

  it('never ranks a memory lower for being more relevant', () => {
    fc.assert(
      fc.property(MEMORIES, SCORING, fc.nat(), (memories, scoring, pick) => {
        fc.pre(memories.length > 1);
        const chosen = memories[pick % memories.length];
        const better = memories.map(one => (one === chosen ? { ...one, relevance: 2 } : one));
        const place = (list: readonly StreamMemory[]): number =>
          ids(scoreGenerativeAgents(list, scoring)).indexOf(chosen?.id ?? '');
        expect(place(better)).toBeLessThanOrEqual(place(memories));
      }),
    );
  });
});
