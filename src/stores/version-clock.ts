import { CrewError } from '../model/crew-error.ts';

/** Versions that can still be read; older ones are gone, so that a long run does not grow for ever. */
const VERSIONS_KEPT = 10_000;

/** Counts versions and knows which of them can still be read. */
export interface VersionClock {
  current(): number;
  next(): number;
  /** Throws MEMORY_VERSION_GONE for a version that is not kept any more. */
  check(at: number | undefined): void;
  /** Lets go of what only versions before `version` saw. */
  dropBefore(version: number): void;
  /** Lets go of versions that were left behind before a wall-clock time in milliseconds. */
  dropOlderThan(time: number): void;
}

/** A clock that begins at version 1; `prune` is told the oldest version that is still kept, whenever that changes. */
export function createVersionClock(prune: (floor: number) => void): VersionClock {
  let floor = 1;
  /** When each version came to be, from `floor` on. */
  const bornAt = [Date.now()];
  const current = (): number => floor + bornAt.length - 1;
  const dropBefore = (version: number): void => {
    if (version <= floor) return;
    bornAt.splice(0, version - floor);
    floor = version;
    prune(floor);
  };
  return {
    current,
    next() {
      bornAt.push(Date.now());
      if (bornAt.length > 2 * VERSIONS_KEPT) dropBefore(current() - VERSIONS_KEPT);
      return current();
    },
    check(at) {
      if (at === undefined || at >= floor) return;
      throw new CrewError(
        'MEMORY_VERSION_GONE',
        `expected version ${at} of the memory, the oldest that is kept is ${floor}`,
      );
    },
    dropBefore,
    dropOlderThan(time) {
      const kept = bornAt.findIndex(at => at >= time);
      dropBefore(kept === -1 ? current() : floor + kept);
    },
  };
}
