import type { MemoryChange } from '../../model/memory.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { createBatchQueue } from './batch-queue.ts';
import type { LanceTable } from './lance-table.ts';
import { sqlText } from './sql.ts';

const CHANGES_AT_ONCE = 512;

/** The table `changes`: what was done to notes and blocks, once for each id. */
export function createLanceChanges(
  changes: LanceTable,
  wrote: (rows: number) => void,
): Pick<MemoryStore, 'record' | 'changes'> & { idle(): Promise<void> } {
  const queue = createBatchQueue<readonly MemoryChange[]>(async recorded => {
    const rows = new Map(recorded.flat().map(change => [change.id, rowOf(change)]));
    wrote(rows.size);
    await changes.write(async table => {
      await table
        .mergeInsert('id')
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute([...rows.values()]);
    });
  }, CHANGES_AT_ONCE);
  return {
    idle: queue.idle,
    async record(recorded) {
      if (recorded.length > 0) await queue.add(recorded);
    },
    async changes({ target, runId }, { limit }) {
      if (limit <= 0) return [];
      const conditions = [
        ...(target === undefined ? [] : [`target = ${sqlText(target)}`]),
        ...(runId === undefined ? [] : [`run_id = ${sqlText(runId)}`]),
      ];
      return changes.read(async table => {
        const columns = ['at', 'id'];
        const query = table
          .query()
          .orderBy(columns.map(columnName => ({ columnName, ascending: false })))
          .select([...columns, 'json'])
          .limit(limit);
        const asked = conditions.length === 0 ? query : query.where(conditions.join(' and '));
        const found = await asked.toArrow();
        const json = found.getChild('json');
        return Array.from({ length: found.numRows }, (_, row) => JSON.parse(String(json?.get(row))));
      });
    },
  };
}

function rowOf(change: MemoryChange) {
  const { id, at, what, target, by } = change;
  return { id, at, what, target, run_id: by.runId, json: JSON.stringify(change) };
}
