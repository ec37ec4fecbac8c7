import type { LanceHouse, TableAccess } from './lance-table.ts';
import { dropIndexes, ensureIndexes, ensureWords } from './table-upkeep.ts';

/** Reads every row of a table by no index; fails as LanceDB does when one cannot be read. */
export async function readAllRows({ table }: TableAccess): Promise<void> {
  for await (const _rows of table.query());
}

/**
 * Makes all indexes of a table anew out of its rows, and says so: they hold nothing that the rows do not. Words can be searched
 * all the time, also by other processes.
 */
export async function mendIndexes(house: LanceHouse, kept: TableAccess): Promise<void> {
  house.onNotice?.(
    `the indexes of \`${kept.name}\` in the memory at ${house.shown} are damaged; they are made anew from its rows, which are all there`,
  );
  await dropIndexes(kept);
  if (kept.name === 'notes') await ensureWords(house, kept, { anew: true });
  await ensureIndexes(house, kept);
}
