import type { MemoryChange } from '../model/memory.ts';
import type { MemoryStore } from '../ports/memory-store.ts';
import type { OpenMemory } from './open-memory.ts';

/** What a run wrote, and, of a fork, what the runs that it comes from had written where it began. */
export interface OwnWrites {
  /** Ids of notes that stand under other runs, but are its own as well: it said the same, or it comes from those runs. */
  readonly notes: readonly string[];
  /** Ids of notes that gave way to what it wrote, or that it took away. */
  readonly gone: ReadonlySet<string>;
}

const MOST_CHANGES = 2000;

/** Reads out of the log of changes what a run wrote. Fails as the store does. */
export async function ownWrites(
  store: Pick<MemoryStore, 'changes'>,
  run: NonNullable<OpenMemory['run']>,
): Promise<OwnWrites> {
  const changes = await changesOfRun(store, run, {});
  const gone = changes.filter(({ action }) => action === 'supersede' || action === 'forget');
  const notes = changes.flatMap(({ action, what, target, after, by }) => {
    if (what !== 'note') return [];
    // Whatever was said before by somebody else stands in the change of the note that came to nothing.
    if (action === 'merge') return after === undefined ? [] : [after];
    return action === 'write' && by.runId !== run.runId ? [target] : [];
  });
  return { notes: [...new Set(notes)], gone: new Set(gone.map(({ target }) => target)) };
}

/** The changes that a run made, and of each run that it comes from those that had been made where it began. Fails as the store does. */
export async function changesOfRun(
  store: Pick<MemoryStore, 'changes'>,
  { runId, ancestors = [] }: NonNullable<OpenMemory['run']>,
  { target }: { readonly target?: string },
): Promise<readonly MemoryChange[]> {
  const about = target === undefined ? {} : { target };
  const own = store.changes({ ...about, runId }, { limit: MOST_CHANGES });
  const before = ancestors.map(async ancestor => {
    const changes = await store.changes({ ...about, runId: ancestor.runId }, { limit: MOST_CHANGES });
    return changes.filter(({ by }) => ancestor.keys.has(by.key));
  });
  return (await Promise.all([own, ...before])).flat();
}
