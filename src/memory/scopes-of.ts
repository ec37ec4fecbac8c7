import type { MemoryScope } from '../model/memory.ts';
import type { MemoryStore } from '../ports/memory-store.ts';

const MOST_NOTES = 1_000_000;

/** Every scope that has notes, in order of their names; for people who look at all of a memory. */
export async function scopesOf(store: MemoryStore): Promise<readonly MemoryScope[]> {
  const notes = await store.find({ scopes: 'all', states: 'all' }, { limit: MOST_NOTES, order: 'oldest' });
  return [...new Set(notes.map(({ scope }) => scope))].toSorted();
}
