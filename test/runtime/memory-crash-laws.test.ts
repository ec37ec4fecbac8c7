import { expect, test } from 'vitest';
import { gatheredIn } from '../../src/memory/stream/gathered.ts';
import { writeForWork } from '../../src/memory/write-for-work.ts';
import { CrewError } from '../../src/model/crew-error.ts';
import type { MemoryWriteEffect } from '../../src/model/effect.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import { fc } from '../laws.ts';
import { resultOf } from './compact-events.ts';
import { doorOf, memoryFor } from './memory-crew.ts';
import { randomCrew, randomReplies, SLOW_TOOLS } from './random-crew.ts';
import { randomSpeech, randomTalk } from './random-talk.ts';
import { remembering } from './remembering.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

const RUN = { runId: 'run1', version: 1 };

/** A run on a store, from its beginning or after what is recorded. */
const runOn = (store: MemoryStore, options: CrewRunOptions): Promise<CrewRun> =>
  runCrew({
    ...options,
    tamper: remembering,
    memory: { door: doorOf(memoryFor(store, RUN)), version: RUN.version },
  });

/** All that a store holds, but for ids, times and places, which a repetition may have anew. */
async function contentOf(store: MemoryStore, run: CrewRun) {
  const notes = await store.find({ scopes: 'all', states: 'all' }, { limit: 10_000, order: 'oldest' });
  const rows = notes.map(({ scope, kind, text, state, seen, importance, trust, outcome, tags, sources }) =>
    JSON.stringify({ scope, kind, text, state, seen, importance, trust, outcome, tags, sources }),
  );
  const scopes = [...new Set(run.program.roles.map(({ name }) => `role:test/${name}`)), 'crew:test'];
  const sums = await gatheredIn(memoryFor(store, RUN), scopes);
  const changes = await store.changes({}, { limit: 10_000 });
  return {
    notes: rows.toSorted(),
    gathered: Object.values(sums).map(sum => Math.round(sum * 1000)),
    changes: changes.map(({ action }) => action).toSorted(),
  };
}

/** What was on its way to the store when a process was killed after these facts: all that is recorded, and perhaps more. */
function writesOf(run: CrewRun, history: readonly Fact[]) {
  const answered = new Set(history.flatMap(fact => (fact.type === 'memory.written' ? [fact.key] : [])));
  const wished = [...foldRun(run.program, history)].flatMap(({ effects }) =>
    effects.flatMap((effect): readonly MemoryWriteEffect[] =>
      effect.type === 'memory.write' ? [effect] : [],
    ),
  );
  return {
    done: wished.filter(({ key }) => answered.has(key)),
    open: wished.filter(({ key }) => !answered.has(key)),
  };
}

/** A store that breaks after so many of its writes. */
function breaking(store: MemoryStore, writes: number): MemoryStore {
  let left = writes;
  const guard =
    <Args extends readonly unknown[], Result>(act: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (left <= 0) throw new CrewError('MEMORY_UNAVAILABLE', 'killed');
      left -= 1;
      return act(...args);
    };
  return {
    ...store,
    put: guard(store.put),
    change: guard(store.change),
    record: guard(store.record),
    nextSeq: guard(store.nextSeq),
  };
}

async function storeAfter(run: CrewRun, history: readonly Fact[], broken: number): Promise<MemoryStore> {
  const store = createInMemoryStore();
  const { done, open } = writesOf(run, history);
  for (const effect of done) await writeForWork(memoryFor(store, RUN), effect);
  for (const effect of open) {
    try {
      await writeForWork(memoryFor(breaking(store, broken), RUN), effect);
    } catch (error) {
      if (!(error instanceof CrewError)) throw error;
    }
  }
  return store;
}

async function expectSame(options: CrewRunOptions, where: number, broken: number): Promise<CrewRun> {
  const store = createInMemoryStore();
  const whole = await runOn(store, options);
  const before = await contentOf(store, whole);
  const dead = () => Promise.reject(new Error('a replay reads and writes no memory'));
  const door = { recall: dead, write: dead };
  const memory = { door, version: RUN.version };
  const replay = await runCrew({ ...options, tamper: remembering, history: whole.facts, memory });
  expect(JSON.stringify(replay.events)).toBe(JSON.stringify(whole.events));
  const history = whole.facts.slice(0, 1 + (where % Math.max(1, whole.facts.length - 1)));
  const after = await storeAfter(whole, history, broken);
  const resumed = await runOn(after, { ...options, history, resume: {} });
  expect(resultOf(resumed)).toEqual(resultOf(whole));
  expect(await contentOf(after, resumed)).toEqual(before);
  return whole;
}

const kinds = (runs: readonly CrewRun[], type: Fact['type']): number =>
  runs.filter(({ facts }) => facts.some(fact => fact.type === type)).length;

test('law: a crew that is killed at any fact, or in the middle of a write, leaves the same memory after its resume', async () => {
  const runs: CrewRun[] = [];
  await fc.assert(
    fc.asyncProperty(
      randomCrew('calm'),
      fc.nat(1_000_000),
      fc.nat(1000),
      fc.nat(5),
      async (yaml, seed, where, broken) => {
        const replies = randomReplies('calm', seed);
        const options = { yaml, inputs: { topic: 'rain' }, replies, tools: SLOW_TOOLS };
        runs.push(await expectSame(options, where, broken));
      },
    ),
    { numRuns: 60 },
  );
  expect(kinds(runs, 'memory.written')).toBeGreaterThan(20);
}, 120_000);

test('law: the same holds for conversations', async () => {
  const runs: CrewRun[] = [];
  await fc.assert(
    fc.asyncProperty(
      randomTalk,
      fc.nat(1_000_000),
      fc.nat(1000),
      fc.nat(5),
      async (talk, seed, where, broken) => {
        const yaml = talk.replace('"time":"60ms",', '');
        runs.push(await expectSame({ yaml, replies: randomSpeech('calm', seed) }, where, broken));
      },
    ),
    { numRuns: 40 },
  );
  expect(kinds(runs, 'memory.written')).toBeGreaterThan(10);
}, 120_000);
