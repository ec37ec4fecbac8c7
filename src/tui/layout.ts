import type { PaneName, UiState } from './ui-state.ts';

/** A pane and the rows that it has, frame included. */
interface Place {
  readonly pane: PaneName | 'corner';
  readonly rows: number;
}

/** Panes on top of each other. */
export interface Column {
  readonly columns: number;
  readonly places: readonly Place[];
}

/** Where everything stands. Rows and columns add up to those of the terminal. */
export interface Layout {
  readonly kind: 'narrow' | 'wide' | 'broad';
  readonly head: number;
  readonly columns: readonly Column[];
  readonly sheet: number;
  readonly foot: number;
}

const WIDE = { columns: 100, rows: 26 };
const BROAD_COLUMNS = 170;
const HEAD_ROWS = 2;
const STRIP_ROWS = 1;
const FOOT_ROWS = 1;
const FEWEST_ROWS = 5;

/** The dashboard needs so much; below it only a line is shown that says so. */
export const SMALLEST = { columns: 40, rows: 10 };

/**
 * Divides the terminal. `wanted` are the rows that panes of a fixed kind and the sheet of a question would like; what is
 * left belongs to the procedure and the conversation. No pane has a row where a question needs all of them. Pure.
 */
export function layOut(
  ui: Pick<UiState, 'columns' | 'rows' | 'focus' | 'zoomed'>,
  wanted: {
    readonly team: number;
    readonly budget: number;
    readonly sheet: { readonly wanted: number; readonly least: number };
  },
): Layout {
  const isNarrow = ui.columns < WIDE.columns || ui.rows < WIDE.rows || ui.zoomed;
  const { head, sheet } = headAndSheet(ui.rows, isNarrow ? HEAD_ROWS + STRIP_ROWS : HEAD_ROWS, wanted.sheet);
  const rows = ui.rows - FOOT_ROWS - head - sheet;
  const rest = { head, sheet, foot: FOOT_ROWS };
  if (isNarrow) {
    const only = { columns: ui.columns, places: [{ pane: ui.focus, rows }] };
    return { kind: 'narrow', ...rest, columns: [only] };
  }
  if (ui.columns < BROAD_COLUMNS) {
    const left = Math.min(52, Math.max(38, Math.floor(ui.columns * 0.34)));
    const columns = [
      {
        columns: left,
        places: stack(rows, ['procedure', ['team', wanted.team], ['budget', wanted.budget]]),
      },
      { columns: ui.columns - left, places: stack(rows, ['talk', ['corner', cornerRows(rows)]]) },
    ];
    return { kind: 'wide', ...rest, columns };
  }
  const side = Math.min(60, Math.floor(ui.columns * 0.26));
  const columns = [
    { columns: side, places: stack(rows, ['procedure', ['budget', wanted.budget]]) },
    { columns: ui.columns - 2 * side, places: [{ pane: 'talk', rows } as const] },
    { columns: side, places: stack(rows, ['corner', ['team', wanted.team]]).toReversed() },
  ];
  return { kind: 'broad', ...rest, columns };
}

/** A question takes the room that it needs: the panes give way, then the head. */
function headAndSheet(
  rows: number,
  head: number,
  { wanted, least }: { readonly wanted: number; readonly least: number },
): { readonly head: number; readonly sheet: number } {
  const room = rows - FOOT_ROWS - head;
  if (least <= room - FEWEST_ROWS) return { head, sheet: Math.min(wanted, room - FEWEST_ROWS) };
  if (least <= room) return { head, sheet: room };
  const left = Math.max(0, Math.min(head, rows - FOOT_ROWS - least));
  return { head: left, sheet: rows - FOOT_ROWS - left };
}

function cornerRows(rows: number): number {
  return rows < 22 ? 0 : Math.min(14, Math.floor(rows * 0.3));
}

type Fixed = readonly [pane: Place['pane'], rows: number];

/** The first pane takes what the others leave; where there is too little, the last ones go first. */
function stack(rows: number, [first, ...fixed]: readonly [Place['pane'], ...Fixed[]]): readonly Place[] {
  const most = Math.floor(rows * 0.62);
  const places: Place[] = [];
  let taken = 0;
  for (const [pane, wanted] of fixed) {
    const given = Math.min(wanted, most - taken);
    if (given < 3) continue;
    places.push({ pane, rows: given });
    taken += given;
  }
  return [{ pane: first, rows: rows - taken }, ...places];
}
