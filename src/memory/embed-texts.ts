import type { OpenMemory } from './open-memory.ts';

/** Vectors in the order of the texts, or none of them and why. */
export type Embedded =
  | { readonly vectors: readonly Float32Array[] }
  | { readonly vectors: undefined; readonly reason?: string };

/**
 * Vectors of texts, of the embedder that the store is for. There are none without an embedder, while the store holds vectors
 * of another one, and when it fails: words still find every note. Fails only when the signal aborts.
 */
export async function embedTexts(
  { store, embedder }: Pick<OpenMemory, 'store' | 'embedder'>,
  texts: readonly string[],
  kind: 'note' | 'query',
  signal?: AbortSignal,
): Promise<Embedded> {
  if (embedder === undefined || texts.length === 0) return { vectors: undefined };
  const held = await store.embedder();
  if (held?.id !== embedder.id || held.dims !== embedder.dims) {
    const found = held === undefined ? 'no vectors' : `vectors of ${held.id}`;
    return {
      vectors: undefined,
      reason: `without vectors: expected those of ${embedder.id}, found ${found}`,
    };
  }
  try {
    return { vectors: await embedder.embed(texts, kind, signal) };
  } catch (error) {
    signal?.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { vectors: undefined, reason: `without vectors: ${message}` };
  }
}
