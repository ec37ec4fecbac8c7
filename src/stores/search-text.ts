import type { MemoryNote } from '../model/memory.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/**
 * What a note is found by: its day (UTC) in figures and in words, role, phase, text, gist and tags, in one text. The day and
 * the gist earn their place: without them evidence is missed that the text alone does not name, and people ask for a month
 * by its name. A gist that is the text's own beginning says nothing new and would only count its words twice. Pure.
 */
export function searchText(note: MemoryNote): string {
  const written = new Date(note.createdAt);
  const date = `${written.getUTCDate()} ${MONTHS[written.getUTCMonth()]} ${written.getUTCFullYear()}`;
  const day = `${written.toISOString().slice(0, 10)} ${date} ${WEEKDAYS[written.getUTCDay()]}`;
  const gist = note.text.includes(note.gist) ? '' : note.gist;
  return [day, note.role, note.phase, note.text, gist, note.tags.join(' ')]
    .filter(part => part !== '')
    .join('\n');
}
