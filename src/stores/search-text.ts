import type { MemoryNote } from '../model/memory.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/**
 * What a note is found by: its day and weekday (UTC), role, phase, text, gist and tags, in one text. The day and the gist
 * earn their place: without them evidence is missed that the text alone does not name. Pure.
 */
export function searchText(note: MemoryNote): string {
  const written = new Date(note.createdAt);
  const day = `${written.toISOString().slice(0, 10)} ${WEEKDAYS[written.getUTCDay()]}`;
  return [day, note.role, note.phase, note.text, note.gist, note.tags.join(' ')]
    .filter(part => part !== '')
    .join('\n');
}
