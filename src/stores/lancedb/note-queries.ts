import type { Query, Table, VectorQuery } from '@lancedb/lancedb';
import type { NoteFilter } from '../../ports/memory-store.ts';
import { type ReadNote, readNotes } from './note-rows.ts';
import { sqlFilter, sqlOneOf } from './sql.ts';
import type { VectorColumn } from './vector-column.ts';

/** Ids that are asked for at once; longer conditions take longer to plan than to answer. */
const IDS_AT_ONCE = 500;

/** A query over the notes that a filter means; it narrows the query that it is given. */
export function narrowedBy<Asked extends Query | VectorQuery>(query: Asked, filter: NoteFilter): Asked {
  const where = sqlFilter(filter);
  if (where !== undefined) query.where(where);
  return query;
}

/** The notes that a query gives, in its order. */
export async function selected(
  query: Query | VectorQuery,
  column: VectorColumn | undefined,
  score?: '_score' | '_distance',
): Promise<readonly ReadNote[]> {
  const columns = ['json', 'rev', ...(column === undefined ? [] : [column.name])];
  const table = await query.select(score === undefined ? columns : [...columns, score]).toArrow();
  return readNotes(table, column);
}

/** A page of notes in the order of their writing. */
export interface Page {
  readonly limit: number;
  readonly order: 'newest' | 'oldest';
  readonly offset: number;
}

/** The ids of a page. The notes are read after that: whole ones would be sorted whole. */
export async function sortedIds(
  table: Table,
  where: string | undefined,
  { limit, order, offset }: Page,
): Promise<readonly string[]> {
  const columns = ['created_at', 'seq', 'id'];
  const ascending = order === 'oldest';
  const query = table
    .query()
    .orderBy(columns.map(columnName => ({ columnName, ascending })))
    .select(columns)
    .limit(limit + offset);
  const found = await (where === undefined ? query : query.where(where)).toArrow();
  const ids = found.getChild('id');
  return Array.from({ length: found.numRows }, (_, at) => String(ids?.get(at))).slice(offset);
}

/** Notes by their ids; those that are not there are left out. */
export async function notesById(
  table: Table,
  ids: readonly string[],
  column: VectorColumn | undefined,
): Promise<ReadonlyMap<string, ReadNote>> {
  const parts = Array.from({ length: Math.ceil(ids.length / IDS_AT_ONCE) }, (_, part) =>
    ids.slice(part * IDS_AT_ONCE, (part + 1) * IDS_AT_ONCE),
  );
  const found = await Promise.all(
    parts.map(part => selected(table.query().where(sqlOneOf('id', part)).limit(part.length), column)),
  );
  return new Map(found.flat().map(one => [one.note.id, one]));
}
