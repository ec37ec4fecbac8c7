import type { RunEvent } from '../model/run-event.ts';

/** How long a run has worked, told by its events alone. */
export interface RunClock {
  /** Takes the next event and returns the milliseconds worked so far, without the pauses before `run.resumed`. */
  tick(event: RunEvent): number;
  /** The milliseconds worked up to the last event. */
  elapsedMs(): number;
  /** The pause before the last `run.resumed`, when its start was seen. */
  pauseMs(): number | undefined;
}

/** A clock that counts from the first event it sees and never runs backwards. Deterministic: it reads only `at`. */
export function createRunClock(): RunClock {
  let worked = 0;
  let lastAt: number | undefined;
  let pause: number | undefined;
  return {
    tick(event) {
      const passed = lastAt === undefined ? 0 : Math.max(0, event.at - lastAt);
      if (event.type === 'run.resumed') pause = lastAt === undefined ? undefined : passed;
      else worked += passed;
      lastAt = event.at;
      return worked;
    },
    elapsedMs: () => worked,
    pauseMs: () => pause,
  };
}
