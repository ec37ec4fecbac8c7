import { cutToWidth, displayWidth } from './display-width.ts';
import { sanitizeText } from './sanitize.ts';

/** How a table is laid out. `right` are the columns whose cells stand to the right; lines are cut to `columns`. */
export interface TableLayout {
  readonly right?: readonly number[];
  readonly indent?: number;
  readonly columns?: number;
}

/** Rows of cells as aligned lines, two spaces between columns. Cells may be foreign: they are sanitised here. Pure. */
export function textTable(
  rows: readonly (readonly string[])[],
  { right = [], indent = 0, columns = Number.POSITIVE_INFINITY }: TableLayout = {},
): readonly string[] {
  const cells = rows.map(row => row.map(cell => sanitizeText(cell, { keepNewlines: false })));
  const count = Math.max(0, ...cells.map(row => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...cells.map(row => displayWidth(row[column] ?? ''))),
  );
  const isRight = new Set(right);
  return cells.map(row => {
    const padded = widths.map((width, column) => {
      const cell = row[column] ?? '';
      const gap = ' '.repeat(width - displayWidth(cell));
      return isRight.has(column) ? gap + cell : cell + gap;
    });
    return cutToWidth(`${' '.repeat(indent)}${padded.join('  ')}`.trimEnd(), columns);
  });
}
