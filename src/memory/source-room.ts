import { type MemoryNote, type NewNote, NOTE_KINDS, type NoteKind } from '../model/memory.ts';
import { MAX_MESSAGES_OF_RUN, MAX_NOTES_OF_SOURCE } from './memory-limits.ts';
import type { OpenMemory } from './open-memory.ts';
import type { NoteAuthor } from './prepare-note.ts';

/** Counts what a run may still write, by source; messages are counted by themselves. What a person writes is not limited. */
export async function roomOfSources(
  { store }: OpenMemory,
  by: NoteAuthor,
  notes: readonly NewNote[],
): Promise<{
  readonly take: (note: Pick<MemoryNote, 'kind' | 'sources'>) => boolean;
  readonly reason: string;
}> {
  const reason = 'this run has written as much out of this source as it may';
  if (by.key === '') return { take: () => true, reason };
  const wanted = new Set(notes.flatMap(({ kind, sources }) => bucketsOf(kind, sources)));
  const mine = { scopes: 'all', states: 'all', runId: by.runId } as const;
  const counts = await Promise.all(
    [...wanted].map(async bucket => {
      const filter =
        bucket === MESSAGES
          ? { ...mine, kinds: ['message'] as const }
          : { ...mine, kinds: COUNTED_KINDS, ...(bucket === '' ? {} : { sources: [bucket] }) };
      return [bucket, await store.count(filter)] as const;
    }),
  );
  const written = new Map(counts);
  const take = ({ kind, sources }: Pick<MemoryNote, 'kind' | 'sources'>): boolean => {
    const buckets = bucketsOf(kind, sources);
    const most = kind === 'message' ? MAX_MESSAGES_OF_RUN : MAX_NOTES_OF_SOURCE;
    if (buckets.some(bucket => (written.get(bucket) ?? 0) >= most)) return false;
    for (const bucket of buckets) written.set(bucket, (written.get(bucket) ?? 0) + 1);
    return true;
  };
  return { take, reason };
}

const MESSAGES = 'message ';
const COUNTED_KINDS: readonly NoteKind[] = NOTE_KINDS.filter(kind => kind !== 'message');

function bucketsOf(kind: NoteKind, sources: readonly string[]): readonly string[] {
  if (kind === 'message') return [MESSAGES];
  // Insights name notes as their sources, each another one; together they are one source.
  const named = sources.filter(source => !source.startsWith('note:'));
  return named.length === 0 ? [''] : [...new Set(named)];
}
