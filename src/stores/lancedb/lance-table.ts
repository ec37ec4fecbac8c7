import { setTimeout as wait } from 'node:timers/promises';
import type { Connection, Table } from '@lancedb/lancedb';
import { CrewError } from '../../model/crew-error.ts';
import { createTable } from './create-table.ts';
import { isConflict, isMissing, lanceFailure } from './lance-failure.ts';
import type { LancePlace } from './lance-place.ts';
import type { LancePackages } from './load-lance.ts';
import type { TableName } from './table-schemas.ts';

/** What all tables of a store share. */
export interface LanceHouse extends LancePackages {
  readonly db: Connection;
  readonly place: LancePlace;
  /** Where it is, as people know it. */
  readonly shown: string;
}

/** One table: reads and writes of it, with LanceDB's failures in our words. */
export interface LanceTable {
  readonly name: TableName;
  /** The handle of the table as it is now. */
  readonly table: Table;
  version(): Promise<number>;
  /** Reads the table as it is now, or was at a version. */
  read<Result>(read: (table: Table) => Promise<Result>, at?: number): Promise<Result>;
  /** Writes; may be asked to write again when others wrote at the same time. */
  write<Result>(write: (table: Table) => Promise<Result>): Promise<Result>;
  /** Lets go of handles of old versions. */
  leavePast(): void;
  close(): void;
}

const TRIES = 12;
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
  const failing = (error: unknown): Error =>
    lanceFailure(error, { place: house.shown, secrets: house.place.secrets });
  const table = await openOrCreate(house, name, made).catch((error: unknown) => {
    throw failing(error);
  });
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
  return {
    name,
    table,
    version: () => table.version(),
    async read(read, at) {
      try {
        if (at !== undefined) return await read(await pastTable(at));
        // Another process may clean a version away while it is read; then the next one is there.
        return await read(table).catch((error: unknown) => {
          if (isMissing(error)) return read(table);
          throw error;
        });
      } catch (error) {
        if (at === undefined || !isMissing(error)) throw failing(error);
        past.delete(at);
        throw new CrewError(
          'MEMORY_VERSION_GONE',
          `expected version ${at} of \`${name}\` in the memory at ${house.shown}, found that it was cleaned away`,
        );
      }
    },
    async write(write) {
      try {
        return await persist(() => write(table));
      } catch (error) {
        throw failing(error);
      }
    },
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
      if (tried >= TRIES || !(isConflict(error) || isMissing(error))) throw error;
      await wait(Math.random() * Math.min(LONGEST_WAIT_MS, 10 * 2 ** tried));
    }
  }
}
