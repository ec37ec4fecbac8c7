import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { examineMemory } from '../../../src/cli/examine-memory.ts';
import { libraryTerminal } from '../../../src/cli/library-terminal.ts';
import { openLanceStore } from '../../../src/stores/lancedb/open-lance-store.ts';
import { block, note } from './remembering.ts';

let [workspace, home] = ['', ''];
beforeEach(() => {
  [workspace = '', home = ''] = ['work', 'home'].map(name =>
    mkdtempSync(join(tmpdir(), `crewfile-${name}-`)),
  );
});
afterEach(() => {
  for (const folder of [workspace, home]) rmSync(folder, { recursive: true });
});

const examined = (env = {}) =>
  examineMemory({ values: {}, terminal: libraryTerminal(workspace, { HOME: home, ...env }) });

async function remember(place: string): Promise<void> {
  const store = await openLanceStore({ place, redactedPlace: place, env: {} });
  await store.put([note('n1'), note('n2', { seq: 2, state: 'quarantined' })].map(each => ({ note: each })));
  await store.putBlock(block('rules', 'Be kind.'), 0);
  await store.close();
}

/** Makes all files of a folder, and of those in it, empty. */
function empty(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) truncateSync(join(entry.parentPath, entry.name), 0);
  }
}

test('a memory that can be read is well, with what is in it', async () => {
  const place = join(workspace, '.crew/memory');
  await remember(place);
  const before = readdirSync(place, { recursive: true }).length;
  expect(await examined()).toEqual([
    { about: 'memory', state: 'ok', text: `2 notes, 1 block in ${place}; 1 note waits for a person` },
  ]);
  expect(readdirSync(place, { recursive: true })).toHaveLength(before);
});

test('one that was never made is well, and is not made', async () => {
  const place = join(workspace, '.crew/memory');
  expect(await examined()).toEqual([
    { about: 'memory', state: 'ok', text: `nothing kept yet; it will be in ${place}` },
  ]);
  expect(readdirSync(workspace)).toEqual([]);
});

test.each(['notes.lance/_versions', 'notes.lance/data', 'blocks.lance', 'changes.lance', 'counters.lance'])(
  'one whose %s is damaged is a problem',
  async part => {
    const place = join(workspace, '.crew/memory');
    await remember(place);
    empty(join(place, part));
    expect(await examined()).toEqual([
      { about: 'memory', state: 'problem', text: expect.stringMatching(/^MEMORY_DAMAGED: /) },
    ]);
  },
);

test('one whose first table is gone is a problem', async () => {
  const place = join(workspace, '.crew/memory');
  await remember(place);
  rmSync(join(place, 'counters.lance'), { recursive: true });
  expect(await examined()).toEqual([
    { about: 'memory', state: 'problem', text: expect.stringMatching(/^MEMORY_/) },
  ]);
});

test('what is one person’s own for all projects is looked at, too', async () => {
  const own = join(home, '.config/crew/memory');
  await remember(own);
  empty(join(own, 'notes.lance/_versions'));
  expect((await examined())[1]).toEqual({
    about: 'own memory',
    state: 'problem',
    text: expect.stringMatching(/^MEMORY_DAMAGED: /),
  });
});

test('a bucket is named and not asked', async () => {
  expect(await examined({ CREW_MEMORY_STORE: 's3://nowhere/notes' })).toEqual([
    { about: 'memory', state: 'ok', text: 'kept in s3://nowhere/notes, which is not asked here' },
  ]);
});
