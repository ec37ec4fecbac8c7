import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Connection, Table } from '@lancedb/lancedb';
import { CrewError } from '../../model/crew-error.ts';
import { createTable } from './create-table.ts';
import { isConflict, isDamage, isMissing, lanceFailure } from './lance-failure.ts';
import type { LancePlace } from './lance-place.ts';
import type { LancePackages } from './load-lance.ts';
import { mendIndexes, readAllRows } from './mend-indexes.ts';
import type { OpenGuard } from './open-guard.ts';
import type { TableName } from './table-schemas.ts';

/** What all tables of a store share. */
export interface LanceHouse extends LancePackages {
  readonly db: Connection;
  readonly place: LancePlace;
  /** Where it is, as people know it. */
  readonly shown: string;
  /** Tells whether others have the store open; undefined where nobody can. */
  readonly guard?: OpenGuard | undefined;
  /** Hears of what was mended. */
  readonly onNotice: ((text: string) => void) | undefined;
}

/** Reads and writes of one table as it is now. */
export interface TableAccess {
  readonly name: TableName;
  readonly table: Table;
  read<Result>(read: (table: Table) => Promise<Result>): Promise<Result>;
  /** Writes; may be asked to write again when others wrote at the same time. */
  write<Result>(write: (table: Table) => Promise<Result>): Promise<Result>;
}

/** One table, with LanceDB's failures in our words; indexes that are damaged are made anew, once. */
export interface LanceTable extends TableAccess {
  version(): Promise<number>;
  /** Reads the table as it is now, or was at a version. */
  read<Result>(read: (table: Table) => Promise<Result>, at?: number): Promise<Result>;
  /** Lets go of handles of old versions. */
  leavePast(): void;
  close(): void;
}

/** A column is added only where nobody writes meanwhile, which takes many tries beside one that writes all the time. */
const TRIES = 100;
/** What is not there is mostly gone for good. */
const TRIES_FOR_MISSING = 12;
const LONGEST_WAIT_MS = 250;
/** Handles of old versions that are kept open: a run reads one version. */
const PAST_HANDLES = 3;

/**
 * Opens a table, and creates it where it is not there yet, also when others do so at the same time; of a store that is `made`
 * nothing may be missing (MEMORY_DAMAGED).
 */
export async function openLanceTable(
  house: LanceHouse,
  name: TableName,
  { made = false }: { readonly made?: boolean } = {},
): Promise<LanceTable> {
  const { folder, secrets } = house.place;
  const failing = (error: unknown): Error =>
    isDamage(error) && folder !== undefined && !existsSync(folder)
      ? new CrewError(
          'MEMORY_UNAVAILABLE',
          `expected the memory at ${house.shown}, found that it was removed`,
        )
      : lanceFailure(error, { place: house.shown, secrets });
  const rethrow = (error: unknown): never => {
    throw failing(error);
  };
  const table = await openOrCreate(house, name, made).catch(rethrow);
  const past = new Map<number, Promise<Table>>();
  const leavePast = (): void => {
    for (const handle of past.values()) handle.then(one => one.close()).catch(() => {});
    past.clear();
  };
  const pastTable = (at: number): Promise<Table> => {
    const known = past.get(at);
    if (known !== undefined) return known;
    const [oldest] = past.keys();
    if (past.size >= PAST_HANDLES && oldest !== undefined) past.delete(oldest);
    const opened = checkedOut(house, name, at);
    past.set(at, opened);
    opened.catch(() => past.delete(at));
    return opened;
  };
  const bare: TableAccess = {
    name,
    table,
    // Another process may clean a version away while it is read; then the next one is there.
    read: read =>
      read(table).catch((error: unknown) => {
        if (isMissing(error)) return read(table);
        throw error;
      }),
    write: write => persist(() => write(table)),
  };
  const whole = createMending(house, bare);
  return {
    name,
    table,
    version: () => table.version().catch(rethrow),
    async read(read, at) {
      if (at === undefined) return whole(() => bare.read(read)).catch(rethrow);
      try {
        return await read(await pastTable(at));
      } catch (error) {
        if (!isMissing(error) && !isDamage(error)) throw failing(error);
        past.delete(at);
        throw new CrewError(
          'MEMORY_VERSION_GONE',
          `expected version ${at} of \`${name}\` in the memory at ${house.shown}, found that it cannot be read any more`,
        );
      }
    },
    write: write => whole(() => bare.write(write)).catch(rethrow),
    leavePast,
    close() {
      leavePast();
      table.close();
    },
  };
}

async function openOrCreate(house: LanceHouse, name: TableName, made: boolean): Promise<Table> {
  try {
    return await house.db.openTable(name);
  } catch (error) {
    if (!isMissing(error)) throw error;
    if (made)
      throw new CrewError(
        'MEMORY_DAMAGED',
        `expected the table \`${name}\` in the memory at ${house.shown}, found none`,
      );
    await persist(() => createTable(house, name));
    return house.db.openTable(name);
  }
}

/**
 * Does something with a table; where its files are not as they were written but all of its rows can be read, once more, then
 * again with indexes that were made anew: others may have mended them meanwhile, or cleaned up.
 */
function createMending(house: LanceHouse, bare: TableAccess) {
  let mended: Promise<void> | undefined;
  return async <Result>(act: () => Promise<Result>): Promise<Result> => {
    try {
      return await act();
    } catch (error) {
      if (house.place.hosted || !isDamage(error)) throw error;
      await readAllRows(bare);
    }
    try {
      return await act();
    } catch (error) {
      if (!isDamage(error)) throw error;
      mended ??= mendIndexes(house, bare);
      await mended;
      return act();
    }
  };
}

async function checkedOut({ db }: LanceHouse, name: TableName, at: number): Promise<Table> {
  // A handle of its own: one that is checked out refuses to write.
  const table = await db.openTable(name);
  await table.checkout(at);
  return table;
}

/** Writes until nobody else was first; who waits how long is by lot, so that two do not meet again and again. */
async function persist<Result>(write: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await write();
    } catch (error) {
      const most = isConflict(error) ? TRIES : isMissing(error) ? TRIES_FOR_MISSING : 1;
      if (tried >= most) throw error;
      await wait(Math.random() * Math.min(LONGEST_WAIT_MS, 10 * 2 ** tried));
    }
  }
}
