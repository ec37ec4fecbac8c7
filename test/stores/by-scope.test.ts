import { expect, test } from 'vitest';
import { writeNotes } from '../../src/memory/write-notes.ts';
import { createStoreByScope } from '../../src/stores/by-scope.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import { storedNote } from '../contracts/memory-notes.ts';
import { memoryStoreContract } from '../contracts/memory-store.ts';
import { memoryFor } from '../runtime/memory-crew.ts';

memoryStoreContract('by scope', async () => ({
  open: async () => createStoreByScope(createInMemoryStore(), async () => createInMemoryStore()),
  remove: async () => {},
  shared: false,
}));

test('what is one person’s own is in their store alone, and is found together with the rest', async () => {
  const [shared, own] = [createInMemoryStore(), createInMemoryStore()];
  const store = createStoreByScope(shared, async () => own);
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
    const store = createStoreByScope(createInMemoryStore(), async () => own);
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
