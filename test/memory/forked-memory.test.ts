import { describe, expect, test } from 'vitest';
import { type Ancestor, ancestorsOf } from '../../src/memory/ancestors-of.ts';
import { insertIntoBlock, rethinkBlock } from '../../src/memory/blocks/block-edits.ts';
import { readBlocks } from '../../src/memory/blocks/read-blocks.ts';
import type { OpenMemory } from '../../src/memory/open-memory.ts';
import { retrieve } from '../../src/memory/retrieve.ts';
import { searchArchive } from '../../src/memory/tools/search-archive.ts';
import { writeNotes } from '../../src/memory/write-notes.ts';
import type { Fact, ForkOrigin } from '../../src/model/fact.ts';
import type { MemoryLevel } from '../../src/model/memory.ts';
import { fc } from '../laws.ts';
import { blockCalled, freshMemory } from './fresh-memory.ts';
import { BY, wish } from './writing.ts';

const BOARD = blockCalled('board', { level: 'run', value: 'begin' });
const RULES = blockCalled('rules', { level: 'crew', value: 'begin' });

/** A run, what it comes from, and the store as it was when the first of them began. */
function runOn(
  memory: OpenMemory,
  runId: string,
  { ancestors = [], version }: { readonly ancestors?: readonly Ancestor[]; readonly version?: number } = {},
): OpenMemory {
  const pin = version === undefined ? {} : { version };
  return { ...memory, run: { place: 'a test', embedder: 'none', runId, ancestors, ...pin } };
}
const runIdOf = ({ run }: OpenMemory): string => run?.runId ?? '';
const scopeOf = (memory: OpenMemory, level: 'run' | 'crew') =>
  level === 'run' ? `run:${runIdOf(memory)}` : 'crew:demo';
const byOf = (memory: OpenMemory, key: string) => ({ ...BY, runId: runIdOf(memory), key });
const keep = (memory: OpenMemory, key: string, text: string, level: 'run' | 'crew' = 'run') =>
  writeNotes(memory, byOf(memory, key), [wish('note', text, { scope: scopeOf(memory, level) })]);
const append = (memory: OpenMemory, key: string, text: string, declaration = BOARD) =>
  insertIntoBlock(
    memory,
    { scope: scopeOf(memory, declaration === BOARD ? 'run' : 'crew'), declaration },
    byOf(memory, key),
    { text },
  );
const LEVELS: readonly MemoryLevel[] = ['run', 'crew'];
const seen = async (memory: OpenMemory) => {
  const scopes = LEVELS.map(level => scopeOf(memory, level === 'run' ? 'run' : 'crew'));
  const [found, searched] = await Promise.all([
    retrieve(memory, { text: 'gadget', scopes, limit: 50, maxTokens: 9000, scoring: 'newest' }),
    searchArchive(memory, 'gadget', { filter: { scopes }, limit: 50 }),
  ]);
  const texts = found.map(({ text }) => text).toSorted();
  expect(searched.map(({ text }) => text).toSorted()).toEqual(texts);
  return texts;
};
const blockOf = async (memory: OpenMemory, declaration = BOARD, live = false) => {
  const scope = scopeOf(memory, declaration === BOARD ? 'run' : 'crew');
  const [block] = await readBlocks(memory, [{ scope, label: declaration.name }], [declaration], { live });
  return block;
};
const from = (runId: string, ...keys: readonly string[]): Ancestor => ({ runId, keys: new Set(keys) });

describe('a fork has what the run that it comes from had where it began', () => {
  test.each([1, undefined])(
    'notes, whatever their level; none that came later (pinned to %s)',
    async version => {
      const memory = freshMemory();
      const first = runOn(memory, 'A', version === undefined ? {} : { version });
      await keep(first, 'k1', 'gadget one');
      await keep(first, 'k2', 'gadget two', 'crew');
      await keep(first, 'k3', 'gadget three');
      const pin = version === undefined ? {} : { version };
      const before = runOn(memory, 'B', { ancestors: [from('A')], ...pin });
      const after = runOn(memory, 'C', { ancestors: [from('A', 'k1', 'k2')], ...pin });
      const crew = version === undefined ? ['gadget two'] : [];
      expect(await seen(before)).toEqual(crew);
      expect(await seen(after)).toEqual(['gadget one', 'gadget two']);
      await keep(after, 'k3', 'gadget four');
      expect(await seen(after)).toEqual(['gadget four', 'gadget one', 'gadget two']);
      expect(await seen(first)).toEqual(['gadget one', 'gadget three', 'gadget two']);
    },
  );

  test('a note that its original replaced later is still there for the fork', async () => {
    const memory = freshMemory();
    const { version } = { version: await memory.store.version() };
    const first = runOn(memory, 'A', { version });
    const subject = (text: string, key: string) =>
      writeNotes(first, byOf(first, key), [wish('n', text, { scope: 'run:A', tags: ['subject:port'] })]);
    await subject('The gadget listens on 1', 'k1');
    await subject('The gadget listens on 2', 'k2');
    expect(await seen(first)).toEqual(['The gadget listens on 2']);
    expect(await seen(runOn(memory, 'B', { version, ancestors: [from('A', 'k1')] }))).toEqual([
      'The gadget listens on 1',
    ]);
    expect(await seen(runOn(memory, 'B', { version, ancestors: [from('A', 'k1', 'k2')] }))).toEqual([
      'The gadget listens on 2',
    ]);
  });

  test('a block of the run, which it goes on to edit for itself', async () => {
    const memory = freshMemory();
    const first = runOn(memory, 'A', { version: 1 });
    await append(first, 'k1', 'one');
    await append(first, 'k2', 'two');
    await append(first, 'k3', 'three');
    const none = runOn(memory, 'N', { version: 1, ancestors: [from('A')] });
    expect(await blockOf(none)).toMatchObject({ value: 'begin', version: 0 });
    const fork = runOn(memory, 'B', { version: 1, ancestors: [from('A', 'k1', 'k2')] });
    for (const live of [true, false]) {
      expect(await blockOf(fork, BOARD, live)).toMatchObject({ value: 'begin\none\ntwo', version: 2 });
    }
    await append(fork, 'k3', 'other');
    expect(await blockOf(fork)).toMatchObject({ value: 'begin\none\ntwo\nother', version: 3 });
    expect(await blockOf(first)).toMatchObject({ value: 'begin\none\ntwo\nthree', version: 3 });
    const target = { scope: 'run:B', declaration: BOARD };
    await rethinkBlock(fork, target, byOf(fork, 'k4'), { value: 'anew', expectedVersion: 3 });
    const second = runOn(memory, 'C', { version: 1, ancestors: [from('B', 'k3'), from('A', 'k1', 'k2')] });
    expect(await blockOf(second)).toMatchObject({ value: 'begin\none\ntwo\nother', version: 3 });
    const third = runOn(memory, 'D', { version: 1, ancestors: [from('B'), from('A', 'k1')] });
    expect(await blockOf(third)).toMatchObject({ value: 'begin\none', version: 1 });
    await append(third, 'k2', 'mine');
    expect(await blockOf(third)).toMatchObject({ value: 'begin\none\nmine', version: 2 });
  });

  test('a block of the crew as its original had edited it, whatever was written over that', async () => {
    const memory = freshMemory();
    const first = runOn(memory, 'A', { version: 1 });
    await append(first, 'k1', 'one', RULES);
    await append(first, 'k2', 'two', RULES);
    await append(runOn(memory, 'other'), 'k1', 'theirs', RULES);
    expect(await blockOf(first, RULES)).toMatchObject({ value: 'begin\none\ntwo', version: 2 });
    const fork = runOn(memory, 'B', { version: 1, ancestors: [from('A', 'k1')] });
    expect(await blockOf(fork, RULES)).toMatchObject({ value: 'begin\none', version: 1 });
    const none = runOn(memory, 'C', { version: 1, ancestors: [from('A')] });
    expect(await blockOf(none, RULES)).toMatchObject({ value: 'begin', version: 0 });
  });
});

test('what a run says is its own also when another one had said it meanwhile', async () => {
  const memory = freshMemory();
  const mine = runOn(memory, 'A', { version: 1 });
  await keep(runOn(memory, 'other'), 'k1', 'gadget one', 'crew');
  expect(await seen(mine)).toEqual([]);
  await keep(mine, 'k1', 'Gadget one.', 'crew');
  expect(await seen(mine)).toEqual(['gadget one']);
});

const keyed = (key: string): Fact => ({ type: 'timer.fired', at: 1, key });
const started = (forkedFrom?: ForkOrigin): Fact => ({
  ...{ type: 'run.started', at: 1, runId: 'X', inputs: {}, workspace: '/', models: {}, terms: {} },
  ...(forkedFrom === undefined ? {} : { forkedFrom }),
});
const rows = (ancestors: readonly Ancestor[]) => ancestors.map(({ runId, keys }) => [runId, ...keys]);

describe('where a run comes from stands in its own facts', () => {
  const facts = ['a', 'b', 'c', 'd'].map(keyed);
  test.each([
    ['no fork', undefined, []],
    ['a fork', { runId: 'A', at: 3 }, [['A', 'a', 'b']]],
    [
      'a fork of a fork',
      { runId: 'B', at: 4, forkedFrom: { runId: 'A', at: 2 } },
      [
        ['B', 'b', 'c'],
        ['A', 'a'],
      ],
    ],
    [
      'a fork of what a fork had from its original',
      { runId: 'B', at: 2, forkedFrom: { runId: 'A', at: 4 } },
      [['B'], ['A', 'a']],
    ],
  ] as const)('%s', (_name, origin, expected) => {
    expect(rows(ancestorsOf([started(origin), ...facts]))).toEqual(expected);
  });
});

test('law: a fork at any point sees just what its original saw there, and what it goes on to write', async () => {
  const act = fc.record({
    what: fc.constantFrom('note', 'block'),
    level: fc.constantFrom('run', 'crew'),
    text: fc.constantFrom('red', 'green', 'blue', 'white'),
    subject: fc.boolean(),
  });
  const play = fc.array(act, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(play, play, fc.nat(100), fc.nat(100), async (acts, more, one, two) => {
      const memory = freshMemory();
      const version = await memory.store.version();
      const perform = async (run: OpenMemory, done: (typeof acts)[number], key: string) => {
        const scope = scopeOf(run, done.level === 'run' ? 'run' : 'crew');
        if (done.what === 'note') {
          const text = done.subject ? `The gadget is ${done.text}` : `A gadget, ${done.text}`;
          const tags = done.subject ? ['subject:gadget'] : [];
          return writeNotes(run, byOf(run, key), [wish('note', text, { scope, tags })]);
        }
        return append(run, key, done.text, done.level === 'run' ? BOARD : RULES);
      };
      const picture = async (run: OpenMemory) => {
        const board = await blockOf(run);
        const rules = await blockOf(run, RULES);
        return [await seen(run), board?.value, board?.version, rules?.value, rules?.version];
      };
      const first = runOn(memory, 'A', { version });
      const pictures = [await picture(first)];
      for (const [at, done] of acts.entries()) {
        await perform(first, done, `a${at}`);
        pictures.push(await picture(first));
      }
      const cut = one % pictures.length;
      const keys = acts.slice(0, cut).map((_, at) => `a${at}`);
      const fork = runOn(memory, 'B', { version, ancestors: [from('A', ...keys)] });
      expect(await picture(fork)).toEqual(pictures[cut]);
      // What is shared is edited as it is now, so from here on only what the fork has alone is looked at.
      const alone = more.filter(({ level }) => level === 'run');
      const after = [await picture(fork)];
      for (const [at, done] of alone.entries()) {
        await perform(fork, done, `b${at}`);
        after.push(await picture(fork));
      }
      const second = two % after.length;
      const own = alone.slice(0, second).map((_, at) => `b${at}`);
      const ancestors = [from('B', ...own), from('A', ...keys)];
      expect(await picture(runOn(memory, 'C', { version, ancestors }))).toEqual(after[second]);
    }),
    { numRuns: 60 },
  );
});
