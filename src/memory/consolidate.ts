import type { MemoryChange, MemoryNote, MemoryProvenance, MemoryScope } from '../model/memory.ts';
import { VERBATIM_KINDS } from './memory-limits.ts';
import { changeId } from './note-hash.ts';
import { placeOf } from './note-place.ts';
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
const NOTES_AT_ONCE = 500;
const MOST_NOTES = 1_000_000;
/** Lessons are retired by how they did, words of conversations by their age. */
const LEFT_ALONE: ReadonlySet<MemoryNote['kind']> = new Set([...VERBATIM_KINDS, 'lesson']);

/**
 * Tidies some scopes: archives what has expired, lets those of the notes that came since the last time give way to what they
 * repeat, or others to them, where writing could not see it because several processes wrote at once, and archives what is
 * unimportant (below 0.3), was not used for 30 days and bears out no note that counts. Every step is in the history before it is
 * made, so a kill leaves none out. Doing it twice, or in two processes, does no more than once. Of new notes at most
 * `settleAtMost` are held against the others, with some queries for each, and the rest at the next time. Fails as the store does.
 */
export async function consolidate(
  memory: OpenMemory,
  scopes: readonly MemoryScope[],
  by: MemoryProvenance,
  { settleAtMost = Number.POSITIVE_INFINITY }: { readonly settleAtMost?: number } = {},
): Promise<Consolidated> {
  let room = settleAtMost;
  const done = {
    expired: [] as string[],
    superseded: [] as string[],
    waiting: [] as string[],
    archived: [] as string[],
  };
  for (const scope of new Set(scopes)) {
    done.expired.push(...(await archiveExpired(memory, scope, by)));
    const settled = await settleNew(memory, { scope, by, room });
    room -= settled.looked;
    done.superseded.push(...settled.superseded);
    done.waiting.push(...settled.waiting);
    done.archived.push(...(await archiveUnused(memory, scope, by)));
  }
  return done;
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
  const expired: string[] = [];
  for await (const notes of pagesOf(memory, scope)) {
    for (const { id, expiresAt } of notes) if (expiresAt !== undefined && expiresAt <= now) expired.push(id);
  }
  await archive(memory, expired, { by, reason: 'expired' });
  return expired;
}

/** The counter of a scope says up to where it was settled; what fails in between is settled again. */
async function settleNew(
  memory: OpenMemory,
  { scope, by, room }: { readonly scope: MemoryScope; readonly by: MemoryProvenance; readonly room: number },
): Promise<Pick<Consolidated, 'superseded' | 'waiting'> & { readonly looked: number }> {
  const { store } = memory;
  const counter = `settled ${scope}`;
  const from = await store.bump(counter, 0);
  const superseded: string[] = [];
  const waiting: string[] = [];
  const fresh: Pick<MemoryNote, 'id' | 'seq' | 'kind'>[] = [];
  for await (const notes of pagesOf(memory, scope))
    fresh.push(...notes.filter(({ seq }) => seq > from).map(({ id, seq, kind }) => ({ id, seq, kind })));
  const looked = fresh.toSorted((one, other) => one.seq - other.seq).slice(0, Math.max(0, room));
  for (const { id } of looked.filter(({ kind }) => !LEFT_ALONE.has(kind))) {
    const [stored] = await store.get([id]);
    if (stored?.note.state !== 'active') continue;
    const place = await placeOf(store, stored, []);
    const change = (target: MemoryNote, action: MemoryChange['action'], reason: string): MemoryChange => ({
      ...{ id: changeId({ target: target.id, action, cause: `consolidate ${id}` }), at: memory.now(), by },
      ...{ what: 'note', target: target.id, action, before: target.text, reason },
    });
    if (place.as === 'same') {
      await store.record([change(stored.note, 'supersede', `says the same as ${place.of.note.id}`)]);
      await store.change([id], { state: 'superseded', supersededBy: place.of.note.id });
      superseded.push(id);
    }
    if (place.as === 'waiting') {
      await store.record([change(stored.note, 'quarantine', place.reason)]);
      await store.change([id], { state: 'quarantined' });
      waiting.push(id);
    }
    if (place.as !== 'new') continue;
    for (const { note, reason } of place.instead) {
      await store.record([change(note, 'supersede', reason)]);
      await store.change([note.id], { state: 'superseded', supersededBy: id });
      superseded.push(note.id);
    }
  }
  const last = looked.at(-1)?.seq ?? from;
  if (last > from) {
    const reached = await store.bump(counter, last - from);
    // Another process came to the same place; what lies beyond it was looked at by nobody.
    if (reached > last) await store.bump(counter, last - reached);
  }
  return { superseded, waiting, looked: looked.length };
}

async function archiveUnused(
  memory: OpenMemory,
  scope: MemoryScope,
  by: MemoryProvenance,
): Promise<readonly string[]> {
  const { store } = memory;
  const before = memory.now() - UNUSED_MS;
  const archived: string[] = [];
  for await (const notes of pagesOf(memory, scope)) {
    const unused = notes
      .filter(
        ({ kind, importance, lastUsedAt }) =>
          !LEFT_ALONE.has(kind) && importance < UNIMPORTANT && lastUsedAt < before,
      )
      .map(({ id }) => id);
    if (unused.length === 0) continue;
    const resting = await store.find(
      { scopes: 'all', evidence: unused },
      { limit: MOST_NOTES, order: 'oldest' },
    );
    const needed = new Set(resting.flatMap(({ evidence }) => evidence));
    archived.push(...unused.filter(id => !needed.has(id)));
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

/** The active notes of a scope, oldest first. All are read before any is changed, so that no page moves. */
async function* pagesOf({ store }: OpenMemory, scope: MemoryScope): AsyncGenerator<readonly MemoryNote[]> {
  const all = await store.find({ scopes: [scope] }, { limit: MOST_NOTES, order: 'oldest' });
  for (let from = 0; from < all.length; from += NOTES_AT_ONCE) yield all.slice(from, from + NOTES_AT_ONCE);
}
