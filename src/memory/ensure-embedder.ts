import type { StoredNote } from '../ports/memory-store.ts';
import { embeddedText } from './embedded-text.ts';
import type { OpenMemory } from './open-memory.ts';

/** How far a store is with its vectors: notes that were embedded just now, of all that had none. */
export interface EmbedderProgress {
  readonly embedder: string;
  readonly done: number;
  readonly total: number;
}

const NOTES_AT_ONCE = 64;
/** More than a store holds. */
const MOST_NOTES = 1_000_000;

/**
 * Sees to it that the vectors of a store are all of the memory's embedder, and returns how many notes were embedded. Vectors
 * of another embedder are taken away first, then all notes are embedded anew, the oldest first; what is killed in between
 * goes on with the next call. Notes that have no vector, because it could not be had when they were written, get theirs.
 * Without an embedder nothing is changed. Fails with EMBEDDER_UNAVAILABLE or PROVIDER_*, and as the store does; what was
 * embedded until then stays.
 */
export async function ensureEmbedder(
  { store, embedder }: Pick<OpenMemory, 'store' | 'embedder'>,
  options: {
    readonly onProgress?: (progress: EmbedderProgress) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<number> {
  if (embedder === undefined) return 0;
  const { onProgress, signal } = options;
  const held = await store.embedder();
  if (held?.id !== embedder.id || held.dims !== embedder.dims) {
    await store.setEmbedder({ id: embedder.id, dims: embedder.dims });
  }
  const without = await store.unembedded(MOST_NOTES);
  const ids = without.map(({ id }) => id);
  const progress = (done: number): void => onProgress?.({ embedder: embedder.id, done, total: ids.length });
  if (ids.length > 0) progress(0);
  for (let from = 0; from < ids.length; from += NOTES_AT_ONCE) {
    signal?.throwIfAborted();
    const texts = without.slice(from, from + NOTES_AT_ONCE).map(embeddedText);
    const vectors = await embedder.embed(texts, 'note', signal);
    // Read again: what others changed meanwhile must not be written over with what was read at the beginning.
    const now = await store.get(ids.slice(from, from + NOTES_AT_ONCE));
    const places = new Map(ids.slice(from, from + NOTES_AT_ONCE).map((id, at) => [id, at]));
    await store.put(
      now.flatMap(({ note }): StoredNote[] => {
        const at = places.get(note.id) ?? -1;
        const vector = vectors[at];
        // A text that was mended meanwhile waits for the next call.
        return vector === undefined || embeddedText(note) !== texts[at] ? [] : [{ note, vector }];
      }),
    );
    progress(Math.min(from + NOTES_AT_ONCE, ids.length));
  }
  return ids.length;
}
