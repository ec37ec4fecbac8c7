import type { Join } from '../../model/crew.ts';

/** How many of `count` parts must complete for a join; never more than there are. Pure. */
export function leastNeeded(join: Join | undefined, count: number): number {
  if (join === undefined || join === 'all') return count;
  return Math.min(count, join === 'any' ? 1 : join);
}
