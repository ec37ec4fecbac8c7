import type { MemoryNote, NewNote } from '../model/memory.ts';
import type { MemoryWritten } from '../model/recall.ts';
import type { StoredNote } from '../ports/memory-store.ts';
import { embedTexts } from './embed-texts.ts';
import { embeddedText } from './embedded-text.ts';
import { changeId, noteId } from './note-hash.ts';
import { type Newcomer, placeOf } from './note-place.ts';
import type { OpenMemory } from './open-memory.ts';
import { type NoteAuthor, type PreparedNote, prepareNote, type RefusedNote } from './prepare-note.ts';
import { roomOfSources } from './source-room.ts';
import { gatherImportance } from './stream/gathered.ts';
import { type Outcome, type Step, stepOf } from './write-step.ts';

/**
 * Writes notes and gives what became of each, in their order. Each is checked, has its secrets taken out and its trust lowered to
 * that of its sources, and is held against what is there: see `prepareNote` and `placeOf`. At most 200 notes of one source
 * in one run. The same wish (run, effect, key) that was written before changes nothing. A vector that cannot be had is left
 * out, with the reason; words find the note. Fails as the store does; what was not written then may be written again.
 */
export async function writeNotes(
  memory: OpenMemory,
  by: NoteAuthor,
  notes: readonly NewNote[],
  signal?: AbortSignal,
): Promise<MemoryWritten['notes']> {
  if (notes.length === 0) return [];
  const ids = notes.map(note => idOf(memory, by, note));
  const [before, known, room] = await Promise.all([
    writtenBefore(memory, ids),
    knownNotes(memory, notes),
    roomOfSources(memory, by, notes),
  ]);
  const prepared = notes.map((note, at) => {
    const id = ids[at] ?? '';
    return before.has(id) ? undefined : prepareNote(memory, by, { id, note, known });
  });
  const newcomers = prepared.flatMap(one => (one === undefined || 'refused' in one ? [] : [one]));
  const texts = newcomers.map(({ note }) => embeddedText(note));
  const { vectors, ...without } = await embedTexts(memory, texts, 'note', signal);
  const seqOf = await takePlaces(memory, newcomers);
  const batch = new Map<string, StoredNote>();
  const why = 'reason' in without ? without.reason : undefined;
  const refuse = (id: string, reason: string): Step => ({
    outcome: { id, state: 'refused', reason },
    changes: [],
  });
  const carryOut = async (id: string, wish: PreparedNote | RefusedNote | undefined): Promise<Step> => {
    const done = before.get(id);
    if (done !== undefined) return { outcome: done, changes: [] };
    if (wish === undefined || 'refused' in wish) return refuse(id, wish?.refused ?? '');
    if (!room.take(wish.note)) return refuse(id, room.reason);
    const vector = vectors?.[newcomers.indexOf(wish)];
    const newcomer: Newcomer = vector === undefined ? { note: wish.note } : { note: wish.note, vector };
    const place = await placeOf(memory.store, newcomer, [...batch.values()]);
    return stepOf({ memory, by, newcomer, place, seq: seqOf(wish.note), reason: wish.reason ?? why });
  };
  const steps: Step[] = [];
  for (const [at, wish] of prepared.entries()) {
    const step = await carryOut(ids[at] ?? '', wish);
    if (step.put !== undefined) batch.set(step.put.note.id, step.put);
    steps.push(step);
  }
  await writeSteps(memory, steps, [...batch.values()]);
  return steps.map(({ outcome }) => outcome);
}

function idOf(memory: OpenMemory, by: NoteAuthor, { key, scope, text }: NewNote): string {
  // What a person writes by a command has no effect; the moment tells two of them apart.
  const effect = by.key === '' ? JSON.stringify([memory.now(), scope, text]) : by.key;
  return noteId({ runId: by.runId, effect, key });
}

/** What the wishes that were written to their end before have become: each left a change under its own id. */
async function writtenBefore(
  { store }: OpenMemory,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Outcome>> {
  const [left, found] = await Promise.all([
    Promise.all(ids.map(async id => [id, await store.changes({ target: id }, { limit: 100 })] as const)),
    store.get(ids),
  ]);
  const notes = new Map(found.map(({ note }) => [note.id, note]));
  const outcomes = left.flatMap(([id, changes]): [string, Outcome][] => {
    const merged = changes.find(change => change.id === changeId({ target: id, action: 'merge', cause: id }));
    if (merged !== undefined) return [[id, { id: merged.after ?? id, state: 'merged' }]];
    const written = changes.find(
      change => change.id === changeId({ target: id, action: 'write', cause: id }),
    );
    if (written === undefined) return [];
    const state = notes.get(id)?.state === 'quarantined' ? 'quarantined' : 'new';
    return [[id, written.reason === undefined ? { id, state } : { id, state, reason: written.reason }]];
  });
  return new Map(outcomes);
}

async function knownNotes(
  { store }: OpenMemory,
  notes: readonly NewNote[],
): Promise<ReadonlyMap<string, MemoryNote>> {
  const named = notes.flatMap(({ evidence = [], sources }) => [
    ...evidence,
    ...sources.flatMap(source => (source.startsWith('note:') ? [source.slice('note:'.length)] : [])),
  ]);
  const found = named.length === 0 ? [] : await store.get([...new Set(named)]);
  return new Map(found.map(({ note }) => [note.id, note]));
}

async function takePlaces(
  { store }: OpenMemory,
  newcomers: readonly Newcomer[],
): Promise<(note: Newcomer['note']) => number> {
  const seqs = new Map<string, number>();
  for (const scope of new Set(newcomers.map(({ note }) => note.scope))) {
    const mine = newcomers.filter(({ note }) => note.scope === scope);
    const first = await store.nextSeq(scope, mine.length);
    for (const [at, { note }] of mine.entries()) seqs.set(note.id, first + at);
  }
  return note => seqs.get(note.id) ?? 0;
}

/** The change under a note's own id is written last: while it is missing, the wish is carried out again. */
async function writeSteps(
  memory: OpenMemory,
  steps: readonly Step[],
  puts: readonly StoredNote[],
): Promise<void> {
  const { store } = memory;
  if (puts.length > 0) await store.put(puts);
  for (const { giveWay } of steps) {
    if (giveWay === undefined || giveWay.ids.length === 0) continue;
    await store.change(giveWay.ids, { state: 'superseded', supersededBy: giveWay.to });
  }
  await gatherImportance(
    memory,
    steps.flatMap(({ put, isNew }) => (put !== undefined && isNew === true ? [put.note] : [])),
  );
  const changes = steps.flatMap(step => step.changes);
  if (changes.length > 0) await store.record(changes);
}
