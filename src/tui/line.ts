import { columnsOf, cutText } from './cell-text.ts';

/** How a stretch of text looks: colours of the terminal's own palette, so that every theme of it fits. */
const LOOKS = {
  plain: ['', ''],
  bold: ['1', '1'],
  dim: ['2', '2'],
  italic: ['3', '3'],
  red: ['31', ''],
  green: ['32', ''],
  yellow: ['33', ''],
  blue: ['34', ''],
  magenta: ['35', ''],
  cyan: ['36', ''],
  title: ['1;36', '1'],
  good: ['1;32', '1'],
  bad: ['1;31', '1'],
  alert: ['1;33', '1'],
  /** A bar across the screen that wants to be seen. */
  bar: ['30;43', '7'],
  marked: ['7', '7'],
  quiet: ['2;36', '2'],
} as const satisfies Record<string, readonly [color: string, noColor: string]>;

export type Look = keyof typeof LOOKS;

/** A stretch of a line. Its text has passed `cellText` and has no newline. */
export interface Cell {
  readonly text: string;
  readonly look?: Look;
}

/** One row of cells. */
export type Line = readonly Cell[];

/** A line of one text. Pure. */
export function lineOf(text: string, look: Look = 'plain'): Line {
  return [{ text, look }];
}

/** The columns that a line takes. Pure. */
export function lineColumns(line: Line): number {
  return line.reduce((sum, { text }) => sum + columnsOf(text), 0);
}

/** A line in exactly so many columns: what is too long is cut and ends in `…`, what is too short is filled. Pure. */
export function fitLine(line: Line, columns: number): Line {
  const fitted: Cell[] = [];
  let left = columns;
  for (const cell of line) {
    if (cell.text === '') continue;
    const width = columnsOf(cell.text);
    if (width <= left) {
      fitted.push(cell);
      left -= width;
      continue;
    }
    const text = left > 0 ? cutText(cell.text, left) : '';
    if (text !== '') fitted.push({ ...cell, text });
    else markCut(fitted);
    left -= columnsOf(text);
    break;
  }
  if (left > 0) fitted.push({ text: ' '.repeat(left) });
  return fitted;
}

/** Something was left out behind a line that is just full. */
function markCut(fitted: Cell[]): void {
  const last = fitted.pop();
  if (last === undefined) return;
  const columns = columnsOf(last.text);
  const cut = columns === 1 ? '…' : cutText(`${last.text} `, columns);
  fitted.push({ ...last, text: cut });
}

/** A line with what stands at its right end; the left part gives way. Pure. */
export function spread(left: Line, right: Line, columns: number): Line {
  const rightColumns = lineColumns(right);
  if (rightColumns >= columns) return fitLine(right, columns);
  return [...fitLine(left, columns - rightColumns), ...right];
}

/** All of a line in one look, such as that of the selected row. Pure. */
export function withLook(line: Line, look: Look): Line {
  return line.map(({ text }) => ({ text, look }));
}

/** A line as the terminal takes it; without `color` only weight and reverse are left. Pure. */
export function paintLine(line: Line, color: boolean): string {
  let painted = '';
  for (const { text, look = 'plain' } of line) {
    const code = LOOKS[look][color ? 0 : 1];
    painted +=
      code === '' || (text.trim() === '' && !hasGround(look)) ? text : `\u001b[${code}m${text}\u001b[0m`;
  }
  return painted;
}

function hasGround(look: Look): boolean {
  return look === 'bar' || look === 'marked';
}
