import { cellText, columnsOf, cutText, oneLine } from './cell-text.ts';
import { type Cell, fitLine, type Line } from './line.ts';
import { richLines } from './rich-text.ts';
import type { Pager } from './ui-state.ts';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

let known:
  | {
      readonly text: string;
      readonly columns: number;
      readonly kind: string;
      readonly lines: readonly Line[];
    }
  | undefined;

function linesOf({ text, kind }: Pick<Pager, 'text' | 'kind'>, columns: number): readonly Line[] {
  if (known?.text === text && known.columns === columns && known.kind === kind) return known.lines;
  const lines = richLines(cellText(text), columns, { kind });
  known = { text, columns, kind, lines };
  return lines;
}

/** How far a pager can be scrolled on a screen of this size. Pure. */
export function lastTop(pager: Pager, { columns, rows }: Size): number {
  return Math.max(0, linesOf(pager, columns - 4).length - (rows - 2));
}

/** The first row from `from` on, in steps, that has a text; undefined when no row has it. Pure. */
export function findRow(
  pager: Pager,
  {
    search,
    from,
    step,
    columns,
  }: { readonly search: string; readonly from: number; readonly step: 1 | -1; readonly columns: number },
): number | undefined {
  const lines = linesOf(pager, columns - 4);
  const wanted = search.toLowerCase();
  for (let at = from; at >= 0 && at < lines.length; at += step) {
    const text = (lines[at] ?? []).map(cell => cell.text).join('');
    if (text.toLowerCase().includes(wanted)) return at;
  }
  return undefined;
}

/** A long text in a frame, from its row `top` on. Pure. */
export function pagerLines(pager: Pager, { columns, rows }: Size): readonly Line[] {
  const inner = columns - 4;
  const lines = linesOf(pager, inner);
  const top = Math.min(pager.top, lastTop(pager, { columns, rows }));
  const shown = lines.slice(top, top + rows - 2);
  const title = ` ${cutText(oneLine(pager.title), columns - 8)} `;
  const place = lines.length > rows - 2 ? ` ${top + shown.length} of ${lines.length} rows ` : '';
  const side: Cell = { text: '│', look: 'cyan' };
  return [
    [
      { text: '╭─', look: 'cyan' },
      { text: title, look: 'title' },
      { text: `${'─'.repeat(Math.max(0, columns - 3 - columnsOf(title)))}╮`, look: 'cyan' },
    ],
    ...Array.from({ length: rows - 2 }, (_, row): Line => {
      return [side, { text: ' ' }, ...fitLine(shown[row] ?? [], inner), { text: ' ' }, side];
    }),
    [{ text: `╰${'─'.repeat(columns - 3 - columnsOf(place))}${place}─╯`, look: 'cyan' }],
  ];
}
