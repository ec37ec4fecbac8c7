import { expect, test } from 'vitest';
import { writeNotes } from '../../src/memory/write-notes.ts';
import { createStoreByScope } from '../../src/stores/by-scope.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
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
