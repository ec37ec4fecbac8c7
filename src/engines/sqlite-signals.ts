import type { DatabaseSync } from 'node:sqlite';
import { CrewError } from '../model/crew-error.ts';
import type { RunSignal } from '../ports/engine.ts';
import { guarded, inTransaction } from './sqlite-access.ts';

/** Writes a signal behind those that a run has, and gives its id. Fails with RUN_NOT_FOUND. */
export function insertSignal(database: DatabaseSync, runId: string, signal: Omit<RunSignal, 'id'>): string {
  return guarded('a signal', () =>
    inTransaction(database, () => {
      if (database.prepare('SELECT 1 FROM runs WHERE run_id = ?').get(runId) === undefined) {
        throw new CrewError('RUN_NOT_FOUND', `no run \`${runId}\` in this journal`);
      }
      const row = database.prepare('SELECT max(nth) AS last FROM signals WHERE run_id = ?').get(runId);
      const nth = Number(row?.last ?? 0) + 1;
      const id = `${runId}/${nth}`;
      database
        .prepare('INSERT INTO signals (run_id, nth, signal) VALUES (?, ?, ?)')
        .run(runId, nth, JSON.stringify({ ...signal, id }));
      return id;
    }),
  );
}

/** The signals that were left for a run, in order. */
export function readSignals(database: DatabaseSync, runId: string): readonly RunSignal[] {
  const rows = guarded('the signals', () =>
    database.prepare('SELECT signal FROM signals WHERE run_id = ? ORDER BY nth').all(runId),
  );
  return rows.map(row => JSON.parse(String(row.signal)) as RunSignal);
}
