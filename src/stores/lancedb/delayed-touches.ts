import type { MemoryNote } from '../../model/memory.ts';

/** Uses of notes are told so often that they are written together. */
const DELAY_MS = 2000;

/** Uses that are not written yet. */
export interface DelayedTouches {
  touch(ids: readonly string[], at: number): void;
  /** Writes what is left; fails with what a write in the background failed with, once. */
  flush(): Promise<void>;
}

type Rewrite = (ids: readonly string[], change: (note: MemoryNote) => MemoryNote) => Promise<void>;

/** Gathers uses and writes them some time later, at the latest when it is flushed. */
export function createDelayedTouches(rewrite: Rewrite): DelayedTouches {
  let uses = new Map<string, { readonly count: number; readonly at: number }>();
  let timer: NodeJS.Timeout | undefined;
  let failure: { readonly error: unknown } | undefined;
  let writing = Promise.resolve();
  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const written = uses;
    uses = new Map();
    try {
      await rewrite([...written.keys()], note => {
        const { count = 0, at = 0 } = written.get(note.id) ?? {};
        return { ...note, used: note.used + count, lastUsedAt: Math.max(note.lastUsedAt, at) };
      });
    } catch (error) {
      failure = { error };
    }
  };
  return {
    touch(ids, at) {
      for (const id of new Set(ids)) {
        const before = uses.get(id) ?? { count: 0, at: 0 };
        uses.set(id, { count: before.count + 1, at: Math.max(before.at, at) });
      }
      timer ??= setTimeout(() => {
        writing = write();
      }, DELAY_MS).unref();
    },
    async flush() {
      await writing;
      await write();
      const failed = failure;
      failure = undefined;
      if (failed !== undefined) throw failed.error;
    },
  };
}
