import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CrewError } from '../../model/crew-error.ts';
import type { Forgotten } from '../../ports/memory-store.ts';
import { blockId } from './lance-blocks.ts';
import type { LanceCounters } from './lance-counters.ts';
import type { LanceHouse, LanceTable } from './lance-table.ts';
import { sqlOneOf } from './sql.ts';
import type { TableName } from './table-schemas.ts';
import { ensureIndexes, packTable, renewIndexes } from './table-upkeep.ts';

const DAY_MS = 86_400_000;
/** Each version brings a fragment, and each fragment makes a search slower until they are packed. */
const VERSIONS_BEFORE_PACKING = 64;
/** Words of rows that no index knows are looked for one row after another. */
const ROWS_BEFORE_PACKING = 1000;
const FRAGMENTS_LEFT_ALONE = 32;
const KEPT_DAYS = 7;
/** What nobody reads as it was is kept only as long as somebody may be reading it. */
const SHORT_KEEP_MS = 600_000;
/** Old versions may take so many times the room of the newest; beyond it, they are kept as short as may be. */
const MOST_COPIES = 10;
const BYTES_LEFT_ALONE = 100_000_000;
const IDS_AT_ONCE = 500;
const PURGES_TRIED = 5;
/** Others that have the store open are mostly about to close it. */
const PATIENCE_MS = 3000;
/** In a bucket nobody knows who else writes; a write takes no longer. */
const BUCKET_WRITE_MS = 10_000;
/** How often something was forgotten that older versions still hold. */
const PURGES_LEFT = 'purges left';

/** Keeps tables fast and small, and takes rows away for good. */
export interface LanceUpkeep {
  /** A version of a table was written; packs in the background when it is time. */
  wrote(name: TableName, rows: number): void;
  maintain(options: { readonly now: number; readonly keepDays: number }): Promise<void>;
  forget(ids: readonly string[]): Promise<Forgotten>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

type Tables = { readonly [Name in TableName]: LanceTable };

/** The upkeep of the tables of one store. */
export function createLanceUpkeep(house: LanceHouse, tables: Tables, counts: LanceCounters): LanceUpkeep {
  const since = new Map<TableName, { versions: number; rows: number }>();
  const packing = new Map<TableName, Promise<void>>();
  const all = Object.values(tables);
  let keptDays = KEPT_DAYS;

  const keepMsOf = (name: TableName): number =>
    name === 'notes' || name === 'blocks' ? keptDays * DAY_MS : SHORT_KEEP_MS;
  const pack = async (kept: LanceTable): Promise<void> => {
    await ensureIndexes(house, kept);
    // What lost against another writer is packed after the next versions.
    const bloated = await isBloated(house, kept);
    await packTable(kept, bloated ? SHORT_KEEP_MS : keepMsOf(kept.name), Date.now());
  };
  const packSoon = (kept: LanceTable): void => {
    if (house.place.hosted || packing.has(kept.name)) return;
    since.delete(kept.name);
    // What was written is safe without it, so whoever writes is not told; `maintain` says what is wrong.
    const packed = pack(kept)
      .catch(() => {})
      .finally(() => packing.delete(kept.name));
    packing.set(kept.name, packed);
  };
  const idle = async (): Promise<void> => {
    while (packing.size > 0) await Promise.all(packing.values());
  };
  return {
    idle,
    wrote(name, rows) {
      const before = since.get(name) ?? { versions: 0, rows: 0 };
      const now = { versions: before.versions + 1, rows: before.rows + rows };
      since.set(name, now);
      if (now.versions >= VERSIONS_BEFORE_PACKING || now.rows >= ROWS_BEFORE_PACKING) packSoon(tables[name]);
    },
    async maintain({ now, keepDays }) {
      if (house.place.hosted) return;
      await idle();
      keptDays = keepDays;
      if ((await counts.add(PURGES_LEFT, 0)) > 0) await purgeAlone(0);
      for (const kept of all) {
        const keepMs = keepMsOf(kept.name);
        await ensureIndexes(house, kept);
        if (!(await isDue(kept, now - keepMs))) continue;
        await packTable(kept, keepMs, now);
        kept.leavePast();
      }
    },
    async forget(ids) {
      await idle();
      const gone = await deleteRows(tables, ids);
      if (house.place.hosted || ids.length === 0) return { count: gone, heldByOthers: false };
      await counts.add(PURGES_LEFT, 1);
      return { count: gone, heldByOthers: !(await purgeAlone(PATIENCE_MS)) };
    },
  };

  /**
   * Cleans older versions away; false when others have the store open. What somebody writes that began with a version which is
   * not there any more would be written over whatever came since, and bring back what was deleted.
   */
  async function purgeAlone(patienceMs: number): Promise<boolean> {
    const purgeAll = async (): Promise<void> => {
      const left = await counts.add(PURGES_LEFT, 0);
      for (const kept of [tables.notes, tables.blocks, tables.changes]) await purge(house, kept);
      await counts.add(PURGES_LEFT, -left);
    };
    if (house.guard !== undefined) return house.guard.alone(purgeAll, patienceMs);
    if (house.place.folder !== undefined) return false;
    await purgeAll();
    return true;
  }
}

/** Deletes notes, blocks that are named by their scope and label, and what their history said of them. */
async function deleteRows(tables: Tables, ids: readonly string[]): Promise<number> {
  let gone = 0;
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    const part = ids.slice(from, from + IDS_AT_ONCE);
    const isBlock = `(what = 'block') = (target like '% %')`;
    const mine = `${isBlock} and ${sqlOneOf('target', part)}`;
    await tables.changes.write(table => table.delete(mine));
    const blocks = part.flatMap(blockIdOf);
    if (blocks.length > 0)
      gone += (await tables.blocks.write(table => table.delete(sqlOneOf('id', blocks)))).numDeletedRows;
    gone += (await tables.notes.write(table => table.delete(sqlOneOf('id', part)))).numDeletedRows;
  }
  return gone;
}

/** The row of a block that is named by its scope and label; no id of a note has a space. */
function blockIdOf(target: string): readonly string[] {
  const space = target.lastIndexOf(' ');
  return space < 0 ? [] : [blockId(target.slice(0, space), target.slice(space + 1))];
}

/** Whether old versions take many times the room of what is there now: each packing writes every row again. */
async function isBloated({ place }: LanceHouse, kept: LanceTable): Promise<boolean> {
  if (place.folder === undefined) return false;
  const { totalBytes } = await kept.read(table => table.stats());
  const used = await bytesIn(join(place.folder, `${kept.name}.lance`));
  return used > BYTES_LEFT_ALONE && used > MOST_COPIES * totalBytes;
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter(entry => entry.isFile())
    // Another process may clean up meanwhile.
    .map(entry =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Whether there are many small files, rows that no index knows, or versions that are not wanted any more. */
async function isDue(kept: LanceTable, before: number): Promise<boolean> {
  const { fragmentStats } = await kept.read(table => table.stats());
  if (fragmentStats.numFragments > FRAGMENTS_LEFT_ALONE) return true;
  const versions = await kept.read(table => table.listVersions());
  if (versions.slice(0, -1).some(({ timestamp }) => timestamp.getTime() < before)) return true;
  const indexes = await kept.read(table => table.listIndices());
  return indexes.some(index => (index.numUnindexedRows ?? 0) > ROWS_BEFORE_PACKING);
}

/**
 * Takes deleted rows out of the files: a delete only marks them, indexes still hold their words, and older versions hold
 * them whole. So every row is written again, the indexes are made anew, and all versions before are cleaned away.
 */
async function purge(house: LanceHouse, kept: LanceTable): Promise<void> {
  const column = { notes: 'rev', blocks: 'label', changes: 'what', counters: 'name' }[kept.name];
  await kept.write(async table => {
    const tags = await table.tags();
    for (const tag of Object.keys(await tags.list())) await tags.delete(tag);
    await table.update({ where: 'true', valuesSql: { [column]: column } });
  });
  await renewIndexes(house, kept);
  kept.leavePast();
  const now = Date.now() + 1;
  if (house.place.folder === undefined) await wait(BUCKET_WRITE_MS);
  for (let tried = 1; !(await packTable(kept, 0, now)); tried += 1) {
    if (tried === PURGES_TRIED)
      throw new CrewError(
        'MEMORY_UNAVAILABLE',
        `expected to clean up the memory at ${house.shown}, found that others write to it all the time; whoever closes it next tries again`,
      );
  }
  await ensureIndexes(house, kept);
}
