import { describe, expect, it } from 'vitest';
import { createStaticEmbedder } from '../../src/embedders/static.ts';
import { embeddedText } from '../../src/memory/embedded-text.ts';
import { ensureEmbedder } from '../../src/memory/ensure-embedder.ts';
import type { Embedder } from '../../src/ports/embedder.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import { noteOf } from '../contracts/memory-notes.ts';

/** Vectors that name their embedder in the first number; breaks after some texts. */
const marked = (id: string, mark: number, breaksAfter = Number.POSITIVE_INFINITY): Embedder => {
  let done = 0;
  return {
    id,
    dims: 2,
    embed: async texts => {
      if (done >= breaksAfter) throw new Error('killed');
      done += texts.length;
      return texts.map(() => Float32Array.from([mark, Math.sqrt(1 - mark * mark)]));
    },
  };
};
const filled = async (count: number) => {
  const store = createInMemoryStore();
  await store.put(Array.from({ length: count }, (_, at) => ({ note: noteOf(`n${at}`, { seq: at + 1 }) })));
  return store;
};
const marks = async (store: Awaited<ReturnType<typeof filled>>) => {
  const ids = (await store.find({ scopes: 'all' }, { limit: 999, order: 'oldest' })).map(({ id }) => id);
  return (await store.get(ids)).map(({ vector }) => Math.round((vector?.[0] ?? 0) * 10) / 10);
};

describe('a store', () => {
  it('gets the vectors of its first embedder, and tells how far it is', async () => {
    const store = await filled(150);
    const seen: string[] = [];
    const progress = ({ done, total }: { done: number; total: number }) => seen.push(`${done}/${total}`);
    expect(await ensureEmbedder({ store, embedder: marked('one', 0.1) }, { onProgress: progress })).toBe(150);
    expect(seen).toEqual(['0/150', '64/150', '128/150', '150/150']);
    expect(await ensureEmbedder({ store, embedder: marked('one', 0.1) })).toBe(0);
    expect(new Set(await marks(store))).toEqual(new Set([0.1]));
  });

  it('has never vectors of two embedders, and goes on where it was killed', async () => {
    const store = await filled(150);
    await ensureEmbedder({ store, embedder: marked('one', 0.1) });
    await expect(ensureEmbedder({ store, embedder: marked('two', 0.2, 64) })).rejects.toThrow('killed');
    expect(await store.embedder()).toEqual({ id: 'two', dims: 2 });
    expect(new Set(await marks(store))).toEqual(new Set([0.2, 0]));
    expect(await ensureEmbedder({ store, embedder: marked('two', 0.2) })).toBe(86);
    expect(new Set(await marks(store))).toEqual(new Set([0.2]));
  });

  it('keeps what others changed while its notes were embedded', async () => {
    const store = await filled(2);
    const embedder: Embedder = {
      ...marked('one', 0.1),
      embed: async texts => {
        await store.change(['n0'], { state: 'retired' });
        return texts.map(() => Float32Array.from([1, 0]));
      },
    };
    await ensureEmbedder({ store, embedder });
    expect((await store.get(['n0']))[0]?.note.state).toBe('retired');
  });

  it('stays as it is without an embedder', async () => {
    const store = await filled(1);
    await ensureEmbedder({ store, embedder: createStaticEmbedder() });
    expect(await ensureEmbedder({ store })).toBe(0);
    expect(await store.embedder()).toEqual({ id: 'static@1', dims: 100 });
  });

  it('stops when it is told to', async () => {
    const store = await filled(1);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(ensureEmbedder({ store, embedder: marked('one', 0.1) }, { signal })).rejects.toThrow(
      'enough',
    );
  });
});

it.each([
  [{ role: 'security_reviewer', text: 'It leaks.', gist: 'It leaks.' }, 'security reviewer: It leaks.'],
  [{ role: '', text: 'It leaks.', gist: 'A leak' }, 'A leak\nIt leaks.'],
])('the vector of a note is of who wrote it, what it means and what it says', (note, expected) => {
  expect(embeddedText(note)).toBe(expected);
});
