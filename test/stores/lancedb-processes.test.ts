import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';
import { storedNote } from '../contracts/memory-notes.ts';

const WRITER = new URL('memory-writer.ts', import.meta.url).pathname;
/** `MEMORY_CAMPAIGN=1` writes ten thousand notes from each process, and kills more often. */
const CAMPAIGN = process.env.MEMORY_CAMPAIGN === '1';

let folder = '';
let place = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crewfile-memory-'));
  place = join(folder, 'memory');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Writer {
  /** What was acknowledged so far, whole lines only. */
  readonly lines: () => readonly string[];
  readonly heard: (line: string) => Promise<void>;
  readonly stop: () => void;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

function startWriter(prefix: string, notes: number, batch: number): Writer {
  const child = spawn(process.execPath, [WRITER, place, prefix, String(notes), String(batch)]);
  children.push(child);
  let stdout = '';
  let stderr = '';
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; stderr: string }>();
  const listeners: (() => void)[] = [];
  child.stdout.on('data', chunk => {
    stdout += chunk;
    for (const listener of listeners) listener();
  });
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  child.on('close', code => {
    resolve({ code, stderr });
    for (const listener of listeners) listener();
  });
  const lines = () => stdout.split('\n').slice(0, -1);
  return {
    lines,
    ended: promise,
    stop: () => child.kill('SIGKILL'),
    heard: line =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (lines().some(one => one.startsWith(line))) done();
          else if (child.exitCode !== null) fail(new Error(`expected "${line}", found ${stdout}${stderr}`));
        };
        listeners.push(look);
        look();
      }),
  };
}

const open = (): Promise<MemoryStore> => openLanceStore({ place, redactedPlace: 'memory', env: {} });

async function idsIn(store: MemoryStore, scope: string): Promise<readonly string[]> {
  const notes = await store.find({ scopes: [scope] }, { limit: 1_000_000, order: 'oldest' });
  return notes.map(({ id }) => id);
}

test('2, 4: two processes that write at once lose nothing, and neither says a word on stderr', {
  timeout: CAMPAIGN ? 3_600_000 : 120_000,
}, async () => {
  const notes = CAMPAIGN ? 10_000 : 1000;
  const batch = 20;
  const writers = ['left', 'right'].map(prefix => startWriter(prefix, notes, batch));
  for (const writer of writers) expect(await writer.ended).toEqual({ code: 0, stderr: '' });
  const store = await open();
  for (const prefix of ['left', 'right']) {
    const expected = Array.from({ length: notes }, (_, at) => `${prefix}-${at}`);
    expect([...(await idsIn(store, `run:${prefix}`))].sort()).toEqual(expected.sort());
    expect(await store.bump(prefix, 0)).toBe(Math.ceil(notes / (8 * batch)));
  }
  const all = await store.find({ scopes: 'all' }, { limit: 1_000_000, order: 'oldest' });
  expect(all.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 2 * notes }, (_, at) => at + 1),
  );
  expect(all.filter(({ importance }) => importance === 1).length).toBe(2 * Math.ceil(notes / (8 * batch)));
  await store.close();
});

test('2: a process that is killed while it writes leaves a memory that opens and has all that was acknowledged', {
  timeout: CAMPAIGN ? 3_600_000 : 120_000,
}, async () => {
  const rounds = CAMPAIGN ? 100 : 6;
  const put = new Set<string>();
  const changed = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    const writer = startWriter(`round${round}`, 100_000, 3);
    // The first rounds also stop it while the tables are made.
    if (round % 3 !== 0) await writer.heard('put');
    await wait(((round * 7919) % 400) + (round % 3 === 0 ? 150 : 0));
    writer.stop();
    await writer.ended;
    const store = await open();
    for (const line of writer.lines()) {
      const [what, ...ids] = line.split(' ');
      if (what === 'put') for (const id of ids) put.add(id);
      if (what === 'changed') for (const id of ids) changed.add(id);
    }
    const bumps = writer.lines().filter(line => line.startsWith('bump')).length;
    const count = await store.bump(`round${round}`, 0);
    expect([bumps, bumps + 1]).toContain(count);
    const found = await store.get([...put]);
    expect(found.map(({ note }) => note.id)).toEqual([...put]);
    const kept = found.filter(({ note }) => changed.has(note.id));
    expect(kept.every(({ note }) => note.importance === 1)).toBe(true);
    const all = await store.find({ scopes: 'all' }, { limit: 1_000_000, order: 'oldest' });
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ seq }) => seq)).size).toBe(all.length);
    expect((await store.lexical('word', { scopes: 'all' }, { limit: 1_000_000 })).length).toBe(all.length);
    await store.close();
  }
  expect(put.size).toBeGreaterThan(rounds);
});

test('2: nothing is lost while another process changes the embedder again and again', async () => {
  const store = await open();
  const writer = startWriter('left', 300, 3);
  await writer.heard('put');
  let hasEnded = false;
  const ended = writer.ended.finally(() => {
    hasEnded = true;
  });
  let changes = 0;
  for (; !hasEnded; changes += 1) {
    await store.setEmbedder({ id: `test@${changes % 3}`, dims: 3 });
    await wait(30);
  }
  // The native code may say on stderr that a write was begun with another column.
  const { code, stderr } = await ended;
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  expect(changes).toBeGreaterThan(3);
  expect(await store.count({ scopes: ['run:left'] })).toBe(300);
  await store.close();
});

test('2, 4: nothing is lost, doubled or comes back while several processes forget', {
  timeout: 120_000,
}, async () => {
  const notes = Array.from({ length: 40 }, (_, at) => storedNote(`gone-${at}`, { text: 'word to forget' }));
  const first = await open();
  await first.put(notes);
  const writers = ['left', 'right'].map(prefix => startWriter(prefix, 200, 2));
  for (const writer of writers) await writer.heard('put');
  const second = await open();
  for (let at = 0; at < 4; at += 2) {
    const wanted = (part: number) =>
      notes.slice(10 * (at + part), 10 * (at + part + 1)).map(one => one.note.id);
    const gone = await Promise.all([first.forget(wanted(0)), second.forget(wanted(1))]);
    expect(gone.map(({ count }) => count)).toEqual([10, 10]);
  }
  await second.close();
  for (const writer of writers) expect(await writer.ended).toEqual({ code: 0, stderr: '' });
  await first.maintain({ now: Date.now(), keepDays: 7 });
  const all = await first.find({ scopes: 'all' }, { limit: 10_000, order: 'oldest' });
  expect(all.map(({ id }) => id).sort()).toEqual(
    ['left', 'right'].flatMap(prefix => Array.from({ length: 200 }, (_, at) => `${prefix}-${at}`)).sort(),
  );
  await first.close();
});

test('2: processes that open a place for the first time at once all get to work', async () => {
  const writers = Array.from({ length: 4 }, (_, at) => startWriter(`first${at}`, 4, 2));
  for (const writer of writers) expect(await writer.ended).toEqual({ code: 0, stderr: '' });
  const store = await open();
  expect(await store.count({ scopes: 'all' })).toBe(16);
  expect((await store.lexical('word', { scopes: 'all' }, { limit: 100 })).length).toBe(16);
  await store.close();
});
