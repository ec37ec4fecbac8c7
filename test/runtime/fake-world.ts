import type { World } from '../../src/ports/world.ts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A world under a virtual clock. */
export interface FakeWorld extends World {
  /** How many sleep. */
  sleeping(): number;
}

/** The wall clock of a fake world at its monotonic zero. */
export const EPOCH = 1_700_000_000_000;

/**
 * A clock that only sleepers move: when nothing else is running (the queue of micro tasks is empty, and no file is on
 * its way to the disk), it jumps to the next moment that somebody sleeps until. All that are due at one moment wake in one tick. Ids count up.
 */
export function createFakeWorld(startMs = 0): FakeWorld {
  let clock = startMs;
  let ids = 0;
  let pumping = false;
  const sleepers = new Set<Sleeper>();
  const pump = (): void => {
    if (process.getActiveResourcesInfo().includes('FSReqCallback')) {
      setImmediate(pump);
      return;
    }
    pumping = false;
    const due = Math.min(...[...sleepers].map(sleeper => sleeper.due));
    clock = Math.max(clock, sleepers.size === 0 ? clock : due);
    for (const sleeper of [...sleepers]) if (sleeper.due <= due) sleeper.wake();
    if (sleepers.size > 0) schedule();
  };
  const schedule = (): void => {
    if (pumping) return;
    pumping = true;
    setImmediate(pump);
  };
  const world: FakeWorld = {
    sleeping: () => sleepers.size,
    now: () => EPOCH + clock,
    monotonic: () => clock,
    newId() {
      ids += 1;
      return `id${ids}`;
    },
    sleep: (ms, signal) =>
      new Promise(resolve => {
        const sleeper = {
          due: clock + ms,
          wake() {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        if (signal.aborted) return resolve();
        sleepers.add(sleeper);
        signal.addEventListener('abort', sleeper.wake, { once: true });
        schedule();
      }),
  };
  return world;
}
