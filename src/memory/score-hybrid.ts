import type { RecallWeights } from '../model/crew-memory.ts';
import type { MemoryNote } from '../model/memory.ts';
import { namedIn } from './named-author.ts';
import { byScore, type RankedNote } from './recalled-note.ts';

/** A note that may be meant: found by words (BM25), by vector (cosine), by both, or only next to one that was. */
export interface HybridCandidate {
  readonly note: MemoryNote;
  readonly words?: number;
  readonly cosine?: number;
}

/** Against what candidates are held; `authors` are names of roles. */
export interface HybridQuestion {
  readonly text: string;
  readonly authors?: readonly string[];
  readonly weights: RecallWeights;
  readonly halfLifeMs: number;
  readonly now: number;
}

/** How many of the best notes of a run speak for all of it. */
const BEST_OF_SESSION = 3;

/**
 * Ranks candidates, best first, ties by id; `parts` add up to the score. With `unit` as the place between the least and the most of
 * the pool, 0..1:
 *
 *     s     = relevance × unit(words) + vector × unit(cosine)     what was not found by one of them counts 0 there
 *     z     = unit(s + neighbours × (s of the note before + s of the note after))      of the same run and phase
 *     score = z + session × mean of the 3 best z of its run
 *               + author, if its role is the only one that the question names
 *               + importance × its importance + recency × 0.5 ^ (time since its last use / half-life)
 *               + outcome, if what it tells of passed
 *
 * Pure. Where the measured weights come from: `src/decisions/0033-embedders.md`.
 */
export function scoreHybrid(
  candidates: readonly HybridCandidate[],
  question: HybridQuestion,
): readonly RankedNote[] {
  const { weights, halfLifeMs, now } = question;
  const words = unitsOf(candidates, one => one.words, 0).map(unit => unit * weights.relevance);
  const vectors = unitsOf(candidates, one => one.cosine).map(unit => unit * weights.vector);
  const alone = candidates.map((_, at) => (words[at] ?? 0) + (vectors[at] ?? 0));
  const around = besides(candidates, alone).map(sum => sum * weights.neighbours);
  const sums = alone.map((sum, at) => sum + (around[at] ?? 0));
  const { least, range } = scaleOf(sums);
  const place = (sum: number): number => (range === 0 ? 0 : sum / range);
  const z = sums.map(sum => place(sum - least));
  const sessions = sessionMeans(candidates, z);
  const names = question.authors ?? candidates.map(one => one.note.role);
  const named = namedIn(names, question.text);
  const author = named.length === 1 ? named[0] : undefined;
  const ranked = candidates.map(({ note }, at): RankedNote => {
    const parts = {
      words: place(words[at] ?? 0),
      vector: place(vectors[at] ?? 0),
      neighbours: place(around[at] ?? 0),
      floor: place(-least),
      session: weights.session * (sessions.get(note.runId) ?? 0),
      author: author !== undefined && note.role === author ? weights.author : 0,
      importance: weights.importance * note.importance,
      recency: weights.recency * 0.5 ** (Math.max(0, now - note.lastUsedAt) / halfLifeMs),
      outcome: note.outcome === 'pass' ? weights.outcome : 0,
    };
    const shown = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== 0));
    return { note, score: Object.values(parts).reduce((sum, part) => sum + part, 0), parts: shown };
  });
  return ranked.toSorted(byScore);
}

/** The places of what was found between the least and the most of it; `floor` is the least, if that is known beforehand. */
function unitsOf(
  candidates: readonly HybridCandidate[],
  scoreOf: (one: HybridCandidate) => number | undefined,
  floor?: number,
): readonly number[] {
  const found = candidates.map(scoreOf).filter(score => score !== undefined);
  const { least, range } = spread(floor === undefined ? found : [floor, ...found]);
  return candidates.map(one => {
    const score = scoreOf(one);
    if (score === undefined) return 0;
    return range === 0 ? 1 : (score - least) / range;
  });
}

/** What is least and how far it goes; what is all the same is measured from 0, so that the only one that was found counts. */
function scaleOf(sums: readonly number[]): { readonly least: number; readonly range: number } {
  const { least, range } = spread(sums);
  return range === 0 ? { least: 0, range: Math.max(0, least) } : { least, range };
}

function spread(values: readonly number[]): { readonly least: number; readonly range: number } {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return values.length === 0 ? { least: 0, range: 0 } : { least, range: most - least };
}

/** For each note the sum of what the notes before and after it have, of the same run and phase. */
function besides(candidates: readonly HybridCandidate[], values: readonly number[]): readonly number[] {
  const places = new Map<string, number>();
  for (const [at, { note }] of candidates.entries()) places.set(placeKey(note, 0), at);
  const valueAt = (key: string): number => values[places.get(key) ?? -1] ?? 0;
  return candidates.map(({ note }) => valueAt(placeKey(note, -1)) + valueAt(placeKey(note, 1)));
}

function placeKey({ scope, runId, phase, seq }: MemoryNote, step: number): string {
  return JSON.stringify([scope, runId, phase, seq + step]);
}

function sessionMeans(
  candidates: readonly HybridCandidate[],
  values: readonly number[],
): ReadonlyMap<string, number> {
  const bySession = new Map<string, number[]>();
  for (const [at, { note }] of candidates.entries()) {
    const mine = bySession.get(note.runId) ?? [];
    mine.push(values[at] ?? 0);
    bySession.set(note.runId, mine);
  }
  const mean = (mine: readonly number[]): number => {
    const best = mine.toSorted((a, b) => b - a).slice(0, BEST_OF_SESSION);
    return best.reduce((sum, value) => sum + value, 0) / best.length;
  };
  return new Map([...bySession].map(([session, mine]) => [session, mean(mine)]));
}
