import type { MemoryChange, MemoryNote, MemoryProvenance } from '../model/memory.ts';
import type { StoredNote } from '../ports/memory-store.ts';
import { closeNotesAmong } from './close-notes.ts';
import type { Consolidated } from './consolidate.ts';
import { VERBATIM_KINDS } from './memory-limits.ts';
import { changeId } from './note-hash.ts';
import { placeAmong } from './note-place.ts';
import type { OpenMemory } from './open-memory.ts';

/** Who was about to write something when a run began had thought of it no longer ago than this. */
const MEANWHILE_MS = 600_000;
/** The daily tidying sees to what is more. */
const MOST_NOTES = 500;

/** What gave way to others, and what waits for a person, by id. */
export type Settled = Pick<Consolidated, 'superseded' | 'waiting'>;

/**
 * Holds what the run of `by` wrote against what others wrote meanwhile, which writing could not see where both wrote at once:
 * of what is the same the earlier stays, of two values of one subject the later. Where nobody else wrote it reads twice and
 * changes nothing. Doing it again, or in two processes, does no more than once. Fails as the store does.
 */
export async function settleRun(memory: OpenMemory, by: MemoryProvenance): Promise<Settled> {
  const { store } = memory;
  const settled: Settled = { superseded: [], waiting: [] };
  const page = { limit: MOST_NOTES, order: 'newest' } as const;
  const own = (await store.find({ scopes: 'all', runId: by.runId }, page)).filter(isSettled);
  if (own.length === 0) return settled;
  const since = Math.min(...own.map(({ createdAt }) => createdAt)) - MEANWHILE_MS;
  const scopes = [...new Set(own.map(({ scope }) => scope))];
  const others = (await store.find({ scopes, since }, page)).filter(
    note => note.runId !== by.runId && isSettled(note),
  );
  if (others.length === 0) return settled;
  const stored = await store.get([...own, ...others].map(({ id }) => id));
  const inOrder = stored.toSorted((one, other) => one.note.seq - other.note.seq);
  return settleAll(memory, by, inOrder);
}

/** Lessons keep their figures. */
function isSettled({ kind }: MemoryNote): boolean {
  return kind !== 'lesson' && !VERBATIM_KINDS.has(kind);
}

/** Of two notes one is of the run: what others wrote is theirs to settle. */
async function settleAll(
  memory: OpenMemory,
  by: MemoryProvenance,
  inOrder: readonly StoredNote[],
): Promise<Settled> {
  const gone = new Set<string>();
  const settled = { superseded: [] as string[], waiting: [] as string[] };
  const { runId } = by;
  const byId = new Map(inOrder.map(one => [one.note.id, one]));
  const close = closeNotesAmong(inOrder.map(({ note }) => note));
  for (const newcomer of inOrder) {
    const { note } = newcomer;
    const isOwn = note.runId === runId;
    const before = close
      .of(note)
      .filter(one => !gone.has(one.id) && isOwn !== (one.runId === runId))
      .flatMap(one => byId.get(one.id) ?? []);
    const place = placeAmong(newcomer, before);
    if (place.as === 'same') {
      await giveWay(memory, by, {
        note,
        to: place.of.note.id,
        reason: `says the same as ${place.of.note.id}`,
      });
      gone.add(note.id);
      settled.superseded.push(note.id);
    }
    if (place.as === 'waiting') {
      await memory.store.record([
        changeOf(memory, by, { note, action: 'quarantine', cause: note.id, reason: place.reason }),
      ]);
      await memory.store.change([note.id], { state: 'quarantined' });
      gone.add(note.id);
      settled.waiting.push(note.id);
    }
    if (place.as !== 'new') continue;
    for (const { note: old, reason } of place.instead) {
      await giveWay(memory, by, { note: old, to: note.id, reason });
      gone.add(old.id);
      settled.superseded.push(old.id);
    }
  }
  return settled;
}

async function giveWay(
  memory: OpenMemory,
  by: MemoryProvenance,
  { note, to, reason }: { readonly note: MemoryNote; readonly to: string; readonly reason: string },
): Promise<void> {
  await memory.store.record([changeOf(memory, by, { note, action: 'supersede', cause: to, reason })]);
  await memory.store.change([note.id], { state: 'superseded', supersededBy: to });
}

function changeOf(
  memory: OpenMemory,
  by: MemoryProvenance,
  what: Required<Pick<MemoryChange, 'action' | 'reason'>> & {
    readonly note: MemoryNote;
    readonly cause: string;
  },
): MemoryChange {
  const { note, action, cause, reason } = what;
  const { id: target, text: before } = note;
  const id = changeId({ target, action, cause: `settle ${cause}` });
  return { id, at: memory.now(), by, what: 'note', target, action, before, reason };
}
