import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../ports/world.ts';

/** setTimeout counts in 32 bits; longer sleeps are taken in pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real clock, timers and randomness. */
export const realWorld: World = {
  // The wall clock at the start of the process, and the monotonic one since: time that is worked on never jumps.
  now: () => Math.round(performance.timeOrigin + performance.now()),
  monotonic: () => performance.now(),
  newId: () => randomBytes(6).toString('hex'),
  async sleep(ms, signal) {
    const end = performance.now() + ms;
    while (!signal.aborted && performance.now() < end) {
      const piece = Math.min(end - performance.now(), LONGEST_TIMER_MS);
      await sleep(Math.ceil(piece), undefined, { signal }).catch(() => undefined);
    }
  },
};
