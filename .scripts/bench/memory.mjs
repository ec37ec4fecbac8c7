// How fast a memory in LanceDB is at 1,000, 10,000 and 100,000 notes: made-up texts whose words are as unevenly used as those
// of people, and vectors in no order, which is the worst case of their index. `search` is words and vectors at once for the
// best 10; `recall` is all that a role waits for before it works. Milliseconds, p50 and p95, of single calls one after another.
//   npm run bench -- memory [1000 10000 …]
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { retrieve } from '../../src/memory/retrieve.ts';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';

const SIZES = [1000, 10_000, 100_000];
const DIMS = 100;
const WORDS = 20_000;
const ASKED = 60;
const ADDED = 200;
const FILTER = { scopes: ['crew:bench', 'role:bench/fixer'] };
const START = Date.UTC(2026, 0, 1);

/** Prints one block of lines for each size. */
export async function benchMemory(sizes = []) {
  for (const size of sizes.length === 0 ? SIZES : sizes.map(Number)) await benchSize(size);
}

async function benchSize(size) {
  const folder = mkdtempSync(join(tmpdir(), 'crew-memory-'));
  const open = () => openLanceStore({ place: folder, redactedPlace: folder, env: {} });
  const made = createMade();
  let store = await open();
  try {
    await store.setEmbedder({ id: 'bench@1', dims: DIMS });
    const began = performance.now();
    for (let from = 0; from < size; from += 2000)
      await store.put(Array.from({ length: Math.min(2000, size - from) }, (_, at) => made.note(from + at)));
    const wrote = performance.now();
    await store.maintain({ now: Date.now() + 86_400_000, keepDays: 0 });
    const tidied = performance.now();
    print(`\n${size} notes (load ${loadavg()[0].toFixed(1)})`);
    print(
      `  written in bulk ${seconds(wrote - began)}, maintained ${seconds(tidied - wrote)}, ${megabytes(folder)} on disk`,
    );
    await store.close();

    const opening = performance.now();
    store = await open();
    const opened = performance.now();
    await search(store, made);
    print(`  opened ${seconds(opened - opening)}, first search ${seconds(performance.now() - opened)}`);
    await measureReads(store, made, '');
    let next = size;
    const later = () => made.note(next++);
    await measure('one add, as its caller waits', ADDED, () => store.put([later()]));
    await measureReads(store, made, `, after ${ADDED} single adds`);
    await measure('64 adds at once', 20, () => store.put(Array.from({ length: 64 }, later)));
    await measure('a place in the order', 20, () => store.nextSeq('crew:bench', 1));
    const again = performance.now();
    await store.maintain({ now: Date.now(), keepDays: 7 });
    print(`  maintained ${seconds(performance.now() - again)}, ${megabytes(folder)} on disk`);
    await measureReads(store, made, ', maintained');
    print(`  resident memory ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureReads(store, made, when) {
  await measure(`by words, best 10${when}`, ASKED, () =>
    store.lexical(made.question(), FILTER, { limit: 10 }),
  );
  await measure(`by vector, best 10${when}`, ASKED, () =>
    store.nearest(made.vector(), FILTER, { limit: 10 }),
  );
  await measure(`search, best 10${when}`, ASKED, () => search(store, made));
  const embedder = { id: 'bench@1', dims: DIMS, embed: async texts => texts.map(() => made.vector()) };
  const settings = { scoring: 'hybrid', weights: {}, halfLifeMs: 259_200_000 };
  const memory = { store, embedder, settings, now: Date.now, redact: text => text };
  const query = { scopes: FILTER.scopes, limit: 10, maxTokens: 1500 };
  await measure(`recall${when}`, ASKED, () => retrieve(memory, { ...query, text: made.question() }));
}

function search(store, made) {
  return Promise.all([
    store.lexical(made.question(), FILTER, { limit: 10 }),
    store.nearest(made.vector(), FILTER, { limit: 10 }),
  ]);
}

async function measure(name, times, act) {
  await act();
  const took = [];
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    await act();
    took.push(performance.now() - began);
  }
  took.sort((left, right) => left - right);
  const [p50, p95] = [0.5, 0.95].map(part => took[Math.floor(part * times)].toFixed(1).padStart(8));
  print(`  ${name.padEnd(64)}${p50}${p95}`);
}

/** Notes, questions and vectors that are the same in every run. */
function createMade() {
  let seed = 1;
  const draw = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const word = () => `w${Math.floor(WORDS ** draw()).toString(36)}`;
  const words = count => Array.from({ length: count }, word).join(' ');
  const vector = () => {
    const values = Float32Array.from({ length: DIMS }, () => draw() - 0.5);
    const length = Math.hypot(...values);
    return values.map(value => value / length);
  };
  const note = at => {
    const scope = at % 4 === 0 ? 'crew:bench' : 'role:bench/fixer';
    const text = words(25);
    return {
      vector: vector(),
      note: {
        ...{
          id: `01J${String(at).padStart(23, '0')}`,
          scope,
          crew: 'bench',
          seq: at + 1,
          kind: 'observation',
        },
        ...{ text, gist: text.slice(0, 60), tags: ['one', 'two'], importance: draw(), trust: 2 },
        ...{ sources: ['tool:git.diff'], evidence: [], depth: 0, outcome: 'unknown', state: 'active' },
        ...{ hash: at.toString(16).padStart(64, '0'), seen: 1, createdAt: START + at * 1000 },
        ...{ lastUsedAt: START, used: 0, runId: `run${Math.floor(at / 300)}`, phase: 'fix', role: 'fixer' },
        ...{ key: 'fix/1/memory/1', author: 'rule' },
      },
    };
  };
  return { note, vector, question: () => words(8) };
}

function megabytes(folder) {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(entry => entry.isFile());
  const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
