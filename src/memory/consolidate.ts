import type { MemoryChange, MemoryNote, MemoryProvenance, MemoryScope, NoteState } from '../model/memory.ts';
import type { NoteChange } from '../ports/memory-store.ts';
import { type CloseNotes, closeNotesAmong } from './close-notes.ts';
import { VERBATIM_KINDS } from './memory-limits.ts';
import { changeId } from './note-hash.ts';
import { type Place, placeAmong } from './note-place.ts';
import type { OpenMemory } from './open-memory.ts';

/** What was tidied, by id. */
export interface Consolidated {
  readonly expired: readonly string[];
  /** Said the same as an older note, or gave way to a newer one. */
  readonly superseded: readonly string[];
  /** Contradict what is trusted more; they wait for a person. */
  readonly waiting: readonly string[];
  /** Unimportant, unused, and no evidence of anything. */
  readonly archived: readonly string[];
}

const DAY_MS = 86_400_000;
/** What is less important than this is archived when nobody used it for so long. */
const UNIMPORTANT = 0.3;
const UNUSED_MS = 30 * DAY_MS;
const MOST_NOTES = 1_000_000;
const EVIDENCE_AT_ONCE = 500;
const SETTLED_AT_ONCE = 200;
/** What was said already, although nobody is reminded of it now. */
const STATES_STILL_KNOWN: readonly NoteState[] = ['quarantined', 'retired'];

interface Settled {
  readonly superseded: string[];
  readonly waiting: string[];
}

/** Lessons are retired by how they did, words of conversations by their age. */
const LEFT_ALONE: ReadonlySet<MemoryNote['kind']> = new Set([...VERBATIM_KINDS, 'lesson']);

/**
 * Tidies some scopes: archives what has expired, lets those of the notes that came since the last time give way to what they
 * repeat, or others to them, where writing could not see it because several processes wrote at once, and archives what is
 * unimportant (below 0.3), was not used for 30 days and bears out no note that counts. Every step is in the history before it is
 * made, so a kill leaves none out. Doing it twice, or in two processes, does no more than once. It ends between two steps once
 * `isOver` says so, and goes on from there the next time; `isWhole` tells whether it came to its end. Fails as the store does.
 */
export async function consolidate(
  memory: OpenMemory,
  scopes: readonly MemoryScope[],
  by: MemoryProvenance,
  { isOver = () => false }: { readonly isOver?: () => boolean } = {},
): Promise<Consolidated & { readonly isWhole: boolean }> {
  let isWhole = true;
  const isCut = (): boolean => {
    isWhole &&= !isOver();
    return !isWhole;
  };
  const done = {
    expired: [] as string[],
    superseded: [] as string[],
    waiting: [] as string[],
    archived: [] as string[],
  };
  for (const scope of new Set(scopes)) {
    if (isCut()) break;
    done.expired.push(...(await archiveExpired(memory, scope, by)));
    if (isCut()) break;
    const settled = await settleNew(memory, scope, by, isCut);
    done.superseded.push(...settled.superseded);
    done.waiting.push(...settled.waiting);
    if (isCut()) break;
    done.archived.push(...(await archiveUnused(memory, scope, by)));
  }
  return { ...done, isWhole };
}

async function archiveExpired(
  memory: OpenMemory,
  scope: MemoryScope,
  by: MemoryProvenance,
): Promise<readonly string[]> {
  const now = memory.now();
  const filter = { scopes: [scope] };
  const valid = await memory.store.count({ ...filter, validAt: now });
  if (valid === (await memory.store.count(filter))) return [];
  const notes = await memory.store.find(filter, { limit: MOST_NOTES, order: 'oldest' });
  const expired = notes.flatMap(({ id, expiresAt }) =>
    expiresAt !== undefined && expiresAt <= now ? [id] : [],
  );
  await archive(memory, expired, { by, reason: 'expired' });
  return expired;
}

/**
 * The counter of a scope says up to where it was settled; what fails in between is settled again. Writing has held every note
 * against the others, so no store is searched here: all that is close is found among the notes at hand.
 */
async function settleNew(memory: OpenMemory, scope: MemoryScope, by: MemoryProvenance, isCut: () => boolean) {
  const { store } = memory;
  const settled: Settled = { superseded: [], waiting: [] };
  const counter = `settled ${scope}`;
  const from = await store.bump(counter, 0);
  // Places are given out one after another: nothing was written since.
  if ((await store.nextSeq(scope, 0)) - 1 <= from) return settled;
  const active = await store.find({ scopes: [scope] }, { limit: MOST_NOTES, order: 'oldest' });
  const fresh = active.filter(({ seq }) => seq > from).toSorted((one, other) => one.seq - other.seq);
  if (fresh.length === 0) return settled;
  const known = await store.find(
    { scopes: [scope], states: STATES_STILL_KNOWN },
    { limit: MOST_NOTES, order: 'oldest' },
  );
  const close = closeNotesAmong([...active, ...known].filter(({ kind }) => !LEFT_ALONE.has(kind)));
  const gone = new Set<string>();
  let reached = from;
  for (let at = 0; at < fresh.length && !isCut(); at += SETTLED_AT_ONCE) {
    const part = fresh.slice(at, at + SETTLED_AT_ONCE);
    const newcomers = part.filter(({ kind }) => !LEFT_ALONE.has(kind));
    await settlePart(memory, by, { newcomers, close, gone, settled });
    const last = part.at(-1)?.seq ?? reached;
    const now = await store.bump(counter, last - reached);
    // Another process came to the same place; what lies beyond it was looked at by nobody.
    if (now > last) await store.bump(counter, last - now);
    reached = last;
  }
  return settled;
}

interface Part {
  readonly newcomers: readonly MemoryNote[];
  readonly close: CloseNotes;
  /** What gave way or waits since the notes were read. */
  readonly gone: Set<string>;
  readonly settled: Settled;
}

async function settlePart(
  memory: OpenMemory,
  by: MemoryProvenance,
  { newcomers, close, gone, settled }: Part,
): Promise<void> {
  const { store } = memory;
  const pairs = newcomers.flatMap(note => {
    const others = close.of(note);
    return others.length === 0 ? [] : [{ note, others }];
  });
  if (pairs.length === 0) return;
  const ids = new Set(pairs.flatMap(({ note, others }) => [note.id, ...others.map(({ id }) => id)]));
  const stored = new Map((await store.get([...ids])).map(one => [one.note.id, one]));
  const steps = pairs.flatMap(({ note: { id }, others }): readonly Step[] => {
    const newcomer = stored.get(id);
    if (newcomer?.note.state !== 'active' || gone.has(id)) return [];
    const before = others.flatMap(one => {
      const found = gone.has(one.id) ? undefined : stored.get(one.id);
      return found !== undefined && stillCounts(found.note, newcomer.note) ? [found] : [];
    });
    const found = stepsOf(newcomer.note, placeAmong(newcomer, before));
    for (const { note } of found) gone.add(note.id);
    return found;
  });
  if (steps.length === 0) return;
  await store.record(
    steps.map(({ note, action, cause, reason }): MemoryChange => {
      const id = changeId({ target: note.id, action, cause: `consolidate ${cause}` });
      return { id, at: memory.now(), by, what: 'note', target: note.id, action, before: note.text, reason };
    }),
  );
  await Promise.all(steps.map(({ note, change }) => store.change([note.id], change)));
  settled.superseded.push(...idsOf(steps, 'supersede'));
  settled.waiting.push(...idsOf(steps, 'quarantine'));
}

/** What else than an active note is only known by its very words; those that a person took back settle nothing. */
function stillCounts({ state, hash }: MemoryNote, newcomer: MemoryNote): boolean {
  return state === 'active' || (STATES_STILL_KNOWN.includes(state) && hash === newcomer.hash);
}

/** What is done to one note because of a newcomer. */
interface Step {
  readonly note: MemoryNote;
  readonly action: 'supersede' | 'quarantine';
  readonly cause: string;
  readonly reason: string;
  readonly change: NoteChange;
}

function stepsOf(note: MemoryNote, place: Place): readonly Step[] {
  const cause = note.id;
  switch (place.as) {
    case 'same': {
      const { id } = place.of.note;
      const change = { state: 'superseded', supersededBy: id } as const;
      return [{ note, action: 'supersede', cause, reason: `says the same as ${id}`, change }];
    }
    case 'waiting':
      return [{ note, action: 'quarantine', cause, reason: place.reason, change: { state: 'quarantined' } }];
    case 'new':
      return place.instead.map(({ note: old, reason }) => {
        const change = { state: 'superseded', supersededBy: note.id } as const;
        return { note: old, action: 'supersede', cause, reason, change };
      });
    case 'refused':
      return [];
  }
}

function idsOf(steps: readonly Step[], action: Step['action']): readonly string[] {
  return steps.flatMap(step => (step.action === action ? [step.note.id] : []));
}

async function archiveUnused(
  memory: OpenMemory,
  scope: MemoryScope,
  by: MemoryProvenance,
): Promise<readonly string[]> {
  const { store } = memory;
  const before = memory.now() - UNUSED_MS;
  // What was not used since then is not younger either.
  const old = await store.find({ scopes: [scope], until: before }, { limit: MOST_NOTES, order: 'oldest' });
  const unused = old.flatMap(({ id, kind, importance, lastUsedAt }) =>
    !LEFT_ALONE.has(kind) && importance < UNIMPORTANT && lastUsedAt < before ? [id] : [],
  );
  const archived: string[] = [];
  for (let at = 0; at < unused.length; at += EVIDENCE_AT_ONCE) {
    const part = unused.slice(at, at + EVIDENCE_AT_ONCE);
    const resting = await store.find(
      { scopes: 'all', evidence: part },
      { limit: MOST_NOTES, order: 'oldest' },
    );
    const needed = new Set(resting.flatMap(({ evidence }) => evidence));
    archived.push(...part.filter(id => !needed.has(id)));
  }
  await archive(memory, archived, { by, reason: 'unimportant, and not used for 30 days' });
  return archived;
}

async function archive(
  { store, now }: OpenMemory,
  ids: readonly string[],
  { by, reason }: { readonly by: MemoryProvenance; readonly reason: string },
): Promise<void> {
  if (ids.length === 0) return;
  const at = now();
  await store.record(
    ids.map(target => {
      const id = changeId({ target, action: 'retire', cause: reason });
      return { id, at, by, what: 'note', target, action: 'retire', reason };
    }),
  );
  await store.change(ids, { state: 'archived' });
}
