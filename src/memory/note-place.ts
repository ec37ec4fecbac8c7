import type { MemoryNote } from '../model/memory.ts';
import type { MemoryStore, StoredNote } from '../ports/memory-store.ts';
import { NEAR_COSINE, VERBATIM_KINDS } from './memory-limits.ts';
import { sameSubject } from './note-subject.ts';
import { isOpposed, noteWords, saysAllOf } from './note-words.ts';

/** A note that is to be written, with its vector if it has one. */
export interface Newcomer {
  readonly note: MemoryNote;
  readonly vector?: Float32Array;
}

/** What is to happen with a newcomer: it is the same as one that is there, it is refused or waits, or it gets in and others give way. */
export type Place =
  | { readonly as: 'same'; readonly of: StoredNote }
  | { readonly as: 'refused'; readonly reason: string }
  | { readonly as: 'waiting'; readonly reason: string }
  | {
      readonly as: 'new';
      readonly instead: readonly { readonly note: MemoryNote; readonly reason: string }[];
    };

const LOOKED_AT = 10;

/**
 * Finds the place of a newcomer among the notes of its scope and kind and those of its own batch.
 * 1. Word for word the same is one note, also one that was retired: a lesson does not come back by being learned again.
 *    What a person took back is refused.
 * 2. A note gives way only to one that is trusted at least as much, and that says all of its words with a vector as near as
 *    0.95, or another thing of the same subject. Lessons do not give way, their figures would be lost.
 * 3. Only what was there before gives way, so that a repetition finds the same place.
 * 4. Another thing of a subject, from somebody who is trusted less, waits for a person.
 */
export async function placeOf(
  store: MemoryStore,
  newcomer: Newcomer,
  batch: readonly StoredNote[],
): Promise<Place> {
  const { note } = newcomer;
  if (VERBATIM_KINDS.has(note.kind)) return { as: 'new', instead: [] };
  const [same, close] = await Promise.all([
    equalTo(store, note, batch),
    note.state === 'active' ? closeTo(store, newcomer, batch) : [],
  ]);
  if (same?.note.state === 'retracted') return { as: 'refused', reason: 'the same was taken back before' };
  if (same !== undefined) return { as: 'same', of: same };
  if (note.state !== 'active') return { as: 'new', instead: [] };
  return placeBeside(newcomer, close);
}

/** The same among notes that are at hand, in a state that counts; those that came later or had expired by then are not looked at. Pure. */
export function placeAmong(newcomer: Newcomer, others: readonly StoredNote[]): Place {
  const { note } = newcomer;
  if (VERBATIM_KINDS.has(note.kind)) return { as: 'new', instead: [] };
  const before = others.filter(
    one =>
      one.note.seq < note.seq &&
      one.note.scope === note.scope &&
      one.note.kind === note.kind &&
      !hasExpired(one.note, note),
  );
  const same = before.find(one => one.note.hash === note.hash);
  return same === undefined ? placeBeside(newcomer, before) : { as: 'same', of: same };
}

function placeBeside(newcomer: Newcomer, close: readonly StoredNote[]): Place {
  const { note } = newcomer;
  const others = close.filter(one => sameSubject(one.note, note));
  const trusted = others.find(one => one.note.trust > note.trust);
  if (trusted !== undefined) {
    return { as: 'waiting', reason: `contradicts ${trusted.note.id}, which is trusted more` };
  }
  const words = noteWords(note.text);
  const nearly = close.filter(one => isSaidAnew(one, newcomer, words) && !others.includes(one));
  return {
    as: 'new',
    instead: [
      ...others.map(one => ({ note: one.note, reason: 'says another thing of the same subject' })),
      ...nearly.map(one => ({ note: one.note, reason: 'says the same' })),
    ],
  };
}

/** States in which the same words are still known; a note that gave way may be said again. */
const KNOWN_STATES = ['active', 'quarantined', 'retired', 'retracted'] as const;

async function equalTo(
  store: MemoryStore,
  note: MemoryNote,
  batch: readonly StoredNote[],
): Promise<StoredNote | undefined> {
  const inBatch = batch.find(
    one => one.note.hash === note.hash && one.note.scope === note.scope && one.note.kind === note.kind,
  );
  if (inBatch !== undefined) return inBatch;
  const filter = { scopes: [note.scope], kinds: [note.kind], hash: note.hash, states: KNOWN_STATES };
  const found = await store.find(filter, { limit: 4, order: 'oldest' });
  const equal = found.find(one => one.seq < note.seq && !hasExpired(one, note));
  return equal === undefined ? undefined : (await store.get([equal.id]))[0];
}

/** What nobody is reminded of any more stands in no newcomer's way, also before it is tidied away. */
function hasExpired({ state, expiresAt }: MemoryNote, { createdAt }: MemoryNote): boolean {
  return state === 'active' && expiresAt !== undefined && expiresAt <= createdAt;
}

async function closeTo(
  store: MemoryStore,
  { note, vector }: Newcomer,
  batch: readonly StoredNote[],
): Promise<readonly StoredNote[]> {
  const filter = { scopes: [note.scope], kinds: [note.kind], validAt: note.createdAt };
  const subjects = note.tags.filter(tag => tag.startsWith('subject:'));
  const [byWords, byVector, bySubject] = await Promise.all([
    store.lexical(note.text, filter, { limit: LOOKED_AT }),
    vector === undefined ? [] : store.nearest(vector, filter, { limit: LOOKED_AT }),
    subjects.length === 0
      ? []
      : store.find({ ...filter, tagsAny: subjects }, { limit: LOOKED_AT, order: 'newest' }),
  ]);
  const inBatch = batch.filter(
    one => one.note.scope === note.scope && one.note.kind === note.kind && one.note.state === 'active',
  );
  const found = new Map<string, StoredNote>();
  for (const one of [...inBatch, ...byWords, ...byVector, ...bySubject.map(other => ({ note: other }))]) {
    if (one.note.seq >= note.seq || found.get(one.note.id)?.vector !== undefined) continue;
    found.set(one.note.id, one);
  }
  return [...found.values()];
}

function isSaidAnew(one: StoredNote, { note, vector }: Newcomer, words: ReadonlySet<string>): boolean {
  if (one.note.kind === 'lesson' || one.note.trust > note.trust) return false;
  if (one.vector === undefined || vector === undefined) return false;
  const before = noteWords(one.note.text);
  if (isOpposed(before, words) || !saysAllOf(words, before)) return false;
  return cosine(one.vector, vector) >= NEAR_COSINE;
}

/** Vectors are normalised, but a store may keep them less exactly. */
function cosine(one: Float32Array, other: Float32Array): number {
  let [product, left, right] = [0, 0, 0];
  for (const [at, value] of one.entries()) {
    const against = other[at] ?? 0;
    product += value * against;
    left += value * value;
    right += against * against;
  }
  return left === 0 || right === 0 ? 0 : product / Math.sqrt(left * right);
}
