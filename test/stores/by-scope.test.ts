import { expect, test } from 'vitest';
import { writeNotes } from '../../src/memory/write-notes.ts';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import { createStoreByScope } from '../../src/stores/by-scope.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import { storedNote } from '../contracts/memory-notes.ts';
import { memoryStoreContract } from '../contracts/memory-store.ts';
import { memoryFor } from '../runtime/memory-crew.ts';

/** A person's own store that is there. */
const ownOf = (store: MemoryStore) => ({ isThere: () => true, open: async () => store });

memoryStoreContract('by scope', async () => ({
  open: async () => createStoreByScope(createInMemoryStore(), ownOf(createInMemoryStore())),
  remove: async () => {},
  shared: false,
}));

test('what is one person’s own is in their store alone, and is found together with the rest', async () => {
  const [shared, own] = [createInMemoryStore(), createInMemoryStore()];
  const store = createStoreByScope(shared, ownOf(own));
  const by = { runId: 'r', phase: 'p', role: 'x', key: 'k', author: 'rule', crew: 'c' };
  const note = { kind: 'fact', trust: 2, sources: ['user'] } as const;
  await writeNotes(memoryFor(store, { runId: 'r' }), by, [
    { ...note, key: 'a', scope: 'user', text: 'I like short herons.' },
    { ...note, key: 'b', scope: 'project', text: 'The project has herons.' },
  ]);
  const all = { scopes: 'all', states: 'all' } as const;
  const texts = async (one: typeof store) =>
    (await one.find(all, { limit: 9, order: 'oldest' })).map(({ text }) => text);
  expect(await texts(own)).toEqual(['I like short herons.']);
  expect(await texts(shared)).toEqual(['The project has herons.']);
  const found = await store.lexical('herons', { scopes: ['user', 'project'] }, { limit: 9 });
  expect(found.map(({ note: { scope } }) => scope).toSorted()).toEqual(['project', 'user']);
  expect(await store.lexical('herons', { scopes: ['project'] }, { limit: 9 })).toHaveLength(1);
  const [mine] = await own.find(all, { limit: 1, order: 'oldest' });
  await store.change([mine?.id ?? ''], { state: 'retracted' });
  expect(await own.count({ scopes: 'all', states: ['retracted'] })).toBe(1);
  expect(await shared.changes({}, { limit: 9 })).toEqual(
    expect.not.arrayContaining([expect.objectContaining({ after: 'I like short herons.' })]),
  );
});

test('one person’s own keeps the vectors that it first had, whatever another project has', async () => {
  const own = createInMemoryStore();
  const storeOf = async (id: string, dims: number) => {
    const store = createStoreByScope(createInMemoryStore(), ownOf(own));
    await store.setEmbedder({ id, dims });
    return store;
  };
  const herons = (key: string, vector: readonly number[]) =>
    storedNote(key, { scope: 'user', text: `The heron ${key} is mine.` }, vector);
  const first = await storeOf('small@1', 2);
  await first.put([herons('a', [1, 0])]);
  const second = await storeOf('large@1', 3);
  await second.put([herons('b', [1, 0, 0])]);
  expect(await own.embedder()).toEqual({ id: 'small@1', dims: 2 });
  expect(await own.count({ scopes: ['user'] })).toBe(2);
  expect(await second.nearest(Float32Array.of(1, 0, 0), { scopes: ['user'] }, { limit: 9 })).toEqual([]);
  expect(await second.lexical('heron', { scopes: ['user'] }, { limit: 9 })).toHaveLength(2);
  expect(await first.nearest(Float32Array.of(1, 0), { scopes: ['user'] }, { limit: 9 })).toHaveLength(1);
});

test('one person’s own store is made by what is kept in it, never by looking', async () => {
  let made = 0;
  const store = createStoreByScope(createInMemoryStore(), {
    isThere: () => made > 0,
    open: async () => {
      made += 1;
      return createInMemoryStore();
    },
  });
  const all = { scopes: 'all', states: 'all' } as const;
  await store.setEmbedder({ id: 'small@1', dims: 2 });
  expect(await store.get(['a'])).toEqual([]);
  expect(await store.find(all, { limit: 9, order: 'newest' })).toEqual([]);
  expect(await store.lexical('heron', { scopes: ['user'] }, { limit: 9 })).toEqual([]);
  expect(await store.nearest(Float32Array.of(1, 0), { scopes: ['user'] }, { limit: 9 })).toEqual([]);
  expect(await store.count(all)).toBe(0);
  expect(await store.unembedded(9)).toEqual([]);
  expect(await store.block('user', 'persona')).toBeUndefined();
  expect(await store.blocks('all')).toEqual([]);
  expect(await store.changes({}, { limit: 9 })).toEqual([]);
  expect(await store.forget(['a'])).toEqual({ count: 0, heldByOthers: false });
  await store.change(['a'], { state: 'retired' });
  await store.touch(['a'], 1);
  await store.flush();
  expect(made).toBe(0);
  await store.put([storedNote('a', { scope: 'user' }, [1, 0])]);
  expect(made).toBe(1);
  expect(await store.count({ scopes: ['user'] })).toBe(1);
});
