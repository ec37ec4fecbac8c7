import { columnsOf } from './cell-text.ts';
import type { Cell, Line } from './line.ts';
import { wrapText } from './wrap-text.ts';

/** A line of cells broken between words to at most `columns` columns; later rows begin with `indent`. Pure. */
export function wrapLine(line: Line, columns: number, indent = ''): readonly Line[] {
  const text = line.map(cell => cell.text).join('');
  if (columnsOf(text) <= columns) return [line];
  const rows = wrapText(text, Math.max(1, columns - indent.length));
  let rest: readonly Cell[] = line;
  return rows.map((row, index) => {
    const [taken, left] = takeRow(rest, row);
    rest = left;
    return index === 0 || indent === '' ? taken : [{ text: indent }, ...taken];
  });
}

/** The cells of a row and those behind it. Breaking drops or adds only spaces, so the rest is found again. */
function takeRow(cells: readonly Cell[], row: string): readonly [Line, readonly Cell[]] {
  const taken: Cell[] = [];
  let rest = [...cells];
  let wanted = row.replaceAll(' ', '').length;
  while (wanted > 0 && rest.length > 0) {
    const [cell, ...others] = rest as [Cell, ...Cell[]];
    const start = taken.length === 0 ? cell.text.search(/[^ ]|$/) : 0;
    let end = start;
    let seen = 0;
    while (end < cell.text.length && seen < wanted) {
      if (cell.text[end] !== ' ') seen += 1;
      end += 1;
    }
    wanted -= seen;
    const text = cell.text.slice(start, end);
    if (text !== '') taken.push({ ...cell, text });
    const left = cell.text.slice(end);
    rest = left === '' ? others : [{ ...cell, text: left }, ...others];
  }
  const indent = /^ */.exec(row)?.[0] ?? '';
  return [indent === '' ? taken : [{ text: indent }, ...taken], rest];
}
