import type { Table } from '@lancedb/lancedb';
import type { MemoryNote } from '../../model/memory.ts';
import type { MemoryStore, NoteFilter, ScoredNote, StoredNote } from '../../ports/memory-store.ts';
import { checkVector } from '../check-vector.ts';
import { byText, byTime, isSomewhere } from '../held-note.ts';
import { matchesFilter } from '../matches-filter.ts';
import { tallyWords } from '../tally-words.ts';
import { vectorColumnIn } from './current-column.ts';
import type { LanceTable } from './lance-table.ts';
import { narrowedBy, notesById, type Page, selected, sortedIds } from './note-queries.ts';
import type { ReadNote } from './note-rows.ts';
import { sqlFilter } from './sql.ts';
import type { VectorColumn } from './vector-column.ts';

/** Parts of the index that are looked into, and how many more vectors than wanted are compared exactly. */
const PROBES = 20;
const REFINED = 3;

/** What of a store only reads notes. */
export type NoteReads = Pick<
  MemoryStore,
  'embedder' | 'get' | 'find' | 'lexical' | 'nearest' | 'unembedded' | 'count' | 'tally'
>;

/** Reads of the table `notes`. What a query gives is held against the filter once more: a scope is a wall. */
export function createNoteReads(notes: LanceTable, versionOf: (at: number) => number): NoteReads {
  const read = <Result>(
    at: number | undefined,
    query: (table: Table, column: VectorColumn | undefined) => Promise<Result>,
  ): Promise<Result> => {
    const version = at === undefined ? undefined : versionOf(at);
    return notes.read(async table => query(table, await vectorColumnIn(table)), version);
  };
  return {
    embedder: () => read(undefined, async (_, column) => column?.embedder),
    async get(ids, { at } = {}) {
      const wanted = [...new Set(ids)];
      if (wanted.length === 0) return [];
      const found = await read(at, (table, column) => notesById(table, wanted, column));
      return wanted.flatMap(id => shownIf(found.get(id)));
    },
    async find(filter, { limit, at, order, offset = 0 }) {
      if (limit <= 0) return [];
      const page = { limit, order, offset };
      // What is named one by one is not much, and read in one go.
      const few = filter.ids !== undefined || filter.seqs !== undefined;
      const found = await read(at, table =>
        few ? fewOf(table, filter, page) : pageOf(table, sqlFilter(filter), page),
      );
      return found.filter(note => matchesFilter(note, filter));
    },
    async lexical(text, filter, { limit, at }) {
      if (limit <= 0 || text.trim() === '') return [];
      const found = await read(at, (table, column) =>
        selected(
          narrowedBy(table.query().fullTextSearch(text, { columns: ['search_text'] }), filter).limit(limit),
          column,
          '_score',
        ),
      );
      return best(found, filter).filter(({ score }) => score > 0);
    },
    async nearest(vector, filter, { limit, at }) {
      const now = await read(undefined, async (_, column) => column);
      if (now === undefined) return [];
      checkVector(vector, now.embedder.dims);
      if (limit <= 0 || !isSomewhere(vector)) return [];
      const found = await read(at, async (table, column) => {
        // As it was then, the table had vectors of another embedder.
        if (column?.name !== now.name) return [];
        const padded = Float32Array.from({ length: column.width }, (_, index) => vector[index] ?? 0);
        const query = table
          .vectorSearch(padded)
          .column(column.name)
          .distanceType('cosine')
          .nprobes(PROBES)
          .refineFactor(REFINED);
        return selected(narrowedBy(query, filter).limit(limit), column, '_distance');
      });
      return best(found, filter).filter(one => isSomewhere(one.vector));
    },
    unembedded: limit =>
      read(undefined, (table, column) => {
        const where = column === undefined ? undefined : `${column.name} is null`;
        return pageOf(table, where, { limit, order: 'oldest', offset: 0 });
      }),
    count: filter => read(undefined, table => table.countRows(sqlFilter(filter))),
    tally: (by, filter) =>
      read(undefined, async table => {
        const found = await narrowedBy(table.query(), filter).select([by]).toArrow();
        const words = found.getChild(by);
        return tallyWords(Array.from({ length: found.numRows }, (_, at) => String(words?.get(at))));
      }),
  };
}

async function pageOf(table: Table, where: string | undefined, page: Page): Promise<readonly MemoryNote[]> {
  const ids = await sortedIds(table, where, page);
  const found = await notesById(table, ids, undefined);
  return ids.flatMap(id => found.get(id)?.note ?? []);
}

async function fewOf(
  table: Table,
  filter: NoteFilter,
  { limit, order, offset }: Page,
): Promise<readonly MemoryNote[]> {
  const found = await selected(narrowedBy(table.query(), filter), undefined);
  const sign = order === 'oldest' ? 1 : -1;
  const notes = found.map(({ note }) => note);
  return notes.sort((a, b) => sign * byTime(a, b)).slice(offset, offset + limit);
}

function shownIf(found: ReadNote | undefined): readonly StoredNote[] {
  if (found === undefined) return [];
  const { note, vector } = found;
  return [vector === undefined ? { note } : { note, vector }];
}

function best(found: readonly ReadNote[], filter: NoteFilter): readonly ScoredNote[] {
  return found
    .filter(({ note }) => matchesFilter(note, filter))
    .sort((a, b) => b.score - a.score || byText(a.note.id, b.note.id))
    .flatMap(one => shownIf(one).map(shown => ({ ...shown, score: one.score })));
}
