/** Writes that wait for each other. */
export interface BatchQueue<Item> {
  /** Resolves when the item is written. */
  add(item: Item): Promise<void>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Writes what came in while the last write was under way as one: each write costs a version of the table, whatever is in it.
 * Nobody waits for others to come. A batch that fails, fails for all that is in it.
 */
export function createBatchQueue<Item>(
  write: (items: readonly Item[]) => Promise<void>,
  most: number,
): BatchQueue<Item> {
  let waiting: readonly Waiting<Item>[] = [];
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    // Whoever writes in the same turn of the loop comes along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        await write(batch.map(({ item }) => item));
        for (const { done } of batch) done.resolve();
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    running = undefined;
  };
  return {
    add(item) {
      const done = Promise.withResolvers<void>();
      waiting = [...waiting, { item, done }];
      running ??= run();
      return done.promise;
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}
