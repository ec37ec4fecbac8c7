import { CrewError } from '../model/crew-error.ts';

/** Works when there is a free place. Fails with SERVER_BUSY when too many wait already, and when `signal` aborts the wait. */
export type RunLimit = <Value>(work: () => Promise<Value>, signal: AbortSignal) => Promise<Value>;

/** At most `places` works at once; at most `waiting` more wait for their turn, first come, first served. */
export function createRunLimit(places: number, waiting: number): RunLimit {
  let free = places;
  const queue: (() => void)[] = [];
  const release = (): void => {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const enter = (signal: AbortSignal): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    if (queue.length >= waiting) throw busy(places, queue.length);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        queue.splice(queue.indexOf(start), 1);
        reject(new CrewError('RUN_INTERRUPTED', 'the call was cancelled before its run began'));
      };
      const start = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      queue.push(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  };
  return async (work, signal) => {
    await enter(signal);
    try {
      return await work();
    } finally {
      release();
    }
  };
}

function busy(places: number, waiting: number): CrewError {
  return new CrewError(
    'SERVER_BUSY',
    `${places} runs are under way and ${waiting} more wait, which is the most that this server takes`,
  );
}
