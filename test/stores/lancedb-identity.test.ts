import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';

let folder = '';
let place = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crewfile-memory-'));
  place = join(folder, 'memory');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (identity?: string): Promise<MemoryStore> =>
  openLanceStore({
    place,
    redactedPlace: 'memory',
    env: {},
    ...(identity === undefined ? {} : { identity }),
  });
async function made(): Promise<string> {
  const store = await open();
  const identity = await store.identity();
  await store.close();
  return identity;
}

test('a store keeps its identity, and no two have the same', async () => {
  const first = await made();
  expect(await made()).toBe(first);
  renameSync(place, join(folder, 'away'));
  expect(await made()).not.toBe(first);
});

test.for([1, 2, 3, 4, 5, 6, 7, 8])('those who make a store at once make one, round %d', async () => {
  const stores = await Promise.all(Array.from({ length: 6 }, () => open()));
  const ids = await Promise.all(stores.map(store => store.identity()));
  expect(new Set(ids).size).toBe(1);
  for (const store of stores) await store.close();
  expect(readdirSync(place).toSorted()).toEqual([
    '.guard',
    ...['blocks', 'changes', 'counters', 'notes'].map(name => `${name}.lance`),
  ]);
});

test('who expects a certain store gets no other one, and makes none', async () => {
  const first = await made();
  renameSync(place, join(folder, 'away'));
  await expect(open(first)).rejects.toMatchObject({
    code: 'MEMORY_UNAVAILABLE',
    message: `expected the memory ${first} at memory, where the run began, found none; put it back`,
  });
  expect(existsSync(place)).toBe(false);
  const other = await made();
  await expect(open(first)).rejects.toMatchObject({
    code: 'MEMORY_UNAVAILABLE',
    message: `expected the memory ${first} at memory, where the run began, found another one, ${other}; put it back`,
  });
  rmSync(place, { recursive: true });
  renameSync(join(folder, 'away'), place);
  await (await open(first)).close();
});

test.each(['notes', 'blocks', 'changes', 'counters'])(
  'a store without its table `%s` is damaged',
  async name => {
    await made();
    rmSync(join(place, `${name}.lance`), { recursive: true });
    await expect(open()).rejects.toMatchObject({
      code: 'MEMORY_DAMAGED',
      message: `expected the table \`${name}\` in the memory at memory, found none`,
    });
    expect(existsSync(join(place, `${name}.lance`))).toBe(false);
  },
);
