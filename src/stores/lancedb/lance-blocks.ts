import type { MemoryBlock } from '../../model/memory.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { byText } from '../held-note.ts';
import type { LanceTable } from './lance-table.ts';
import { sqlNumber, sqlOneOf, sqlText } from './sql.ts';

/** The table `blocks`: one row a block, written only over the version that was read. */
export function createLanceBlocks(
  blocks: LanceTable,
  versionOf: (at: number) => number,
  wrote: () => void,
): Pick<MemoryStore, 'block' | 'blocks' | 'putBlock'> {
  const read = (where: string | undefined, at?: number): Promise<readonly MemoryBlock[]> =>
    blocks.read(async table => {
      const query = table.query().select(['json']);
      const found = await (where === undefined ? query : query.where(where)).toArrow();
      const json = found.getChild('json');
      return Array.from({ length: found.numRows }, (_, row) => JSON.parse(String(json?.get(row))));
    }, at);
  return {
    async block(scope, label, { at } = {}) {
      const where = `id = ${sqlText(blockId(scope, label))}`;
      return (await read(where, at === undefined ? undefined : versionOf(at)))[0];
    },
    async blocks(scopes) {
      const found = await read(scopes === 'all' ? undefined : sqlOneOf('scope', scopes));
      return found
        .filter(({ scope }) => scopes === 'all' || scopes.includes(scope))
        .sort((a, b) => byText(a.scope, b.scope) || byText(a.label, b.label));
    },
    async putBlock(block, expectedVersion) {
      const { scope, label, version } = block;
      const row = { id: blockId(scope, label), scope, label, version, json: JSON.stringify(block) };
      const written = await blocks.write(async table => {
        if (expectedVersion === 0) {
          const { numInsertedRows } = await table.mergeInsert('id').whenNotMatchedInsertAll().execute([row]);
          return numInsertedRows === 1;
        }
        const { rowsUpdated } = await table.update({
          where: `id = ${sqlText(row.id)} and version = ${sqlNumber(expectedVersion)}`,
          valuesSql: { version: sqlNumber(version), json: sqlText(row.json) },
        });
        return rowsUpdated === 1;
      });
      if (written) wrote();
      return written;
    },
  };
}

/** The key of a block's row. Pure. */
export function blockId(scope: string, label: string): string {
  return JSON.stringify([scope, label]);
}
