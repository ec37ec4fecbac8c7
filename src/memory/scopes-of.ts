import type { MemoryScope } from '../model/memory.ts';
import type { MemoryStore } from '../ports/memory-store.ts';

/** Every scope that has notes, in order of their names; for people who look at all of a memory. */
export async function scopesOf(store: Pick<MemoryStore, 'tally'>): Promise<readonly MemoryScope[]> {
  return [...(await store.tally('scope', { scopes: 'all', states: 'all' })).keys()].toSorted();
}
