import type { Table } from '@lancedb/lancedb';
import { STOP_WORDS } from '../stop-words.ts';
import { isConflict } from './lance-failure.ts';
import type { LanceHouse, LanceTable, TableAccess } from './lance-table.ts';
import type { LancePackages } from './load-lance.ts';
import { vectorColumnsAmong } from './vector-column.ts';

/** Below so many rows a look at every vector is as fast as an index. */
const ROWS_FOR_VECTOR_INDEX = 20_000;
/** Below so many rows other indexes save nothing. */
const ROWS_FOR_INDEXES = 1000;
/** Longer words are not found; ids and hashes are. */
const LONGEST_WORD = 128;
const MINUTE_MS = 60_000;
/** The column that words are searched in. */
const WORDS = 'search_text';
const NO_INDEX = /index not found/i;

type IndexKind = 'words' | 'order' | 'few' | 'list';

const INDEXES: { readonly [table: string]: readonly (readonly [column: string, kind: IndexKind])[] } = {
  notes: [
    ['id', 'order'],
    ['seq', 'order'],
    ['created_at', 'order'],
    ['hash', 'order'],
    ['run_id', 'order'],
    ['scope', 'few'],
    ['state', 'few'],
    ['kind', 'few'],
    ['tags', 'list'],
    ['evidence', 'list'],
  ],
  blocks: [],
  changes: [
    ['target', 'order'],
    ['run_id', 'order'],
  ],
  counters: [['name', 'order']],
};

/** LanceDB takes each one once only: a write that is made again needs another. */
function indexConfig(kind: IndexKind, { lancedb }: LancePackages) {
  switch (kind) {
    case 'words':
      return lancedb.Index.fts({
        stem: true,
        removeStopWords: true,
        customStopWords: [...STOP_WORDS],
        maxTokenLength: LONGEST_WORD,
        withPosition: false,
      });
    case 'order':
      return lancedb.Index.btree();
    case 'few':
      return lancedb.Index.bitmap();
    case 'list':
      return lancedb.Index.labelList();
  }
}

/** Makes the index without which words cannot be searched, if nobody has yet, or `anew` in place of the one that is there. */
export async function ensureWords(
  house: LanceHouse,
  notes: TableAccess,
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<void> {
  const config = () => indexConfig('words', house);
  await notes.write(table =>
    anew ? table.createIndex(WORDS, { config: config(), replace: true }) : addIndex(table, WORDS, config),
  );
}

/** Takes all indexes of a table away but that of words, without looking into them. */
export async function dropIndexes(kept: TableAccess): Promise<void> {
  const columns = (INDEXES[kept.name] ?? []).map(([column]) => column);
  for (const column of [...columns, ...(await vectorsOf(kept)).map(({ name }) => name)])
    await kept.write(table => dropIndex(table, column));
}

/** Makes the indexes that are worth their while by now. */
export async function ensureIndexes(house: LanceHouse, kept: TableAccess): Promise<void> {
  if (house.place.hosted) return;
  const rows = await kept.read(table => table.countRows());
  if (rows < ROWS_FOR_INDEXES) return;
  for (const [column, kind] of INDEXES[kept.name] ?? [])
    await kept.write(table => addIndex(table, column, () => indexConfig(kind, house)));
  if (kept.name !== 'notes' || rows < ROWS_FOR_VECTOR_INDEX) return;
  for (const { name } of await vectorsOf(kept)) {
    const vectors = await kept.read(table => table.countRows(`${name} is not null`));
    if (vectors < ROWS_FOR_VECTOR_INDEX) continue;
    const config = () => house.lancedb.Index.ivfRq({ distanceType: 'cosine' });
    await kept.write(table => addIndex(table, name, config));
  }
}

/** Makes all indexes of a table again, so that no word of a row that is gone stays in one. */
export async function renewIndexes(house: LanceHouse, kept: LanceTable): Promise<void> {
  const there = new Set((await kept.read(table => table.listIndices())).flatMap(({ columns }) => columns));
  const kinds = new Map<string, IndexKind>([[WORDS, 'words'], ...(INDEXES[kept.name] ?? [])]);
  for (const [column, kind] of kinds) {
    if (!there.has(column)) continue;
    await kept.write(table => table.createIndex(column, { config: indexConfig(kind, house), replace: true }));
  }
  for (const { name } of await vectorsOf(kept))
    if (there.has(name)) await kept.write(table => dropIndex(table, name));
}

/**
 * Packs rows into few files, takes new rows into the indexes and cleans away versions that are older than `keepMs`. False
 * when others wrote at the same time and it was left for later.
 */
export async function packTable(kept: LanceTable, keepMs: number, now: number): Promise<boolean> {
  return kept.read(async table => {
    try {
      const olderThan = Math.min(now - keepMs, await oldestTagged(table));
      await table.optimize({ cleanupOlderThan: new Date(olderThan) });
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  });
}

/** A version with a tag cannot be cleaned away: where one is older than the rest, all cleaning would fail for ever. */
async function oldestTagged(table: Table): Promise<number> {
  const tags = Object.values(await (await table.tags()).list()).map(({ version }) => version);
  if (tags.length === 0) return Number.POSITIVE_INFINITY;
  const versions = await table.listVersions();
  const times = versions.filter(({ version }) => tags.includes(version)).map(one => one.timestamp.getTime());
  return Math.min(...times) - MINUTE_MS;
}

async function vectorsOf(kept: TableAccess) {
  if (kept.name !== 'notes') return [];
  const schema = await kept.read(table => table.schema());
  return vectorColumnsAmong(schema.fields.map(({ name }) => name));
}

/** Drops the index of a column, by the name that LanceDB gave it; there may be none. */
async function dropIndex(table: Table, column: string): Promise<void> {
  await table.dropIndex(`${column}_idx`).catch((error: unknown) => {
    if (!NO_INDEX.test(String(error))) throw error;
  });
}

async function addIndex(
  table: Table,
  column: string,
  config: () => ReturnType<typeof indexConfig>,
): Promise<void> {
  const indexes = await table.listIndices();
  if (indexes.some(({ columns }) => columns.includes(column))) return;
  await table.createIndex(column, { config: config(), replace: false });
}
