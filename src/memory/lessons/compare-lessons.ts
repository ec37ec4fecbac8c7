import type { MemoryScope } from '../../model/memory.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { chanceOfMore, type Tally } from './chance-of-more.ts';
import { tallyOf, triedPhases } from './tried-notes.ts';

/** How the first trials of a phase came out with lessons and without any, and how sure it is that lessons help. */
export interface LessonComparison {
  readonly scope: MemoryScope;
  readonly phase: string;
  readonly with: Tally;
  readonly without: Tally;
  /** The share that passed, 0..1, and null where there was none. */
  readonly rateWith: number | null;
  readonly rateWithout: number | null;
  /** The probability that first trials with lessons pass more often. */
  readonly helps: number;
}

/** Holds first trials with lessons against those without, for each phase of a scope, in the order of their names. */
export async function compareLessons(
  store: Pick<MemoryStore, 'find' | 'count'>,
  scope: MemoryScope,
): Promise<readonly LessonComparison[]> {
  const phases = await triedPhases(store, scope);
  return Promise.all(
    phases.map(async phase => {
      const [own, without] = await Promise.all([
        tallyOf(store, { scope, phase, withLessons: true }),
        tallyOf(store, { scope, phase, withLessons: false }),
      ]);
      return {
        ...{ scope, phase, with: own, without },
        ...{ rateWith: rateOf(own), rateWithout: rateOf(without) },
        helps: chanceOfMore(own, without),
      };
    }),
  );
}

function rateOf({ passes, fails }: Tally): number | null {
  return passes + fails === 0 ? null : passes / (passes + fails);
}
