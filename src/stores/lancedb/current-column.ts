import type { Table } from '@lancedb/lancedb';
import { type VectorColumn, vectorColumnsAmong } from './vector-column.ts';

/** The column of vectors that a table has; of several, which only stand there while embedders change, the latest. */
export async function vectorColumnIn(table: Table): Promise<VectorColumn | undefined> {
  const schema = await table.schema();
  return vectorColumnsAmong(schema.fields.map(({ name }) => name)).at(-1);
}
