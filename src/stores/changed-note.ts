import type { MemoryNote } from '../model/memory.ts';
import type { NoteChange } from '../ports/memory-store.ts';

/** A note after a change; only what is given is changed, and only lessons have the figures of one. Pure. */
export function changedNote(note: MemoryNote, change: NoteChange): MemoryNote {
  const { lesson, ...rest } = change;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  if (lesson === undefined || note.lesson === undefined) return { ...note, ...given };
  return { ...note, ...given, lesson };
}
