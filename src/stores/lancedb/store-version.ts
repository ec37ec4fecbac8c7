import type { LanceTable } from './lance-table.ts';

/** The most versions of blocks; people edit them, so they are few. */
const BLOCK_VERSIONS = 10_000_000;

/** The version of a store, out of those of its two tables; it grows when one of them does. Pure. */
export function joinVersions(notes: number, blocks: number): number {
  if (blocks >= BLOCK_VERSIONS) throw new RangeError(`expected fewer than ${BLOCK_VERSIONS} block versions`);
  return notes * BLOCK_VERSIONS + blocks;
}

/** The version that `notes` was at. Pure. */
export function notesVersion(version: number): number {
  return Math.floor(version / BLOCK_VERSIONS);
}

/** The version that `blocks` was at. Pure. */
export function blocksVersion(version: number): number {
  return version % BLOCK_VERSIONS;
}

/** The version that a store is at now. */
export async function currentVersion(notes: LanceTable, blocks: LanceTable): Promise<number> {
  return joinVersions(await notes.version(), await blocks.version());
}
