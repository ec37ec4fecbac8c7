import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { CrewError } from '../../model/crew-error.ts';
import type { MemoryStore, StoreEmbedder } from '../../ports/memory-store.ts';
import { createDelayedTouches } from './delayed-touches.ts';
import { createLanceBlocks } from './lance-blocks.ts';
import { createLanceChanges } from './lance-changes.ts';
import { createLanceCounters } from './lance-counters.ts';
import { lanceFailure } from './lance-failure.ts';
import { lancePlace } from './lance-place.ts';
import { type LanceHouse, type LanceTable, openLanceTable } from './lance-table.ts';
import { createLanceUpkeep } from './lance-upkeep.ts';
import { loadLance } from './load-lance.ts';
import { createNoteReads } from './note-reads.ts';
import { createNoteWrites } from './note-writes.ts';
import { joinOthers } from './open-guard.ts';
import {
  expectIdentity,
  giveIdentity,
  knownIdentity,
  mustHaveCounters,
  otherStore,
} from './store-identity.ts';
import { blocksVersion, currentVersion, notesVersion } from './store-version.ts';
import { ensureWords } from './table-upkeep.ts';

const INDEX_CACHE_BYTES = 256n << 20n;
const METADATA_CACHE_BYTES = 64n << 20n;
/** How the tables are laid out. A store of a later layout is not touched. */
const FORMAT = 1;

/** Where a memory is, and how it is reached. */
export interface LanceStoreOptions {
  /** A folder, or an address that begins with `s3://`, `gs://`, `az://` or `db://`. */
  readonly place: string;
  /** The same for people, without secrets. */
  readonly redactedPlace: string;
  /** What vectors are of, for a store that has none yet. */
  readonly embedder?: StoreEmbedder;
  /** The usual variables of each kind of place: `AWS_*`, `GOOGLE_*`, `AZURE_*`, `LANCEDB_API_KEY`. */
  readonly env: { readonly [name: string]: string | undefined };
  /** Which store it has to be; no other one is opened then, and none is made. */
  readonly identity?: string;
  /** Hears of what was damaged and could be mended. */
  readonly onNotice?: (text: string) => void;
}

/**
 * Opens a memory in LanceDB, and creates it where there is none; several processes may have it open. Promise 2 of the port
 * is held by one commit for all writes that are waiting, promises 1 and 4 by keys and conditions of LanceDB. Fails with
 * MEMORY_UNAVAILABLE or MEMORY_DAMAGED.
 * @see ../../decisions/0032-memory-in-lancedb.md
 */
export async function openLanceStore(options: LanceStoreOptions): Promise<MemoryStore> {
  const alone = await connect(options);
  const made = await mustHaveCounters(alone, options);
  if (alone.place.folder !== undefined) await makeFolder(alone.place.folder);
  const house = { ...alone, guard: await joinOthers(alone) };
  try {
    return await openTables(house, options, made);
  } catch (error) {
    house.guard?.release();
    throw error;
  }
}

/** Where it cannot be made, LanceDB says so. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(() => {});
}

async function openTables(
  house: LanceHouse,
  options: LanceStoreOptions,
  made: { readonly made: boolean },
): Promise<MemoryStore> {
  const counters = await openLanceTable(house, 'counters', made);
  await checkFormat(counters, options.redactedPlace);
  const known = await knownIdentity(counters);
  const open = (name: LanceTable['name']) => openLanceTable(house, name, { made: known !== undefined });
  const [notes, blocks, changes] = await Promise.all([open('notes'), open('blocks'), open('changes')]);
  await ensureWords(house, notes);
  // It is given once all tables are there: who has one misses none.
  const identity = known ?? (await giveIdentity(counters));
  expectIdentity(identity, options);
  const store = putTogether(house, { notes, blocks, changes, counters }, identity);
  if (options.embedder !== undefined && (await store.embedder()) === undefined)
    await store.setEmbedder(options.embedder);
  return store;
}

async function connect({
  place,
  redactedPlace,
  env,
  identity,
  onNotice,
}: LanceStoreOptions): Promise<LanceHouse> {
  const reached = lancePlace(place, env);
  if (identity !== undefined && reached.folder !== undefined && !existsSync(reached.folder))
    throw otherStore({ identity, redactedPlace }, 'none');
  const packages = await loadLance();
  const session = new packages.lancedb.Session(INDEX_CACHE_BYTES, METADATA_CACHE_BYTES);
  try {
    // Without an interval a process would not see what others write.
    const options = { readConsistencyInterval: 0, ...reached.options };
    const db = await packages.lancedb.connect(reached.uri, options, session);
    return { ...packages, db, place: reached, shown: redactedPlace, onNotice };
  } catch (error) {
    throw lanceFailure(error, { place: redactedPlace, secrets: reached.secrets });
  }
}

async function checkFormat(counters: LanceTable, place: string): Promise<void> {
  const known = await counters.read(async table => {
    const found = await table.query().where("name = 'format'").select(['value']).limit(1).toArrow();
    return found.numRows === 0 ? undefined : Number(found.getChild('value')?.get(0));
  });
  if (known === undefined)
    await counters.write(table =>
      table
        .mergeInsert('name')
        .whenNotMatchedInsertAll()
        .execute([{ name: 'format', value: FORMAT }]),
    );
  else if (known !== FORMAT)
    throw new CrewError(
      'MEMORY_UNAVAILABLE',
      `expected layout ${FORMAT} of the memory at ${place}, found ${known}; a later version of \`crew\` wrote it`,
    );
}

type Tables = { readonly [Name in LanceTable['name']]: LanceTable };

function putTogether(house: LanceHouse, tables: Tables, identity: string): MemoryStore {
  const { notes, blocks } = tables;
  const counts = createLanceCounters(tables.counters, () => upkeep.wrote('counters', 1));
  const upkeep = createLanceUpkeep(house, tables, counts);
  const reads = createNoteReads(notes, notesVersion);
  const { rewrite, idle: written, ...writes } = createNoteWrites(notes, rows => upkeep.wrote('notes', rows));
  const { idle: recorded, ...history } = createLanceChanges(tables.changes, rows =>
    upkeep.wrote('changes', rows),
  );
  const touches = createDelayedTouches(rewrite);
  const flush = async (): Promise<void> => {
    await touches.flush();
    await Promise.all([written(), recorded(), counts.idle()]);
  };
  return {
    place: house.shown,
    identity: async () => identity,
    version: () => currentVersion(notes, blocks),
    ...reads,
    ...writes,
    ...history,
    ...createLanceBlocks(blocks, blocksVersion, () => upkeep.wrote('blocks', 1)),
    touch: async (ids, at) => touches.touch(ids, at),
    bump: (counter, by) => counts.add(`count ${counter}`, by),
    nextSeq: async (scope, count) => (await counts.add(`seq ${scope}`, count)) - count + 1,
    async forget(ids) {
      await flush();
      return upkeep.forget([...new Set(ids)]);
    },
    async maintain(options) {
      await flush();
      await upkeep.maintain(options);
    },
    flush,
    async close() {
      await flush();
      await upkeep.idle();
      for (const table of Object.values(tables)) table.close();
      house.db.close();
      house.guard?.release();
    },
  };
}
