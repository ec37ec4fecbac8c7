import type { MemoryNote, NewNote } from '../model/memory.ts';
import type { MemoryWritten } from '../model/recall.ts';
import type { StoredNote } from '../ports/memory-store.ts';
import { embedTexts } from './embed-texts.ts';
import { embeddedText } from './embedded-text.ts';
import { changeId, noteId } from './note-hash.ts';
import { type Newcomer, placeOf } from './note-place.ts';
import type { OpenMemory } from './open-memory.ts';
import { type NoteAuthor, type PreparedNote, prepareNote } from './prepare-note.ts';
import { roomOfSources } from './source-room.ts';
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
  const [past, known, room] = await Promise.all([
    pastOf(memory, ids),
    knownNotes(memory, notes),
    roomOfSources(memory, by, notes),
  ]);
  const wishes = notes.map((note, at): Wish => {
    const id = ids[at] ?? '';
    const done = past.done.get(id);
    if (done !== undefined) return { id, done };
    const prepared = prepareNote(memory, by, { id, note, known });
    if ('refused' in prepared) return { id, done: { id, state: 'refused', reason: prepared.refused } };
    const begun = past.begun.get(id);
    if (begun === undefined && !room.take(prepared.note)) {
      return { id, done: { id, state: 'refused', reason: room.reason } };
    }
    return { id, prepared: begun === undefined ? prepared : { ...prepared, note: begun } };
  });
  const steps = await stepsOf(memory, by, wishes, signal);
  await writeSteps(memory, steps);
  return steps.map(({ outcome }) => outcome);
}

/** A wish whose outcome is known, or the note that is to be written. */
type Wish = { readonly id: string } & (
  | { readonly done: Outcome; readonly prepared?: never }
  | { readonly done?: never; readonly prepared: PreparedNote }
);

async function stepsOf(
  memory: OpenMemory,
  by: NoteAuthor,
  wishes: readonly Wish[],
  signal: AbortSignal | undefined,
): Promise<readonly Step[]> {
  const prepared = wishes.flatMap(wish => wish.prepared ?? []);
  const texts = prepared.map(({ note }) => embeddedText(note));
  const { vectors, ...without } = await embedTexts(memory, texts, 'note', signal);
  const why = 'reason' in without ? without.reason : undefined;
  const seqOf = await takePlaces(memory, prepared);
  const batch = new Map<string, StoredNote>();
  const steps: Step[] = [];
  for (const wish of wishes) {
    if (wish.prepared === undefined) {
      steps.push({ outcome: wish.done, changes: [] });
      continue;
    }
    const vector = vectors?.[prepared.indexOf(wish.prepared)];
    const note: MemoryNote = { ...wish.prepared.note, seq: seqOf(wish.prepared.note) };
    const newcomer: Newcomer = vector === undefined ? { note } : { note, vector };
    const place = await placeOf(memory.store, newcomer, [...batch.values()]);
    const step = stepOf({ memory, by, newcomer, place, reason: wish.prepared.reason ?? why, batch });
    if (step.put !== undefined) batch.set(step.put.note.id, step.put);
    steps.push(step);
  }
  return steps;
}

function idOf(memory: OpenMemory, by: NoteAuthor, { key, scope, text }: NewNote): string {
  // What a person writes by a command has no effect; the moment tells two of them apart.
  const effect = by.key === '' ? JSON.stringify([memory.now(), scope, text]) : by.key;
  return noteId({ runId: by.runId, effect, key });
}

/**
 * What earlier tries have come to: wishes that were written to their end left a change under their own id; notes that are
 * there without it were begun.
 */
async function pastOf(
  { store }: OpenMemory,
  ids: readonly string[],
): Promise<{
  readonly done: ReadonlyMap<string, Outcome>;
  readonly begun: ReadonlyMap<string, MemoryNote>;
}> {
  const [left, found] = await Promise.all([
    Promise.all(ids.map(async id => [id, await store.changes({ target: id }, { limit: 100 })] as const)),
    store.get(ids),
  ]);
  const notes = new Map(found.map(({ note }) => [note.id, note]));
  const done = new Map(
    left.flatMap(([id, changes]): [string, Outcome][] => {
      const ownChange = (action: 'merge' | 'write') =>
        changes.find(change => change.id === changeId({ target: id, action, cause: id }));
      const merged = ownChange('merge');
      if (merged !== undefined) return [[id, { id: merged.after ?? id, state: 'merged' }]];
      const written = ownChange('write');
      if (written === undefined) return [];
      const state = notes.get(id)?.state === 'quarantined' ? 'quarantined' : 'new';
      return [[id, written.reason === undefined ? { id, state } : { id, state, reason: written.reason }]];
    }),
  );
  return { done, begun: new Map([...notes].filter(([id]) => !done.has(id))) };
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

/** The place of each note in the order of its scope; a note that was begun has one. */
async function takePlaces(
  { store }: OpenMemory,
  prepared: readonly PreparedNote[],
): Promise<(note: PreparedNote['note']) => number> {
  const seqs = new Map<string, number>();
  for (const { note } of prepared) if ('seq' in note) seqs.set(note.id, Number(note.seq));
  const without = prepared.filter(({ note }) => !seqs.has(note.id));
  for (const scope of new Set(without.map(({ note }) => note.scope))) {
    const mine = without.filter(({ note }) => note.scope === scope);
    const first = await store.nextSeq(scope, mine.length);
    for (const [at, { note }] of mine.entries()) seqs.set(note.id, first + at);
  }
  return note => seqs.get(note.id) ?? 0;
}

/** The change under a note's own id is written last: while it is missing, the wish is carried out again. */
async function writeSteps({ store }: OpenMemory, steps: readonly Step[]): Promise<void> {
  // What was merged into a note of the same batch stands in the later step.
  const puts = new Map(steps.flatMap(({ put }) => (put === undefined ? [] : [[put.note.id, put] as const])));
  if (puts.size > 0) await store.put([...puts.values()]);
  await Promise.all(
    steps.flatMap(({ merge }) => (merge === undefined ? [] : [store.merge(merge.id, merge.again)])),
  );
  for (const { giveWay } of steps) {
    if (giveWay === undefined || giveWay.ids.length === 0) continue;
    await store.change(giveWay.ids, { state: 'superseded', supersededBy: giveWay.to });
  }
  const changes = steps.flatMap(step => step.changes);
  if (changes.length > 0) await store.record(changes);
}
