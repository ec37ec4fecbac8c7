import { cutToWidth, displayWidth } from '../reporters/display-width.ts';
import { sanitizeText } from '../reporters/sanitize.ts';

/** What joins, colours or boxes an emoji: terminals do not agree how wide the result is. */
const EMOJI_PARTS = /\u200d\p{Extended_Pictographic}|[\ufe0f\u20e3]|(?<=\p{Emoji})[\u{1f3fb}-\u{1f3ff}]/gu;
const TAB = '    ';
/** Text of characters that every terminal draws in one column: ASCII, Latin, Greek, Cyrillic, our marks and frames. */
const NARROW =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0391-\u0482\u2010-\u2027\u2190-\u2193\u2500-\u25ef\u2713\u2717]*$/;

/**
 * Foreign text as it may stand in the dashboard: harmless, tabs as spaces, and every emoji in its plain form, so that all
 * terminals give it the same columns. Newlines stay. The record keeps the text as it was. Pure.
 */
export function cellText(text: string): string {
  return sanitizeText(text).replace(EMOJI_PARTS, '').replaceAll('\t', TAB);
}

/** The same on one line: every stretch of white space is one space. Pure. */
export function oneLine(text: string): string {
  return cellText(text.replace(/\s+/g, ' ').trim());
}

/** The columns of a text that `cellText` gave. Pure. */
export function columnsOf(text: string): number {
  return NARROW.test(text) ? text.length : displayWidth(text);
}

/** A text of `cellText` cut to at most so many columns; a cut one ends in `…`. Pure. */
export function cutText(text: string, columns: number): string {
  if (columns < 1) return '';
  if (text.length <= columns && NARROW.test(text)) return text;
  return cutToWidth(text, columns);
}

/** A text of `cellText` in exactly so many columns, cut or filled with spaces. Pure. */
export function fitText(text: string, columns: number): string {
  const cut = cutText(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - columnsOf(cut)));
}

/** A long path keeps its end, which tells its parts apart. Pure. */
export function cutStart(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let tail = text.slice(Math.max(0, text.length - columns + 1));
  while (tail !== '' && columnsOf(tail) > columns - 1) tail = tail.slice(1);
  return columns < 1 ? '' : `…${tail}`;
}
