/** What a person says to a role of a run; `id` is that of the message where it was left from another process. */
export interface Steer {
  readonly role: string;
  readonly text: string;
  readonly by: string;
  readonly id?: string;
}

/**
 * The hand of a person on a run that this process drives.
 * 1. `steer` puts a message to a role on record at once (the fact `role.steered`); the role's next model call has it. Before
 *    the run is driven it waits. False when the run is over or left: nobody hears it. Fails with USAGE, as `refuseSteer`.
 * 2. While the run is paused no call and no timer begins; what is under way goes on to its end, and its outcome is
 *    taken. A stop stops it all the same. Pausing is no fact: it is gone with the process, replays know nothing of it, and
 *    the time ceilings of the run go on.
 */
export interface RunControls {
  steer(message: Steer): boolean;
  pause(): void;
  resume(): void;
  readonly paused: boolean;
  /** For `driveRun` alone: who carries this out; returns how to let go. */
  attach(driver: Driver): () => void;
}

/** Who carries out what controls say. */
interface Driver {
  steer(message: Steer): void;
  /** Begins what was held back. */
  goOn(): void;
}

/** Controls for one run; give them to `driveRun`. */
export function createRunControls(): RunControls {
  const early: Steer[] = [];
  let driver: Driver | undefined;
  let paused = false;
  let over = false;
  return {
    steer(message) {
      if (over) return false;
      if (driver === undefined) early.push(message);
      else driver.steer(message);
      return true;
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      driver?.goOn();
    },
    get paused() {
      return paused;
    },
    attach(by) {
      driver = by;
      over = false;
      for (const message of early.splice(0)) by.steer(message);
      return () => {
        driver = undefined;
        over = true;
      };
    },
  };
}
