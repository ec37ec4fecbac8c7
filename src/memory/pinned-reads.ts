import { CrewError } from '../model/crew-error.ts';
import type { MemoryNote } from '../model/memory.ts';
import type { MemoryStore, NoteFilter, ScoredNote } from '../ports/memory-store.ts';
import type { OpenMemory } from './open-memory.ts';

/** Searches of a store, as a run may see it. */
export interface PinnedReads {
  readonly find: (
    filter: NoteFilter,
    options: { readonly limit: number; readonly order: 'newest' | 'oldest' },
  ) => Promise<readonly MemoryNote[]>;
  readonly lexical: (text: string, filter: NoteFilter, limit: number) => Promise<readonly ScoredNote[]>;
  readonly nearest: (
    vector: Float32Array,
    filter: NoteFilter,
    limit: number,
  ) => Promise<readonly ScoredNote[]>;
}

const MOST_CHANGES = 2000;

/**
 * Reads for a run: the store as it was at the version that the run began with, and over it what the run wrote itself; notes
 * that gave way to its own are left out. Without a version, or when that is not kept any more, what is there now.
 */
export async function pinnedReads({ store, run }: Pick<OpenMemory, 'store' | 'run'>): Promise<PinnedReads> {
  if (run?.version === undefined) return readsOf(store);
  const { version: at, runId } = run;
  const changes = await store.changes({ runId }, { limit: MOST_CHANGES });
  const gone = new Set(
    changes.filter(({ action }) => action === 'supersede' || action === 'forget').map(({ target }) => target),
  );
  // Only an unchanged order of reads lets both halves be asked for at once.
  const both = async <Found>(
    filter: NoteFilter,
    read: (part: NoteFilter, at: number | undefined) => Promise<readonly Found[]>,
  ): Promise<readonly Found[]> => {
    const mine = filter.runId === undefined || filter.runId === runId;
    const [then, own] = await Promise.all([
      asItWas(
        () => read(filter, at),
        () => read(filter, undefined),
      ),
      mine ? read({ ...filter, runId }, undefined) : [],
    ]);
    return [...then, ...own];
  };
  return {
    async find(filter, { limit, order }) {
      const found = await both(filter, (part, version) =>
        store.find(part, { limit, order, ...atVersion(version) }),
      );
      const sign = order === 'newest' ? -1 : 1;
      return once(found, ({ id }) => id, gone)
        .toSorted((a, b) => sign * (a.createdAt - b.createdAt || a.seq - b.seq))
        .slice(0, limit);
    },
    async lexical(text, filter, limit) {
      const found = await both(filter, (part, version) =>
        store.lexical(text, part, { limit, ...atVersion(version) }),
      );
      return best(found, gone, limit);
    },
    async nearest(vector, filter, limit) {
      const found = await both(filter, (part, version) =>
        store.nearest(vector, part, { limit, ...atVersion(version) }),
      );
      return best(found, gone, limit);
    },
  };
}

function readsOf(store: MemoryStore): PinnedReads {
  return {
    find: (filter, options) => store.find(filter, options),
    lexical: (text, filter, limit) => store.lexical(text, filter, { limit }),
    nearest: (vector, filter, limit) => store.nearest(vector, filter, { limit }),
  };
}

function atVersion(at: number | undefined): { readonly at?: number } {
  return at === undefined ? {} : { at };
}

async function asItWas<Found>(then: () => Promise<Found>, now: () => Promise<Found>): Promise<Found> {
  try {
    return await then();
  } catch (error) {
    if (error instanceof CrewError && error.code === 'MEMORY_VERSION_GONE') return now();
    throw error;
  }
}

function best(found: readonly ScoredNote[], gone: ReadonlySet<string>, limit: number): readonly ScoredNote[] {
  const ranked = found.toSorted((a, b) => b.score - a.score || (a.note.id < b.note.id ? -1 : 1));
  return once(ranked, ({ note }) => note.id, gone).slice(0, limit);
}

function once<Found>(
  found: readonly Found[],
  idOf: (one: Found) => string,
  gone: ReadonlySet<string>,
): readonly Found[] {
  return [...new Map(found.toReversed().map(one => [idOf(one), one])).values()]
    .toReversed()
    .filter(one => !gone.has(idOf(one)));
}
