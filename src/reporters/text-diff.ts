import { type ComparedLine, compareLines } from '../model/compare-lines.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';

/** Lines of the same text that are shown around a difference. */
const CONTEXT = 2;
const MAX_LINES = 60;
const MAX_WIDTH = 400;

/**
 * What differs between two texts, for people: lines with `-` and `+` and some lines around them; with colour, the words
 * that differ stand out. At most 60 lines; foreign text is sanitised. Empty for equal texts. Pure.
 */
export function formatTextDiff(
  before: string,
  after: string,
  { color }: { readonly color: boolean },
): string {
  const lines = compareLines(before, after);
  const shown = lines.map((_line, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== 'same'),
  );
  const rows = lines.flatMap((_line, index) => {
    if (shown[index]) return [row(lines, index, color)];
    const isGap = shown[index - 1] === true && shown.includes(true, index);
    return isGap ? [paint('  …', 'dim', color)] : [];
  });
  const more = rows.length - MAX_LINES;
  const kept = more > 0 ? [...rows.slice(0, MAX_LINES), paint(`  … ${more} more lines`, 'dim', color)] : rows;
  return kept.map(text => `${text}\n`).join('');
}

const SIGNS = { same: ' ', added: '+', removed: '-' } as const;

function row(lines: readonly ComparedLine[], index: number, color: boolean): string {
  const { kind, text } = lines[index] as ComparedLine;
  const shown = sanitizeText(text).slice(0, MAX_WIDTH);
  if (kind === 'same' || !color)
    return paint(`${SIGNS[kind]} ${shown}`, kind === 'same' ? 'dim' : 'plain', color);
  const other = partnerOf(lines, index);
  const style = kind === 'added' ? 'green' : 'red';
  if (other === undefined) return paint(`${SIGNS[kind]} ${shown}`, style, color);
  return `${paint(SIGNS[kind], style, color)} ${markWords(shown, sanitizeText(other).slice(0, MAX_WIDTH), style)}`;
}

/** The line that a removed line became, or an added one was: the one at the same place of the same block. */
function partnerOf(lines: readonly ComparedLine[], index: number): string | undefined {
  let start = index;
  while (start > 0 && lines[start - 1]?.kind !== 'same') start -= 1;
  let end = index;
  while (end + 1 < lines.length && lines[end + 1]?.kind !== 'same') end += 1;
  const block = lines.slice(start, end + 1);
  const own = block.filter(line => line.kind === lines[index]?.kind);
  const others = block.filter(line => line.kind !== lines[index]?.kind);
  return others[own.indexOf(lines[index] as ComparedLine)]?.text;
}

/** Words of `text` that `other` has not, in their colour; the rest as it is. */
function markWords(text: string, other: string, style: 'green' | 'red'): string {
  const words = (line: string) => line.split(/(?<=\s)|(?=\s)/).join('\n');
  return compareLines(words(other), words(text))
    .flatMap(({ kind, text: word }) =>
      kind === 'removed' ? [] : [kind === 'added' ? paint(word, style, true) : word],
    )
    .join('');
}
