import type { MemoryNote, MemoryScope } from '../../model/memory.ts';
import type { OpenMemory } from '../open-memory.ts';

/** What happened counts, what was thought or said about it does not. */
const COUNTED: ReadonlySet<MemoryNote['kind']> = new Set(['observation', 'fact', 'decision', 'lesson']);

/** What comes from strangers is nothing that insights are drawn from. */
const LEAST_TRUST = 1;

/**
 * Adds the importance of new notes to what their scopes have gathered since their last insights. As in the reference code
 * of Generative Agents, only what was seen counts: no thoughts, no conversation, nothing that waits for a person. What comes from
 * strangers does not count either.
 */
export async function gatherImportance({ store }: OpenMemory, notes: readonly MemoryNote[]): Promise<void> {
  const sums = new Map<MemoryScope, number>();
  for (const { scope, kind, state, trust, importance } of notes) {
    if (!COUNTED.has(kind) || state !== 'active' || trust < LEAST_TRUST) continue;
    sums.set(scope, (sums.get(scope) ?? 0) + importance);
  }
  for (const [scope, sum] of sums) await store.bump(counterOf(scope), sum);
}

/** Importance gathered by scope since the last insights. */
export async function gatheredIn(
  { store }: OpenMemory,
  scopes: readonly MemoryScope[],
): Promise<{ readonly [scope: MemoryScope]: number }> {
  const rows = await Promise.all(
    [...new Set(scopes)].map(async scope => [scope, await store.bump(counterOf(scope), 0)] as const),
  );
  return Object.fromEntries(rows);
}

/** Takes away what a scope had gathered when insights were drawn from it; what came meanwhile stays. */
export async function settleGathered(
  { store }: OpenMemory,
  scope: MemoryScope,
  gathered: number,
): Promise<void> {
  await store.bump(counterOf(scope), -gathered);
}

function counterOf(scope: MemoryScope): string {
  return `gathered ${scope}`;
}
