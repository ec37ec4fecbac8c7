import type { MemoryNote, MemoryScope } from '../../model/memory.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { chanceOfMore, type Tally } from './chance-of-more.ts';
import { areTooFew } from './judge-lesson.ts';
import {
  criterionTag,
  hadLessons,
  phaseTag,
  type TrialPool,
  tallyOf,
  teachingTrial,
  trialPools,
  withoutTrial,
} from './tried-notes.ts';

/** How the first trials of a phase came out with lessons and without any, and how sure it is that lessons help. */
export interface LessonComparison {
  readonly scope: MemoryScope;
  readonly phase: string;
  /** What judged them; another evaluator has a pool of its own. Absent for trials of before. */
  readonly criterion?: string;
  readonly with: Tally;
  readonly without: Tally;
  /** The share that passed, 0..1, and null where there was none. */
  readonly rateWith: number | null;
  readonly rateWithout: number | null;
  /** The probability that first trials with lessons pass more often; null where there are too few to say. */
  readonly helps: number | null;
}

/**
 * Holds first trials with lessons against those without, for each phase of a scope and what judged it, by the names of the phases.
 * The failure that taught the first lesson of all does not count: without it there would be nothing to compare.
 */
export async function compareLessons(
  store: Pick<MemoryStore, 'find' | 'count' | 'get'>,
  scope: MemoryScope,
): Promise<readonly LessonComparison[]> {
  const pools = await trialPools(store, scope);
  return Promise.all(
    pools.map(async pool => {
      const [own, all, first] = await Promise.all([
        tallyOf(store, { scope, ...pool, withLessons: true }),
        tallyOf(store, { scope, ...pool, withLessons: false }),
        firstTeaching(store, scope, pool),
      ]);
      const without = first === undefined ? all : withoutTrial(all, first);
      return {
        ...{ scope, ...pool, with: own, without },
        ...{ rateWith: rateOf(own), rateWithout: rateOf(without) },
        helps: areTooFew(own, without) ? null : chanceOfMore(own, without),
      };
    }),
  );
}

async function firstTeaching(
  store: Pick<MemoryStore, 'find' | 'get'>,
  scope: MemoryScope,
  { phase, criterion }: TrialPool,
): Promise<MemoryNote | undefined> {
  const tagsAll = [phaseTag(phase), ...(criterion === undefined ? [] : [criterionTag(criterion)])];
  const filter = { scopes: [scope], kinds: ['lesson'], states: 'all', tagsAll } as const;
  const [lesson] = await store.find(filter, { limit: 1, order: 'oldest' });
  const trial = lesson === undefined ? undefined : await teachingTrial(store, lesson);
  if (trial === undefined || hadLessons(trial)) return undefined;
  return tagsAll.every(tag => trial.tags.includes(tag)) ? trial : undefined;
}

function rateOf({ passes, fails }: Tally): number | null {
  return passes + fails === 0 ? null : passes / (passes + fails);
}
