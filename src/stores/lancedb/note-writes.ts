import type { Table } from '@lancedb/lancedb';
import type { MemoryNote } from '../../model/memory.ts';
import { mergedNote } from '../../model/merged-note.ts';
import type { MemoryStore, StoredNote, StoreEmbedder } from '../../ports/memory-store.ts';
import { changedNote } from '../changed-note.ts';
import { checkVector } from '../check-vector.ts';
import { type BatchQueue, createBatchQueue } from './batch-queue.ts';
import { vectorColumnIn } from './current-column.ts';
import type { LanceTable } from './lance-table.ts';
import { noteRow, readNotes } from './note-rows.ts';
import { sqlOneOf } from './sql.ts';
import { vectorColumnOf, vectorColumnsAmong } from './vector-column.ts';

/** The most wishes that become one version. */
const WISHES_AT_ONCE = 512;
/** How often a change is made again because others changed the same note. */
const TRIES = 30;

type Change = (note: MemoryNote) => MemoryNote;
type Wish =
  | { readonly put: readonly StoredNote[]; readonly of: StoreEmbedder | undefined }
  | { readonly rewrite: readonly string[]; readonly change: Change };

/** Writes to the table `notes`, and changes of what is there. */
export interface NoteWrites extends Pick<MemoryStore, 'setEmbedder' | 'put' | 'change' | 'merge' | 'credit'> {
  /** Changes notes that are there, as often as others come in between; later changes see earlier ones. */
  rewrite(ids: readonly string[], change: Change): Promise<void>;
  idle(): Promise<void>;
}

/** Writes to the table `notes`; `wrote` is told how many rows each version brought. */
export function createNoteWrites(notes: LanceTable, wrote: (rows: number) => void): NoteWrites {
  const queue: BatchQueue<Wish> = createBatchQueue(async wishes => {
    for (const alike of runsOf(wishes)) {
      wrote(alike.reduce((sum, wish) => sum + ('put' in wish ? wish.put : wish.rewrite).length, 0));
      const puts = alike.flatMap(wish => ('put' in wish ? [wish] : []));
      const rewrites = alike.flatMap(wish => ('rewrite' in wish ? [wish] : []));
      if (puts.length > 0) await upsert(notes, puts);
      else await rewriteAll(notes, rewrites);
    }
  }, WISHES_AT_ONCE);
  const rewrite = async (ids: readonly string[], change: Change): Promise<void> => {
    if (ids.length > 0) await queue.add({ rewrite: ids, change });
  };
  return {
    rewrite,
    idle: queue.idle,
    async setEmbedder(embedder) {
      await queue.idle();
      await notes.write(table => changeColumn(table, embedder));
      notes.leavePast();
      wrote(1);
    },
    async put(stored) {
      const of = (await notes.read(vectorColumnIn))?.embedder;
      for (const { vector } of stored) if (vector !== undefined) checkVector(vector, of?.dims);
      if (stored.length > 0) await queue.add({ put: stored, of });
    },
    change: (ids, change) => rewrite(ids, note => changedNote(note, change)),
    merge: (id, again) => rewrite([id], note => mergedNote(note, again)),
    credit: (id, by) =>
      rewrite([id], note => {
        if (note.lesson === undefined) return note;
        const { uses, passes, fails } = note.lesson;
        const figures = { uses: uses + by.uses, passes: passes + by.passes, fails: fails + by.fails };
        return { ...note, lesson: { ...note.lesson, ...figures } };
      }),
  };
}

/** Wishes of one kind that came one after another. */
function runsOf(wishes: readonly Wish[]): readonly (readonly Wish[])[] {
  const runs: Wish[][] = [];
  for (const wish of wishes) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && 'put' in last[0] === 'put' in wish) last.push(wish);
    else runs.push([wish]);
  }
  return runs;
}

type Put = Extract<Wish, { readonly put: unknown }>;
type Rewrite = Extract<Wish, { readonly rewrite: unknown }>;

/** Of two notes with one id in a batch the later one is written: LanceDB would refuse both. */
async function upsert(notes: LanceTable, puts: readonly Put[]): Promise<void> {
  await notes.write(async table => {
    const column = await vectorColumnIn(table);
    const rows = new Map(
      puts.flatMap(({ put, of }) =>
        put.map(stored => {
          // The embedder was changed since: the note stays, a vector of the other one must not be compared.
          const fits = of !== undefined && of.id === column?.embedder.id;
          return [stored.note.id, noteRow(fits ? stored : { note: stored.note }, column)] as const;
        }),
      ),
    );
    await table
      .mergeInsert('id')
      .whenMatchedUpdateAll()
      .whenNotMatchedInsertAll()
      .execute([...rows.values()]);
  });
}

async function rewriteAll(notes: LanceTable, rewrites: readonly Rewrite[]): Promise<void> {
  const changes = new Map<string, Change[]>();
  for (const { rewrite, change } of rewrites)
    for (const id of new Set(rewrite)) changes.set(id, [...(changes.get(id) ?? []), change]);
  let left = [...changes.keys()];
  for (let tried = 0; left.length > 0; tried += 1) {
    if (tried === TRIES) throw new Error(`${left.length} notes changed all the time while they were changed`);
    left = [...(await notes.write(table => rewriteOnce(table, left, changes)))];
  }
}

/** Changes notes over the writing that was read of each, and gives the ids of those that others wrote meanwhile. */
async function rewriteOnce(
  table: Table,
  ids: readonly string[],
  changes: ReadonlyMap<string, readonly Change[]>,
): Promise<readonly string[]> {
  const column = await vectorColumnIn(table);
  const columns = ['json', 'rev', ...(column === undefined ? [] : [column.name])];
  const asked = table.query().where(sqlOneOf('id', ids)).select(columns).limit(ids.length);
  const rows = readNotes(await asked.toArrow(), column).map(({ rev, score: _none, ...stored }) => {
    const changed = (changes.get(stored.note.id) ?? []).reduce((note, change) => change(note), stored.note);
    return noteRow({ ...stored, note: changed }, column, rev);
  });
  if (rows.length === 0) return [];
  const { numUpdatedRows } = await table
    .mergeInsert('id')
    .whenMatchedUpdateAll({ where: 'target.rev = source.was' })
    .execute(rows);
  if (numUpdatedRows === rows.length) return [];
  const written = new Set(rows.map(({ rev }) => rev));
  const now = await table.query().where(sqlOneOf('id', ids)).select(columns).limit(ids.length).toArrow();
  return readNotes(now, column).flatMap(({ note, rev }) => (written.has(rev) ? [] : [note.id]));
}

/**
 * The column of the embedder comes before others go, so that there is one at every moment. One that stands there from a change
 * that was cut off has vectors of long ago, if any, and is made anew.
 */
async function changeColumn(table: Table, embedder: StoreEmbedder): Promise<void> {
  const { name, width } = vectorColumnOf(embedder);
  const columns = await columnNames(table);
  if (columns.at(-1) !== name) {
    if (columns.includes(name)) await table.dropColumns([name]);
    const valueSql = `arrow_cast(null, 'FixedSizeList(${width}, Float32)')`;
    await table.addColumns([{ name, valueSql }]);
  }
  const now = await columnNames(table);
  // Where it is not the last one, somebody else changes the embedder, too, and sees to the rest.
  const others = now.at(-1) === name ? now.filter(other => other !== name) : [];
  if (others.length > 0) await table.dropColumns(others);
}

async function columnNames(table: Table): Promise<readonly string[]> {
  const { fields } = await table.schema();
  return vectorColumnsAmong(fields.map(({ name }) => name)).map(({ name }) => name);
}
