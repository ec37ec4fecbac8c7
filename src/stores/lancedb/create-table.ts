import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LanceHouse } from './lance-table.ts';
import { type TableName, tableSchema } from './table-schemas.ts';

/**
 * Makes an empty table unless somebody else has by then. In a folder it appears whole, by one rename: LanceDB looks whether a
 * table is there and then commits over it, so that of two who make one at once the later would take the rows of the earlier.
 */
export async function createTable(house: LanceHouse, name: TableName): Promise<void> {
  const { db, arrow, lancedb, place } = house;
  const schema = tableSchema(name, arrow);
  if (place.folder === undefined) {
    (await db.createEmptyTable(name, schema, { existOk: true })).close();
    return;
  }
  await mkdir(place.folder, { recursive: true });
  const beside = await mkdtemp(join(place.folder, '.new-'));
  try {
    const apart = await lancedb.connect(beside);
    (await apart.createEmptyTable(name, schema)).close();
    apart.close();
    const made = join(place.folder, `${name}.lance`);
    await rename(join(beside, `${name}.lance`), made).catch((error: unknown) => {
      if (!existsSync(made)) throw error;
    });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
