import type { World } from '../../src/ports/world.ts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A world under a virtual clock. */
export interface FakeWorld extends World {
  /** Lets time pass by itself whenever nothing else is running; on from the start. */
  autoAdvance: boolean;
  /** Passes time and wakes everybody who is due at each moment, in the order in which they went to sleep. */
  advance(ms: number): Promise<void>;
  /** How many sleep. */
  sleeping(): number;
}

/** The wall clock of a fake world at its monotonic zero. */
export const EPOCH = 1_700_000_000_000;

/**
 * A clock that only sleepers move: when nothing else is running (the queue of micro tasks is empty), it jumps to the
 * next moment that somebody sleeps until. All that are due at one moment wake in one tick. Ids count up.
 */
export function createFakeWorld(startMs = 0): FakeWorld {
  let clock = startMs;
  let ids = 0;
  let pumping = false;
  const sleepers = new Set<Sleeper>();
  const wakeDue = (until: number): boolean => {
    const due = Math.min(...[...sleepers].map(sleeper => sleeper.due));
    if (due > until || due === Number.POSITIVE_INFINITY) return false;
    clock = Math.max(clock, due);
    for (const sleeper of [...sleepers]) if (sleeper.due <= due) sleeper.wake();
    return true;
  };
  const pump = (): void => {
    pumping = false;
    if (world.autoAdvance && wakeDue(Number.MAX_VALUE)) schedule();
  };
  const schedule = (): void => {
    if (pumping) return;
    pumping = true;
    setImmediate(pump);
  };
  const world: FakeWorld = {
    autoAdvance: true,
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
    async advance(ms) {
      const until = clock + ms;
      for (let woke = true; woke; ) {
        await idle();
        woke = wakeDue(until);
      }
      clock = until;
      await idle();
    },
  };
  return world;
}

/** Resolves when all that can run without time passing has run. */
export function idle(): Promise<void> {
  return new Promise(resolve => setImmediate(() => setImmediate(resolve)));
}
