import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { CrewError } from '../../model/crew-error.ts';
import type { LanceHouse } from './lance-table.ts';

/** Says whether anybody else has a store open. */
export interface OpenGuard {
  /** Does something while nobody else has the store open; false, and nothing is done, when somebody has for so long. */
  alone(act: () => Promise<void>, patienceMs: number): Promise<boolean>;
  release(): void;
}

const POLL_MS = 20;
/** Who is alone writes every row again, which takes seconds at 100,000 notes. */
const ENTRY_TIMEOUT_MS = 120_000;

/**
 * Joins those who have a store open, until the release. They hold the system's lock on an empty database together, so that a
 * process that was killed holds none. In a bucket, and in a folder where nothing may be written, nobody can tell: undefined.
 * Fails with MEMORY_UNAVAILABLE when somebody has been alone with it for too long.
 */
export async function joinOthers({ place, shown }: LanceHouse): Promise<OpenGuard | undefined> {
  const opened = openDatabase(place.folder);
  if (opened === undefined) return undefined;
  const { database, canWrite } = opened;
  const enter = async (): Promise<void> => {
    if (await persist(() => share(database), ENTRY_TIMEOUT_MS)) return;
    database.close();
    const message = `expected the memory at ${shown} to be within reach, found that another process cleans it up all the time`;
    throw new CrewError('MEMORY_UNAVAILABLE', message);
  };
  await enter();
  let last: Promise<unknown> = Promise.resolve();
  const alone = async (act: () => Promise<void>, patienceMs: number): Promise<boolean> => {
    database.exec('COMMIT');
    const isAlone = canWrite && (await persist(() => database.exec('BEGIN EXCLUSIVE'), patienceMs));
    try {
      if (isAlone) await act();
    } finally {
      if (isAlone) database.exec('COMMIT');
      await enter();
    }
    return isAlone;
  };
  return {
    alone(act, patienceMs) {
      const mine = last.then(() => alone(act, patienceMs));
      last = mine.catch(() => undefined);
      return mine;
    },
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** Who may only read has it open, too, but is never alone. */
function openDatabase(
  folder: string | undefined,
): { readonly database: DatabaseSync; readonly canWrite: boolean } | undefined {
  if (folder === undefined) return undefined;
  const file = join(folder, '.guard');
  try {
    const database = new DatabaseSync(file);
    accessSync(file, constants.W_OK);
    return { database, canWrite: true };
  } catch {
    return existsSync(file)
      ? { database: new DatabaseSync(file, { readOnly: true }), canWrite: false }
      : undefined;
  }
}

/** A transaction holds its lock from its first reading on. */
function share(database: DatabaseSync): void {
  database.exec('BEGIN');
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Tries until nobody is in the way; false when somebody was for so long. */
async function persist(act: () => void, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      act();
      return true;
    } catch (error) {
      if (!isHeld(error)) throw error;
      if (performance.now() >= deadline) return false;
      await wait(POLL_MS);
    }
  }
}

function isHeld(error: unknown): boolean {
  return error instanceof Error && /locked|busy/i.test(error.message);
}
