import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { embedMemory } from '../../../src/cli/memory/embed.ts';
import { type OpenMemoryOptions, openMemory } from '../../../src/cli/memory/open-memory.ts';
import { searchMemory } from '../../../src/cli/memory/search.ts';
import { recallForWork } from '../../../src/memory/recall-for-work.ts';
import { retrieve } from '../../../src/memory/retrieve.ts';
import { writeNotes } from '../../../src/memory/write-notes.ts';
import type { RecallRequest } from '../../../src/model/recall.ts';
import { createInMemoryStore } from '../../../src/stores/in-memory.ts';
import { startEmbeddingServer } from '../../loopback/embedding-server.ts';
import { callOf, note } from './remembering.ts';

const STATIC = 'static@1';
const BY = { runId: 'r', phase: 'p', role: 'a', key: 'k', author: 'rule', crew: 'house' };
const ALL = { scopes: ['crew:house'], limit: 5, maxTokens: 1000 };

let home = '';
const open: (() => Promise<void>)[] = [];
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'vectors-')));
});
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
  rmSync(home, { recursive: true });
});

async function storeWith(count = 2) {
  const store = createInMemoryStore();
  const notes = Array.from({ length: count }, (_, at) =>
    note(`note${at}`, { text: `the lamp ${at} flickers` }),
  );
  await store.put(notes.map(each => ({ note: each })));
  return store;
}

async function opened(options: Partial<OpenMemoryOptions> & { readonly embedder: string }) {
  const said: string[] = [];
  const { memory, release } = await openMemory({
    choice: { place: join(home, 'memory'), embedder: options.embedder },
    env: {},
    redact: text => text,
    onNotice: text => said.push(text),
    ...options,
  });
  return { memory, said, release };
}

async function ollama(status?: number) {
  const server = await startEmbeddingServer(16, () => (status === undefined ? undefined : { status }));
  open.push(server.close);
  return { server, env: { OLLAMA_HOST: server.address } };
}

/** A server that takes what it is asked and never says a word. */
async function silent() {
  const seen: string[] = [];
  const server: Server = createServer(request => seen.push(request.url ?? ''));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  return { seen, env: { OLLAMA_HOST: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } };
}

const REQUEST: RecallRequest = {
  crew: 'house',
  phase: 'p',
  task: 't',
  query: 'lamp',
  scoring: 'hybrid',
  blocks: [],
  roles: [{ role: 'a', blocks: [], notes: { ...ALL } }],
};

describe('vectors of another embedder', () => {
  test('stay when a run wants others, and it says how they are made anew', async () => {
    const store = await storeWith();
    await opened({ embedder: 'static', store });
    const { server, env } = await ollama();
    const { memory, said } = await opened({ embedder: 'ollama:big', store, env });
    expect(await store.embedder()).toMatchObject({ id: STATIC });
    expect(server.questions).toEqual([]);
    expect(said.join()).toMatch(/words alone.*static@1.*ollama:big.*crew memory embed --embedder ollama:big/);
    expect(await retrieve(memory, { text: 'lamp', ...ALL })).toHaveLength(2);
    const { remarks } = await recallForWork(memory, REQUEST);
    expect(remarks.join()).toContain('words alone');
  });

  test('are made by `crew memory embed`, with how far it is', async () => {
    const store = await storeWith(70);
    const { env } = await ollama();
    await opened({ embedder: 'static', store });
    const { memory } = await opened({ embedder: 'ollama:big', store, env, vectors: 'anew' });
    const { call, said } = callOf([]);
    expect(await embedMemory(call, memory)).toBe(0);
    expect(await store.embedder()).toEqual({ id: 'ollama:big', dims: 16 });
    expect(said()).toMatch(/64 of 70[\s\S]*70 notes have vectors of ollama:big/);
  });

  test('are searched with by whoever looks, whatever the settings name, and nothing is written', async () => {
    const store = await storeWith();
    await opened({ embedder: 'static', store });
    const { server, env } = await ollama();
    const { memory } = await opened({ embedder: 'ollama:big', store, env, vectors: 'read' });
    expect(memory.embedder?.id).toBe(STATIC);
    const { call, out } = callOf(['lamp']);
    await searchMemory(call, memory);
    expect(out()).toContain('flickers');
    expect([server.questions.length, (await store.embedder())?.id]).toEqual([0, STATIC]);
  });

  test('are not made by whoever looks into a store that has none', async () => {
    const store = await storeWith();
    const { memory } = await opened({ embedder: 'static', store, vectors: 'read' });
    expect([memory.embedder, await store.embedder()]).toEqual([undefined, undefined]);
  });
});

describe('vectors of a model in a file', () => {
  const OF_A_FILE = { id: 'llama:tiny@01234567', dims: 4 };
  const storeOfFile = async () => {
    const store = await storeWith();
    await store.setEmbedder(OF_A_FILE);
    return store;
  };

  test('are not searched with where no setting says which file it is, which is told', async () => {
    const store = await storeOfFile();
    const { memory, said } = await opened({ embedder: 'static', store, vectors: 'read' });
    expect(memory.embedder).toBeUndefined();
    expect(said.join()).toMatch(/words alone.*llama:tiny@01234567.*no setting says where its file is/);
    const { said: ofRun } = await opened({ embedder: 'static', store });
    expect(ofRun.join()).toMatch(/words alone.*llama:tiny@01234567, and static is asked for/);
    expect(await store.embedder()).toEqual(OF_A_FILE);
  });

  test('are no word to whoever wants none', async () => {
    const { said } = await opened({ embedder: 'none', store: await storeOfFile() });
    expect(said).toEqual([]);
  });

  test('are opened by nobody who only looks, since a file that a crew names needs trust', async () => {
    const file = 'llama:/nowhere/tiny.gguf';
    const store = await storeOfFile();
    const { memory, said } = await opened({ embedder: file, store, looks: true });
    expect(memory.embedder).toBeUndefined();
    expect(said.join()).toMatch(/words alone: who looks asks no server and opens no model/);
  });
});

test('a search as a role finds what it would be reminded of, and `--why` explains its figures', async () => {
  const store = createInMemoryStore();
  const notes = [
    note('own1', { scope: 'role:house/clerk', text: 'my lamp' }),
    note('other1', { scope: 'role:house/cook', text: 'her lamp' }),
    note('foreign1', { trust: 0, text: 'a lamp from outside' }),
    note('run1', { scope: 'run:r1', text: 'the lamp of a run' }),
  ];
  await store.put(notes.map(each => ({ note: each })));
  const { memory } = await opened({ embedder: 'none', store });
  const asRole = callOf(['lamp'], { role: 'house/clerk', why: true });
  await searchMemory(asRole.call, memory);
  expect(asRole.out()).toContain('own1');
  expect(asRole.out()).not.toMatch(/other1|foreign1|run1/);
  expect(asRole.said()).toMatch(/sum of its parts.*floor/);
  const all = callOf(['lamp']);
  await searchMemory(all.call, memory);
  for (const { id } of notes) expect(all.out()).toContain(id);
  await expect(searchMemory(callOf(['lamp'], { role: 'clerk' }).call, memory)).rejects.toMatchObject({
    code: 'USAGE',
  });
});

describe('a server of vectors in trouble', () => {
  test('that says nothing is waited for once, and named', async () => {
    const { seen, env } = await silent();
    const store = await storeWith();
    const { memory, said } = await opened({ embedder: 'ollama:big', store, env, patienceMs: 1000 });
    expect(said.join()).toMatch(/memory: .*`ollama:big`.*words alone.* 1 s/);
    const again = await opened({ embedder: 'ollama:big', store, env, patienceMs: 1000 });
    expect(again.memory.embedder).toBeUndefined();
    expect(seen).toHaveLength(1);
    expect(await retrieve(memory, { text: 'lamp', ...ALL })).toHaveLength(2);
  });

  test.each([
    ['falls silent', silent],
    ['breaks', () => ollama(500)],
    ['talks nonsense', () => ollama(299)],
  ])('that %s later is asked no more, and the run says so once', async (_what, serve) => {
    const healthy = await ollama();
    const store = await storeWith();
    await (await opened({ embedder: 'ollama:big', store, env: healthy.env })).release();
    const server = await serve();
    const asked = () => ('seen' in server ? server.seen : server.server.questions).length;
    const { memory, said } = await opened({
      ...{ embedder: 'ollama:big', store, env: server.env, patienceMs: 1000 },
      choice: { place: join(home, 'other'), embedder: 'ollama:big' },
    });
    expect((await recallForWork(memory, REQUEST)).remarks.join()).toMatch(/`ollama:big`.*words alone/);
    const before = asked();
    expect(before).toBeGreaterThan(0);
    const [written] = await writeNotes(memory, BY, [
      {
        key: '1',
        scope: 'crew:house',
        kind: 'fact',
        text: 'Rooms have doors.',
        trust: 2,
        sources: ['model'],
      },
    ]);
    expect(written).toMatchObject({ state: 'new', reason: expect.stringContaining('without vectors') });
    expect(asked()).toBe(before);
    expect(said.filter(text => text.includes('words alone'))).toHaveLength(1);
  });

  test('that lets wait is named before the wait is over, once', async () => {
    const { env } = await silent();
    const heard: string[] = [];
    await opened({
      ...{ embedder: 'ollama:big', store: await storeWith(), env, patienceMs: 500, slowMs: 0 },
      onNotice: text => heard.push(`notice: ${text}`),
      onProgress: text => heard.push(`progress: ${text}`),
    });
    expect(heard).toEqual([
      expect.stringMatching(
        /^progress: memory: waits for vectors of `ollama:big`, a few seconds at most; .*by their words/,
      ),
      expect.stringMatching(/^notice: memory: the embedder `ollama:big` cannot be asked/),
    ]);
  });

  test('that answers at once is no word', async () => {
    const { env } = await ollama();
    const { said } = await opened({ embedder: 'ollama:big', store: await storeWith(), env });
    expect(said).toEqual([]);
  });

  test('that is not there stops nothing', async () => {
    const { server, env } = await ollama();
    await server.close();
    const { said } = await opened({ embedder: 'ollama:big', store: await storeWith(), env, patienceMs: 500 });
    expect(said.join()).toMatch(/memory: .*`ollama:big`.*words alone/);
  });
});
