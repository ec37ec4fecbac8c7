import type { DatabaseSync } from 'node:sqlite';
import { CrewError } from '../model/crew-error.ts';

/** Runs `work` in one write transaction: all of it is on disk after, or nothing. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Runs database work and turns what goes wrong into a coded error about `what`. */
export function guarded<Result>(what: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw asCrewError(error, what);
  }
}

/** The coded error behind a SQLite error; any other error comes back as it is. */
export function asCrewError(error: unknown, what: string): unknown {
  // SQLite's primary result codes: 11 and 26 are a damaged file, 13 is a full disk; the rest is in the way of writing.
  if (error instanceof CrewError || !(error instanceof Error)) return error;
  const sqliteCode = Number((error as Error & { errcode?: number }).errcode) & 0xff;
  const systemCode = (error as NodeJS.ErrnoException).code;
  if (sqliteCode === 13 || systemCode === 'ENOSPC' || systemCode === 'EDQUOT')
    return new CrewError('JOURNAL_FULL', `no room on the disk for ${what}`, { cause: error });
  if (sqliteCode === 11 || sqliteCode === 26) {
    return new CrewError('JOURNAL_DAMAGED', `${what} cannot be read: ${error.message}`, { cause: error });
  }
  if ('errcode' in error || 'code' in error) {
    return new CrewError('JOURNAL_UNAVAILABLE', `${what} cannot be written: ${error.message}`, {
      cause: error,
    });
  }
  return error;
}
