import type { MemoryNote, MemoryProvenance, MemoryScope } from '../../model/memory.ts';
import { changeId } from '../note-hash.ts';
import type { OpenMemory } from '../open-memory.ts';

/** What happened counts, what was thought or said about it does not. */
const COUNTED: readonly MemoryNote['kind'][] = ['observation', 'fact', 'decision', 'lesson'];
/** What gave way since then happened all the same; what waits for a person, or was taken back, does not count. */
const COUNTED_STATES: readonly MemoryNote['state'][] = ['active', 'superseded', 'archived', 'retired'];
/** What comes from strangers is nothing that insights are drawn from. */
const LEAST_TRUST = 1;
/** Clocks of different machines that write one memory are no further apart. */
const SKEW_MS = 3_600_000;
const MOST_NOTES = 2000;
const MOST_SETTLED = 20;
/** Sums of fractions differ in their last digits. */
const TINY = 1e-9;

/** Up to where insights have been drawn from a scope. */
interface Mark {
  readonly seq: number;
  /** When that note was written. */
  readonly at: number;
}

/**
 * Importance gathered by scope since the last insights. As in the reference code of Generative Agents, only what was seen counts:
 * no thoughts, no conversation, nothing that waits for a person. What comes from strangers does not count either. It is summed
 * up out of the notes themselves, so a repetition counts nothing twice. Of more than 2000 notes the newest count.
 */
export async function gatheredIn(
  memory: OpenMemory,
  scopes: readonly MemoryScope[],
): Promise<{ readonly [scope: MemoryScope]: number }> {
  const rows = await Promise.all(
    [...new Set(scopes)].map(async scope => {
      const notes = await unsettled(memory, scope);
      return [scope, notes.reduce((sum, { importance }) => sum + importance, 0)] as const;
    }),
  );
  return Object.fromEntries(rows);
}

/** Takes away what a scope had gathered when insights were drawn from it; what came meanwhile stays. Once for each effect. */
export async function settleGathered(
  memory: OpenMemory,
  by: MemoryProvenance,
  { scope, gathered }: { readonly scope: MemoryScope; readonly gathered: number },
): Promise<void> {
  const { store } = memory;
  const target = targetOf(scope);
  const id = changeId({ target, action: 'write', cause: JSON.stringify([by.runId, by.key]) });
  const before = await store.changes({ target, runId: by.runId }, { limit: MOST_NOTES });
  if (before.some(change => change.id === id)) return;
  let [sum, last] = [0, undefined as MemoryNote | undefined];
  for (const note of await unsettled(memory, scope)) {
    sum += note.importance;
    // What has become more important meanwhile is settled all the same, else it would be thought about for ever.
    if (last !== undefined && sum > gathered + TINY) break;
    last = note;
  }
  if (last === undefined) return;
  const mark: Mark = { seq: last.seq, at: last.createdAt };
  const reason = 'insights were drawn from it';
  await store.record([
    {
      ...{ id, at: memory.now(), by, what: 'note', target, action: 'write' },
      ...{ after: JSON.stringify(mark), reason },
    },
  ]);
}

/** What counts of a scope and came after its last insights, in the order in which it was written. */
async function unsettled({ store }: OpenMemory, scope: MemoryScope): Promise<readonly MemoryNote[]> {
  const settled = await store.changes({ target: targetOf(scope) }, { limit: MOST_SETTLED });
  const mark = settled
    .map(({ after }) => readMark(after))
    .reduce((latest, each) => (each.seq > latest.seq ? each : latest), { seq: 0, at: SKEW_MS });
  const filter = { scopes: [scope], kinds: COUNTED, states: COUNTED_STATES, minTrust: LEAST_TRUST } as const;
  const notes = await store.find(
    { ...filter, since: mark.at - SKEW_MS },
    { limit: MOST_NOTES, order: 'newest' },
  );
  return notes.filter(({ seq }) => seq > mark.seq).toSorted((one, other) => one.seq - other.seq);
}

function readMark(text: string | undefined): Mark {
  return text === undefined ? { seq: 0, at: SKEW_MS } : (JSON.parse(text) as Mark);
}

function targetOf(scope: MemoryScope): string {
  return `gathered ${scope}`;
}
