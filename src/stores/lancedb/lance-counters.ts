import type { LanceTable } from './lance-table.ts';
import { sqlNumber, sqlText } from './sql.ts';

/** Counters that lose no step, whoever counts. */
export interface LanceCounters {
  /** Adds to a counter and returns its new value; it begins at 0. */
  add(name: string, by: number): Promise<number>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface Step {
  readonly by: number;
  readonly done: PromiseWithResolvers<number>;
}

/** Steps that come while a counter is written are taken together: one version for all, and each is told its own value. */
export function createLanceCounters(counters: LanceTable, wrote: () => void): LanceCounters {
  const waiting = new Map<string, readonly Step[]>();
  const running = new Map<string, Promise<void>>();
  /** What each counter was when it was last seen, which saves a read unless others count too. */
  const seen = new Map<string, number>();

  const readValue = (name: string): Promise<number | undefined> =>
    counters.read(async table => {
      const found = await table
        .query()
        .where(`name = ${sqlText(name)}`)
        .select(['value'])
        .limit(1)
        .toArrow();
      return found.numRows === 0 ? undefined : Number(found.getChild('value')?.get(0));
    });
  const insert = (name: string, value: number): Promise<boolean> =>
    counters.write(async table => {
      const { numInsertedRows } = await table
        .mergeInsert('name')
        .whenNotMatchedInsertAll()
        .execute([{ name, value }]);
      return numInsertedRows === 1;
    });
  /** Writes over just the value that was seen; false when it is another one by now. */
  const swap = (name: string, from: number, to: number): Promise<boolean> =>
    counters.write(async table => {
      const { rowsUpdated } = await table.update({
        where: `name = ${sqlText(name)} and value = ${sqlNumber(from)}`,
        valuesSql: { value: sqlNumber(to) },
      });
      return rowsUpdated === 1;
    });
  const advance = async (name: string, by: number): Promise<number> => {
    for (;;) {
      // What only reads writes nothing, and is told what others have counted meanwhile.
      if (by === 0) return (await readValue(name)) ?? 0;
      const from = seen.get(name) ?? (await readValue(name));
      const to = (from ?? 0) + by;
      wrote();
      if (from === undefined ? await insert(name, to) : await swap(name, from, to)) {
        seen.set(name, to);
        return from ?? 0;
      }
      seen.delete(name);
    }
  };
  const run = async (name: string): Promise<void> => {
    await Promise.resolve();
    for (let steps = waiting.get(name); steps !== undefined; steps = waiting.get(name)) {
      waiting.delete(name);
      try {
        let value = await advance(
          name,
          steps.reduce((sum, { by }) => sum + by, 0),
        );
        for (const { by, done } of steps) {
          value += by;
          done.resolve(value);
        }
      } catch (error) {
        for (const { done } of steps) done.reject(error);
      }
    }
    running.delete(name);
  };
  return {
    add(name, by) {
      const step: Step = { by, done: Promise.withResolvers<number>() };
      waiting.set(name, [...(waiting.get(name) ?? []), step]);
      if (!running.has(name)) running.set(name, run(name));
      return step.done.promise;
    },
    async idle() {
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}
