import { describe, expect, it } from 'vitest';
import { consolidate } from '../../src/memory/consolidate.ts';
import { noteHash } from '../../src/memory/note-hash.ts';
import type { OpenMemory } from '../../src/memory/open-memory.ts';
import type { MemoryNote } from '../../src/model/memory.ts';
import { BY, noteOf } from '../contracts/memory-notes.ts';
import { FIRST_MOMENT, freshMemory } from './fresh-memory.ts';

const DAY_MS = 86_400_000;
const SCOPE = 'crew:demo';

const fact = (id: string, seq: number, text: string, more: Partial<MemoryNote> = {}): MemoryNote =>
  noteOf(id, {
    ...{ seq, text, kind: 'fact', hash: noteHash(text), createdAt: FIRST_MOMENT, lastUsedAt: FIRST_MOMENT },
    ...more,
  });
const filled = async (...notes: readonly MemoryNote[]): Promise<OpenMemory> => {
  const memory = freshMemory();
  await memory.store.put(notes.map(note => ({ note })));
  for (const scope of new Set(notes.map(note => note.scope))) {
    await memory.store.nextSeq(scope, Math.max(...notes.map(({ seq }) => seq)));
  }
  return memory;
};
const stateOf = async ({ store }: OpenMemory, id: string) => (await store.get([id]))[0]?.note.state;
const LONG_AGO = FIRST_MOMENT - 31 * DAY_MS;
const old = { createdAt: LONG_AGO, lastUsedAt: LONG_AGO };

describe('tidying', () => {
  it('archives what has expired', async () => {
    const memory = await filled(
      fact('past', 1, 'one', { expiresAt: FIRST_MOMENT }),
      fact('future', 2, 'two', { expiresAt: FIRST_MOMENT + DAY_MS }),
    );
    expect(await consolidate(memory, [SCOPE], BY)).toMatchObject({ expired: ['past'], archived: [] });
    expect([await stateOf(memory, 'past'), await stateOf(memory, 'future')]).toEqual(['archived', 'active']);
    expect(await memory.store.changes({ target: 'past' }, { limit: 9 })).toMatchObject([
      { action: 'retire', reason: 'expired' },
    ]);
  });

  it('ends when its time is over, and goes on from there the next time', async () => {
    const texts = Array.from({ length: 500 }, (_, at) => `The page ${at % 250} was read`);
    const memory = await filled(...texts.map((text, at) => fact(`n${at}`, at + 1, text)));
    const counts: number[] = [];
    for (let isWhole = false; !isWhole; ) {
      let left = 4;
      const isOver = (): boolean => {
        left -= 1;
        return left < 0;
      };
      const done = await consolidate(memory, [SCOPE], BY, { isOver });
      counts.push(done.superseded.length);
      ({ isWhole } = done);
    }
    expect(counts).toEqual([150, 100]);
  });

  it('searches no store, and asks it a few times for all of what is new', async () => {
    const texts = Array.from({ length: 400 }, (_, at) => `The page ${at % 300} of the book was read`);
    const memory = await filled(...texts.map((text, at) => fact(`n${at}`, at + 1, text)));
    const asked: string[] = [];
    const store = new Proxy(memory.store, {
      get(target, name, receiver) {
        asked.push(String(name));
        return Reflect.get(target, name, receiver);
      },
    });
    expect((await consolidate({ ...memory, store }, [SCOPE], BY)).superseded).toHaveLength(100);
    expect(asked.filter(name => name === 'lexical' || name === 'nearest')).toEqual([]);
    expect(asked.filter(name => name !== 'change').length).toBeLessThan(20);
  });

  it('leaves one of what two processes wrote at once, and the later of two values', async () => {
    const memory = await filled(
      fact('a', 1, 'The build needs Node 24'),
      fact('b', 2, 'the build needs node 24.'),
      fact('c', 3, 'The port is 8080'),
      fact('d', 4, 'The port is 9090'),
    );
    expect((await consolidate(memory, [SCOPE], BY)).superseded).toEqual(['b', 'c']);
    const [b] = await memory.store.get(['b']);
    expect(b?.note.supersededBy).toBe('a');
    const left = await memory.store.find({ scopes: [SCOPE] }, { limit: 9, order: 'oldest' });
    expect(left.map(({ id }) => id)).toEqual(['a', 'd']);
  });

  it('lets what contradicts somebody who is trusted more wait for a person', async () => {
    const memory = await filled(
      fact('a', 1, 'The port is 8080', { trust: 3 }),
      fact('b', 2, 'The port is 9090', { trust: 0 }),
    );
    expect((await consolidate(memory, [SCOPE], BY)).waiting).toEqual(['b']);
    expect(await stateOf(memory, 'b')).toBe('quarantined');
  });

  it('archives what is unimportant and unused, but not the evidence of what counts', async () => {
    const memory = await filled(
      fact('log', 1, 'one', { importance: 0.2, ...old }),
      fact('proof', 2, 'two', { importance: 0.2, ...old }),
      fact('used', 3, 'three', { importance: 0.2 }),
      fact('weighty', 4, 'four', { importance: 0.3, ...old }),
      fact('lesson', 5, 'five', { kind: 'lesson', importance: 0.1, ...old }),
      fact('thought', 6, 'six', { kind: 'insight', evidence: ['proof'], scope: 'project' }),
    );
    expect((await consolidate(memory, [SCOPE], BY)).archived).toEqual(['log']);
  });

  it.each(['record', 'change'] as const)('is complete in the log after a kill at any %s', async what => {
    const notes = [
      fact('past', 1, 'one', { expiresAt: FIRST_MOMENT }),
      fact('a', 2, 'The port is 8080'),
      fact('b', 3, 'The port is 9090'),
      fact('c', 4, 'The port is 1', { trust: 0 }),
      fact('dull', 5, 'Tuesday', { importance: 0.1, ...old }),
    ];
    const whole = await filled(...notes);
    await consolidate(whole, [SCOPE], BY);
    const actions = async ({ store }: OpenMemory) =>
      (await store.changes({}, { limit: 99 })).map(({ action, target }) => `${action} ${target}`).toSorted();
    for (let kill = 0; kill < (what === 'record' ? 3 : 4); kill += 1) {
      const memory = await filled(...notes);
      const { store } = memory;
      let left = kill;
      const dying = (): Promise<never> | undefined => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('killed')) : undefined;
      };
      const broken =
        what === 'record'
          ? { ...store, record: async (changes: never) => (await dying()) ?? store.record(changes) }
          : {
              ...store,
              change: async (ids: never, change: never) => (await dying()) ?? store.change(ids, change),
            };
      await expect(consolidate({ ...memory, store: broken }, [SCOPE], BY)).rejects.toThrow('killed');
      await consolidate(memory, [SCOPE], BY);
      expect(await actions(memory)).toEqual(await actions(whole));
    }
  });

  it('in two processes at once still looks at what comes later', async () => {
    const memory = await filled(fact('a', 1, 'one thing'), fact('b', 2, 'another one'));
    await Promise.all([1, 2, 3].map(() => consolidate(memory, [SCOPE], BY)));
    await memory.store.put(
      [fact('c', 3, 'The build needs Node 24'), fact('d', 4, 'the build needs node 24.')].map(note => ({
        note,
      })),
    );
    await memory.store.nextSeq(SCOPE, 2);
    expect((await consolidate(memory, [SCOPE], BY)).superseded).toEqual(['d']);
  });

  it('does nothing more the second time, and nothing in other scopes', async () => {
    const memory = await filled(
      fact('a', 1, 'The port is 8080'),
      fact('b', 2, 'The port is 9090'),
      fact('x', 1, 'gone', { scope: 'crew:other', expiresAt: 0 }),
    );
    await consolidate(memory, [SCOPE], BY);
    const before = await memory.store.version();
    expect(await consolidate(memory, [SCOPE], BY)).toEqual({
      ...{ expired: [], superseded: [], waiting: [], archived: [], isWhole: true },
    });
    expect(await memory.store.version()).toBe(before);
    expect(await stateOf(memory, 'x')).toBe('active');
  });
});
