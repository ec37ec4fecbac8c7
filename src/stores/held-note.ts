import type { MemoryNote } from '../model/memory.ts';
import type { ScoredNote, StoredNote } from '../ports/memory-store.ts';

/** A note with the words that it is found by. */
export interface HeldNote extends StoredNote {
  readonly words: readonly string[];
}

/** A note as a reader is given it. Pure. */
export function shownNote({ note, vector }: HeldNote): StoredNote {
  return vector === undefined ? { note } : { note, vector };
}

/** The best of some notes by their scores, ties by id. Pure. */
export function bestOf(
  held: readonly HeldNote[],
  scores: readonly number[],
  limit: number,
): readonly ScoredNote[] {
  return held
    .map((one, at) => ({ ...shownNote(one), score: scores[at] ?? 0 }))
    .sort((a, b) => b.score - a.score || byText(a.note.id, b.note.id))
    .slice(0, limit);
}

/** Orders notes as they were written. Pure. */
export function byTime(a: MemoryNote, b: MemoryNote): number {
  return a.createdAt - b.createdAt || a.seq - b.seq || byText(a.id, b.id);
}

/** Orders texts by their code units. Pure. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether a vector has a direction; one of zeros is near to nothing. Pure. */
export function isSomewhere(vector: Float32Array | undefined): boolean {
  return vector?.some(value => value !== 0) === true;
}

/** The cosine of two vectors of one length, -1..1. Pure. */
export function cosine(a: Float32Array, b: Float32Array): number {
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

function product(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
