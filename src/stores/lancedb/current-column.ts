import type { Table } from '@lancedb/lancedb';
import { type VectorColumn, vectorColumnsAmong } from './vector-column.ts';

interface SeenColumn {
  readonly version: number;
  readonly column: VectorColumn | undefined;
}

/** What each handle had at the version that was last asked for: a schema costs as much as a search of a small table. */
const seen = new WeakMap<Table, SeenColumn>();

/** The column of vectors that a table has; of several, which only stand there while embedders change, the latest. */
export async function vectorColumnIn(table: Table): Promise<VectorColumn | undefined> {
  const version = await table.version();
  const known = seen.get(table);
  if (known?.version === version) return known.column;
  const schema = await table.schema();
  const column = vectorColumnsAmong(schema.fields.map(({ name }) => name)).at(-1);
  seen.set(table, { version, column });
  return column;
}
