import type { MemoryNote } from '../model/memory.ts';
import type { MemoryStore } from '../ports/memory-store.ts';

/** An insight needs so much evidence. */
const LEAST_EVIDENCE = 2;
const MOST_NOTES = 1_000_000;

/**
 * The notes, and all others that would not stand without them: whose evidence, without the notes that go, is less than two
 * or nothing where it was one. The order is that of the notes, then of their dependants, level by level.
 */
export async function closureOf(
  store: MemoryStore,
  notes: readonly MemoryNote[],
): Promise<readonly MemoryNote[]> {
  const gone = new Map(notes.map(note => [note.id, note]));
  let level: readonly string[] = [...gone.keys()];
  while (level.length > 0) {
    const dependants = await store.find(
      { scopes: 'all', states: 'all', evidence: level },
      { limit: MOST_NOTES, order: 'oldest' },
    );
    const falling = dependants.filter(note => !gone.has(note.id) && !standsWithout(note, gone));
    for (const note of falling) gone.set(note.id, note);
    level = falling.map(({ id }) => id);
  }
  return [...gone.values()];
}

function standsWithout({ evidence }: MemoryNote, gone: ReadonlyMap<string, unknown>): boolean {
  const left = evidence.filter(id => !gone.has(id)).length;
  return left >= Math.min(LEAST_EVIDENCE, evidence.length);
}
