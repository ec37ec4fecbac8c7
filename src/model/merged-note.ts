import type { MemoryNote } from './memory.ts';

/** What a note that was said again brings to the one that is there. */
export type SaidAgain = Pick<
  MemoryNote,
  'trust' | 'importance' | 'outcome' | 'sources' | 'tags' | 'createdAt' | 'expiresAt'
>;

/** As many sources and tags as a note keeps. */
const MOST_NAMED = 20;

/** What was there, seen once more. A person who says the same vouches for it. Pure. */
export function mergedNote(same: MemoryNote, again: SaidAgain): MemoryNote {
  const vouched = again.trust === 3 && same.state === 'quarantined';
  const expiresAt =
    same.expiresAt === undefined || again.expiresAt === undefined
      ? undefined
      : Math.max(same.expiresAt, again.expiresAt);
  const { expiresAt: _, ...kept } = same;
  return {
    ...kept,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    seen: same.seen + 1,
    importance: Math.max(same.importance, again.importance),
    outcome: again.outcome === 'unknown' ? same.outcome : again.outcome,
    sources: [...new Set([...same.sources, ...again.sources])].slice(0, MOST_NAMED),
    tags: [...new Set([...same.tags, ...again.tags])].slice(0, MOST_NAMED),
    lastUsedAt: Math.max(same.lastUsedAt, again.createdAt),
    ...(again.trust === 3 ? { trust: 3 } : {}),
    ...(vouched ? { state: 'active' } : {}),
  };
}
