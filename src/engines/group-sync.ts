import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

/**
 * Brings what was written to one file to the disk.
 * 1. What `flush` resolves for was written before it was called, and survives a crash of the machine from then on.
 * 2. One sync is under way at a time; all who ask while it is share the next one.
 * 3. Promises resolve in the order in which they were asked for.
 */
export interface GroupSync {
  /** Resolves when everything that was written so far is on disk. Rejects with the error of the disk. */
  flush(): Promise<void>;
  /** The same, waiting for the disk. */
  flushNow(): void;
  /** Gives the file back once no sync is under way any more. */
  close(): void;
}

/** The sync of the file at `path`, which must be there when it is first asked for. */
export function createGroupSync(path: string): GroupSync {
  let file: number | undefined;
  let underWay: Promise<void> | undefined;
  let shared: Promise<void> | undefined;
  const opened = (): number => {
    file ??= openSync(path, 'r');
    return file;
  };
  const start = (): Promise<void> => {
    const sync = new Promise<void>((resolve, reject) => {
      fdatasync(opened(), error => (error === null ? resolve() : reject(error)));
    });
    const over = (): void => {
      underWay = undefined;
    };
    underWay = sync;
    sync.then(over, over);
    return sync;
  };
  const next = (): Promise<void> => {
    shared = undefined;
    return start();
  };
  return {
    flush() {
      if (underWay === undefined) return start();
      shared ??= underWay.then(next, next);
      return shared;
    },
    flushNow() {
      fdatasyncSync(opened());
    },
    close() {
      const release = (): void => {
        if (file !== undefined) closeSync(file);
        file = undefined;
      };
      const last = shared ?? underWay;
      if (last === undefined) release();
      else last.then(release, release);
    },
  };
}

/** For a journal in memory, which nothing brings to a disk. */
export const NO_SYNC: GroupSync = {
  flush: () => Promise.resolve(),
  flushNow: () => undefined,
  close: () => undefined,
};
