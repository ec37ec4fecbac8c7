import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';
import { vectorColumnOf } from '../../src/stores/lancedb/vector-column.ts';
import { AT, blockOf, changeOf, codeOf, EMBEDDER, HOME, ids, storedNote } from '../contracts/memory-notes.ts';

let folder = '';
let place = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crewfile-memory-'));
  place = join(folder, 'memory');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): Promise<MemoryStore> => openLanceStore({ place, redactedPlace: 'memory', env: {} });

function filesIn(at: string): readonly string[] {
  return readdirSync(at, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
}

test('forgotten words stand in no file any more: no row, no index, no older version, no history', async () => {
  const store = await open();
  await store.setEmbedder(EMBEDDER);
  const secret = 'xylophonezebra';
  for (let at = 0; at < 5; at += 1)
    await store.put([
      storedNote(`a${at}`, { text: `${secret} number ${at}`, tags: [secret], sources: [secret] }, [1, 0, 0]),
      storedNote(`b${at}`, { text: `quagga number ${at}` }, [0, 1, 0]),
    ]);
  await store.change(['a0'], { state: 'retired', supersededBy: secret });
  await store.record([changeOf('c1', { target: 'a0', before: secret }), changeOf('c2', { target: 'b0' })]);
  await store.maintain({ now: Date.now(), keepDays: 7 });
  const holding = (word: string) => filesIn(place).filter(file => readFileSync(file).includes(word));
  expect(holding(secret).length).toBeGreaterThan(0);
  expect(await store.forget(['a0', 'a1', 'a2', 'a3', 'a4'])).toEqual({ count: 5, heldByOthers: false });
  expect(holding(secret)).toEqual([]);
  expect(holding('quagga').length).toBeGreaterThan(0);
  expect((await store.lexical('quagga', HOME, { limit: 9 })).length).toBe(5);
  expect((await store.nearest(Float32Array.of(1, 1, 0), HOME, { limit: 9 })).length).toBe(5);
  expect((await store.changes({}, { limit: 9 })).map(({ id }) => id)).toEqual(['c2']);
  await store.close();
});

test('where others have the memory open, older versions hold what was forgotten until they close it', async () => {
  const [store, other] = [await open(), await open()];
  const secret = 'xylophonezebra';
  const holding = () => filesIn(place).filter(file => readFileSync(file).includes(secret));
  await store.put([storedNote('a', { text: secret }), storedNote('b')]);
  // Of a process that writes, nothing may be cleaned away under its hands.
  expect(await store.forget(['a'])).toEqual({ count: 1, heldByOthers: true });
  expect(await other.count(HOME)).toBe(1);
  await other.maintain({ now: Date.now(), keepDays: 7 });
  expect(holding().length).toBeGreaterThan(0);
  await store.close();
  await other.maintain({ now: Date.now(), keepDays: 7 });
  expect(holding()).toEqual([]);
  await other.close();
});

test('many small writes are packed, so that files and versions that nobody wants do not pile up', {
  timeout: 90_000,
}, async () => {
  const store = await open();
  for (let at = 0; at < 90; at += 1) await store.put([storedNote(`n${at}`, { createdAt: AT + at })]);
  for (let at = 0; at < 90; at += 1) await store.bump('steps', 1);
  await store.maintain({ now: Date.now() + 2 * 86_400_000, keepDays: 1 });
  for (const table of ['notes', 'counters']) {
    const files = filesIn(join(place, `${table}.lance`));
    expect([table, files.filter(file => file.includes('_versions')).length < 10]).toEqual([table, true]);
    expect([table, files.filter(file => file.includes('/data/')).length < 10]).toEqual([table, true]);
  }
  expect(await store.count(HOME)).toBe(90);
  expect((await store.lexical('text', HOME, { limit: 500 })).length).toBe(90);
  const before = await store.version();
  await store.maintain({ now: Date.now(), keepDays: 1 });
  expect(await store.version()).toBe(before);
  await store.close();
});

test('a tag that a person put on an old version stops no cleaning of what is newer', async () => {
  let store = await open();
  await store.put([storedNote('a')]);
  await store.close();
  inLance(`(await notes.tags()).create('kept', await notes.version())`);
  store = await open();
  await store.put([storedNote('b')]);
  await store.maintain({ now: Date.now() + 30 * 86_400_000, keepDays: 7 });
  expect(ids(await store.find(HOME, { limit: 9, order: 'newest' }))).toEqual(['b', 'a']);
  expect(await store.forget(['a'])).toEqual({ count: 1, heldByOthers: false });
  await store.close();
});

test.each([
  ['data is cut short', '/data/', (file: string) => truncateSync(file, 7)],
  ['data is other bytes', '/data/', (file: string) => writeFileSync(file, 'x'.repeat(4000))],
  ['data is gone', '/data/', (file: string) => rmSync(file)],
  ['versions are cut short', '.manifest', (file: string) => truncateSync(file, 10)],
])('a damaged memory says so: %s', async (_name, part, harm) => {
  const store = await open();
  await store.put([storedNote('a'), storedNote('b')]);
  await store.putBlock(blockOf('rules'), 0);
  await store.close();
  for (const file of filesIn(join(place, 'notes.lance'))) if (file.includes(part)) harm(file);
  const reading = (async () => {
    const opened = await open();
    try {
      await opened.get(['a']);
    } finally {
      await opened.close();
    }
  })();
  expect(await codeOf(reading)).toBe('MEMORY_DAMAGED');
});

test.each([
  ['are cut short', (file: string) => truncateSync(file, 7)],
  ['are other bytes', (file: string) => writeFileSync(file, 'x'.repeat(4000))],
  ['are gone', (file: string) => rmSync(file)],
])('indexes that %s are made anew from the rows, and that is told once', async (_name, harm) => {
  const store = await open();
  await store.setEmbedder(EMBEDDER);
  // From a thousand rows on there are indexes of other columns than words.
  const notes = Array.from({ length: 1000 }, (_, at) =>
    storedNote(`n${at}`, { seq: at, text: `word number ${at}`, tags: [`t${at % 7}`] }, [1, at, 0]),
  );
  await store.put(notes);
  await store.record([changeOf('c1', { target: 'n1' })]);
  await store.maintain({ now: Date.now(), keepDays: 7 });
  await store.close();
  const indexFiles = filesIn(place).filter(file => file.includes('/_indices/'));
  expect(indexFiles.length).toBeGreaterThan(10);
  for (const file of indexFiles) harm(file);
  const told: string[] = [];
  const opened = await openLanceStore({
    place,
    redactedPlace: 'memory',
    env: {},
    onNotice: text => told.push(text),
  });
  await opened.put([storedNote('n5', { text: 'quagga', tags: ['t5'] })]);
  expect(await opened.count({ ...HOME, tagsAny: ['t5'] })).toBe(143);
  expect(ids(await opened.lexical('quagga', HOME, { limit: 9 }))).toEqual(['n5']);
  expect((await opened.get(['n7', 'n8'])).length).toBe(2);
  await opened.maintain({ now: Date.now(), keepDays: 7 });
  expect(told).toEqual([
    expect.stringContaining('the indexes of `notes` in the memory at memory are damaged'),
  ]);
  await opened.close();
  // Whoever comes after finds them whole.
  const after = await open();
  expect(await after.count({ scopes: 'all', states: 'all', ids: ['n5', 'n6'] })).toBe(2);
  await after.close();
});

test('a change of the embedder that was cut off is made whole by the next one', async () => {
  const [first, second] = [EMBEDDER, { id: 'test@2', dims: 2 }];
  const left = await open();
  await left.setEmbedder(first);
  await left.put([storedNote('a', {}, [1, 0, 0])]);
  await left.close();
  // As a process leaves it that is killed between the new column and the end of the old one.
  const { name, width } = vectorColumnOf(second);
  inLance(
    `notes.addColumns([{ name: '${name}', valueSql: "arrow_cast(null, 'FixedSizeList(${width}, Float32)')" }])`,
  );
  const store = await open();
  expect(await store.embedder()).toEqual(second);
  await store.setEmbedder(first);
  expect(await store.embedder()).toEqual(first);
  expect(ids(await store.unembedded(5))).toEqual(['a']);
  await store.put([storedNote('a', {}, [1, 0, 0])]);
  expect(ids(await store.nearest(Float32Array.of(1, 0, 0), HOME, { limit: 5 }))).toEqual(['a']);
  await store.close();
});

/** Does something with the table of notes, as another program would. */
function inLance(act: string): void {
  const script = `
    const { connect } = require('@lancedb/lancedb');
    connect(process.argv[1]).then(async db => {
      const notes = await db.openTable('notes');
      await ${act};
    });`;
  execFileSync(process.execPath, ['-e', script, place], { cwd: new URL('../..', import.meta.url).pathname });
}

test('what was damaged when a run began is read as it is now', async () => {
  let store = await open();
  await store.put([storedNote('a')]);
  const at = await store.version();
  await store.close();
  for (const file of filesIn(join(place, 'notes.lance')).filter(one => one.includes('/_indices/')))
    truncateSync(file, 7);
  store = await open();
  const past = store.lexical('text', HOME, { limit: 5, at });
  expect(await codeOf(past)).toBe('MEMORY_VERSION_GONE');
  expect(ids(await store.lexical('text', HOME, { limit: 5 }))).toEqual(['a']);
  await store.close();
});

test('a memory of a later layout is not touched', async () => {
  const store = await open();
  await store.close();
  const script = `
    const { connect } = require('@lancedb/lancedb');
    connect(process.argv[1]).then(async db => {
      const counters = await db.openTable('counters');
      await counters.update({ where: "name = 'format'", valuesSql: { value: '2' } });
    });`;
  execFileSync(process.execPath, ['-e', script, place], { cwd: new URL('../..', import.meta.url).pathname });
  await expect(open()).rejects.toThrow('expected layout 1 of the memory at memory, found 2');
});

test('a memory that is removed while it is open is not within reach, and is not made again by who wrote to it', async () => {
  const store = await open();
  await store.put([storedNote('a')]);
  rmSync(place, { recursive: true });
  const removed = {
    code: 'MEMORY_UNAVAILABLE',
    message: 'expected the memory at memory, found that it was removed',
  };
  await expect(store.get(['a'])).rejects.toMatchObject(removed);
  await expect(store.put([storedNote('b')])).rejects.toMatchObject(removed);
  await expect(store.version()).rejects.toMatchObject(removed);
  await store.close();
  expect(existsSync(place)).toBe(false);
});

test('a folder that cannot be made is out of reach, and the message shows what was asked for', async () => {
  writeFileSync(join(folder, 'file'), '');
  const opening = openLanceStore({ place: join(folder, 'file', 'memory'), redactedPlace: 'here', env: {} });
  await expect(opening).rejects.toMatchObject({
    code: 'MEMORY_UNAVAILABLE',
    message: expect.stringContaining('the memory at here'),
  });
});
