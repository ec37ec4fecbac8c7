import { columnsOf } from './cell-text.ts';

/**
 * The lines of a text of `cellText`, broken between words to at most `columns` columns; a word that is longer is broken
 * where it is full. Never breaks inside a character that people see as one. Pure.
 */
export function wrapText(text: string, columns: number): readonly string[] {
  const width = Math.max(1, columns);
  return text.split('\n').flatMap(line => wrapLine(line.trimEnd(), width));
}

function wrapLine(line: string, columns: number): readonly string[] {
  if (columnsOf(line) <= columns) return [line];
  const indent = /^ */.exec(line)?.[0].slice(0, Math.floor(columns / 2)) ?? '';
  const lines: string[] = [];
  let open = '';
  let width = 0;
  for (const word of line.match(/ +|[^ ]+/g) ?? []) {
    const wordWidth = columnsOf(word);
    if (width + wordWidth <= columns) {
      open += word;
      width += wordWidth;
      continue;
    }
    if (word.startsWith(' ')) {
      lines.push(open.trimEnd());
      [open, width] = [indent, indent.length];
      continue;
    }
    if (open.trim() !== '') lines.push(open.trimEnd());
    const pieces = breakWord(word, columns - indent.length);
    lines.push(...pieces.slice(0, -1).map(piece => indent + piece));
    open = indent + (pieces.at(-1) ?? '');
    width = columnsOf(open);
  }
  return open.trim() === '' && lines.length > 0 ? lines : [...lines, open.trimEnd()];
}

let segmenter: Intl.Segmenter | undefined;

function breakWord(word: string, columns: number): readonly string[] {
  if (columnsOf(word) <= columns) return [word];
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const pieces: string[] = [];
  let piece = '';
  let width = 0;
  for (const { segment } of segmenter.segment(word)) {
    const columnsHere = columnsOf(segment);
    if (width + columnsHere > columns && piece !== '') {
      pieces.push(piece);
      piece = '';
      width = 0;
    }
    piece += segment;
    width += columnsHere;
  }
  return [...pieces, piece];
}
