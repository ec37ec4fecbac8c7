import { CrewError } from '../model/crew-error.ts';
import type { MemoryNote, MemoryScope } from '../model/memory.ts';
import type { MemoryStore, NoteFilter, ScoredNote } from '../ports/memory-store.ts';
import type { OpenMemory } from './open-memory.ts';
import { ownWrites } from './own-writes.ts';

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

/** What gave way to words of others is still there for a run that cannot see those. */
const STATES_OF_OWN = ['active', 'superseded'] as const;

/**
 * Reads for a run: the store as it was at the version that the run began with, and over it what the run wrote itself, and what
 * those that it comes from had written where it began; notes that gave way to these are left out. Without a version, or when that
 * is not kept any more, what is there now.
 */
export async function pinnedReads({ store, run }: Pick<OpenMemory, 'store' | 'run'>): Promise<PinnedReads> {
  const { ancestors = [] } = run ?? {};
  if (run === undefined || (run.version === undefined && ancestors.length === 0)) return readsOf(store);
  const { version: at, runId } = run;
  const { notes, gone } = await ownWrites(store, run);
  const inherited = ancestors.map(one => `run:${one.runId}`);
  const parts = partsFor({ runId, notes, inherited, isPinned: at !== undefined });
  // Only an unchanged order of reads lets all parts be asked for at once.
  const both = async <Found>(
    filter: NoteFilter,
    read: (part: NoteFilter, at: number | undefined) => Promise<readonly Found[]>,
  ): Promise<readonly Found[]> => {
    const { past, own, named } = parts(filter);
    const found = await Promise.all([
      past === undefined
        ? []
        : asItWas(
            () => read(past, at),
            () => read(past, undefined),
          ),
      own === undefined ? [] : read(own, undefined),
      named === undefined ? [] : read(named, undefined),
    ]);
    return found.flat();
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

interface Parts {
  /** What is read as it was; absent where nothing of it is asked for. */
  readonly past?: NoteFilter;
  /** What stands under the run itself. */
  readonly own?: NoteFilter;
  /** What is its own, but stands under others. */
  readonly named?: NoteFilter;
}

/** What was kept for one run alone is seen by those that come from it, but none of it that came later. */
function partsFor(of: {
  readonly runId: string;
  readonly notes: readonly string[];
  readonly inherited: readonly MemoryScope[];
  readonly isPinned: boolean;
}): (filter: NoteFilter) => Parts {
  const { runId, notes, inherited, isPinned } = of;
  return filter => {
    const { scopes: asked, ids, states = STATES_OF_OWN } = filter;
    const then = asked === 'all' ? asked : asked.filter(scope => !inherited.includes(scope));
    const ofRun = asked === 'all' || asked.includes(`run:${runId}`);
    const kept = ofRun ? inherited : asked.filter(scope => inherited.includes(scope));
    // Who reads what is there now sees all but that anyway.
    const scopes = isPinned && then !== 'all' ? [...new Set([...then, ...kept])] : isPinned ? then : kept;
    const named = ids === undefined ? notes : notes.filter(id => ids.includes(id));
    const isMine = isPinned && (filter.runId === undefined || filter.runId === runId);
    return {
      ...(then.length === 0 ? {} : { past: { ...filter, scopes: then } }),
      ...(isMine && then.length > 0 ? { own: { ...filter, scopes: then, states, runId } } : {}),
      ...(named.length === 0 || scopes.length === 0
        ? {}
        : { named: { ...filter, scopes, states, ids: named } }),
    };
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
