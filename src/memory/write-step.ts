import type { MemoryChange, MemoryNote } from '../model/memory.ts';
import { mergedNote, type SaidAgain } from '../model/merged-note.ts';
import type { MemoryWritten } from '../model/recall.ts';
import type { StoredNote } from '../ports/memory-store.ts';
import { gistOf } from './note-gist.ts';
import { changeId } from './note-hash.ts';
import type { Newcomer, Place } from './note-place.ts';
import type { OpenMemory } from './open-memory.ts';
import type { NoteAuthor } from './prepare-note.ts';

/** What a wish became. */
export type Outcome = MemoryWritten['notes'][number];

/** What becomes of one wish, and all that has to be written for it. */
export interface Step {
  readonly outcome: Outcome;
  readonly put?: StoredNote;
  /** A note of the store that was said again. */
  readonly merge?: { readonly id: string; readonly again: SaidAgain };
  readonly changes: readonly MemoryChange[];
  readonly giveWay?: { readonly ids: readonly string[]; readonly to: string };
}

interface StepOptions {
  readonly memory: OpenMemory;
  readonly by: NoteAuthor;
  readonly newcomer: Newcomer;
  readonly place: Place;
  readonly reason: string | undefined;
  /** The ids of what is written for the first time together with it. */
  readonly batch: ReadonlyMap<string, unknown>;
}

/** What has to be written for a newcomer in its place. Pure, but for the clock of the memory. */
export function stepOf({ memory, by, newcomer, place, reason, batch }: StepOptions): Step {
  const { note, vector } = newcomer;
  const { crew: _, ...provenance } = by;
  const change = (
    of: Pick<MemoryChange, 'target' | 'action'> & Partial<MemoryChange>,
    cause = note.id,
  ): MemoryChange => ({
    ...{ id: changeId({ target: of.target, action: of.action, cause }), at: memory.now(), by: provenance },
    what: 'note',
    ...of,
  });
  switch (place.as) {
    case 'refused':
      return { outcome: { id: note.id, state: 'refused', reason: place.reason }, changes: [] };
    case 'same': {
      const same = place.of.note;
      const isOwn = batch.has(same.id);
      const retired = same.state === 'retired' ? `was retired before: ${same.lesson?.retiredFor ?? ''}` : '';
      return {
        outcome: { id: same.id, state: 'merged', ...(retired === '' ? {} : { reason: retired }) },
        // What stands in the store others may change at the same time.
        ...(isOwn
          ? { put: { ...place.of, note: mergedNote(same, note) } }
          : { merge: { id: same.id, again: note } }),
        changes: [
          change({ target: same.id, action: 'merge', reason: 'seen once more' }),
          change({ target: note.id, action: 'merge', after: same.id }),
        ],
      };
    }
    case 'waiting':
    case 'new': {
      const waits = place.as === 'waiting' ? `waits for a person: ${place.reason}` : undefined;
      const state = waits === undefined ? note.state : 'quarantined';
      const said = waits ?? reason;
      const told = said === undefined ? {} : { reason: said };
      const instead = place.as === 'new' ? place.instead : [];
      const gaveWay = instead.map(({ note: old, reason: why }) => ({
        ...{ id: old.id, text: gistOf(old.text), reason: why },
      }));
      const gone = gaveWay.length === 0 ? {} : { gaveWay };
      const written: MemoryNote = { ...note, state };
      return {
        outcome: { id: note.id, state: state === 'quarantined' ? 'quarantined' : 'new', ...told, ...gone },
        put: vector === undefined ? { note: written } : { note: written, vector },
        changes: [
          change({ target: note.id, action: 'write', after: note.text, ...told }),
          ...instead.map(old =>
            change({
              ...{ target: old.note.id, action: 'supersede', before: old.note.text, after: note.text },
              reason: old.reason,
            }),
          ),
        ],
        giveWay: { ids: instead.map(old => old.note.id), to: note.id },
      };
    }
  }
}
