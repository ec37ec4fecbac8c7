import { cutToWidth, displayWidth } from '../reporters/display-width.ts';
import { sanitizeText } from '../reporters/sanitize.ts';

/** Stands before every row of foreign words, so that none of them can look like a row of ours. */
const MARK = '  │ ';
const NARROWEST = 20;

/**
 * Foreign words as rows for a terminal, whole: what would act on it or hide is shown as escapes, and every row, also one that
 * the terminal would have wrapped, begins with a mark. Rows break between words, and keep the spaces there; a word that is
 * longer than a row is broken where it is full. `columns` is the width of the terminal, Infinity where nothing wraps.
 * Pure.
 */
export function foreignRows(text: string, columns: number): readonly string[] {
  const width = Math.max(NARROWEST, columns) - MARK.length - 1;
  const lines = sanitizeText(text, { keepNewlines: true }).replaceAll('\t', '  ').split('\n');
  return lines
    .flatMap(line => pieces(line.trimEnd(), width))
    .map(row => (row === '' ? MARK.trimEnd() : MARK + row));
}

/** The same as one text. Pure. */
export function foreignLines(text: string, columns: number): string {
  return foreignRows(text, columns).join('\n');
}

function pieces(line: string, width: number): readonly string[] {
  const rows: string[] = [];
  let rest = line;
  while (rest.length > width || displayWidth(rest) > width) {
    // A sign and an ellipsis are what a cut line ends with; one that stands for itself is none.
    const taken = Math.max(1, cutToWidth(rest, width + 1).length - 1);
    if (taken >= rest.length) break;
    const kept = betweenWords(rest, taken);
    rows.push(rest.slice(0, kept));
    rest = rest.slice(kept);
  }
  return [...rows, rest];
}

/** Where the last word of a row begins; where the row is all one word, its end. One space may stand in the last column. */
function betweenWords(rest: string, taken: number): number {
  const end = rest.slice(0, taken + 1).lastIndexOf(' ') + 1;
  return rest.slice(0, end).trim() === '' ? taken : end;
}
