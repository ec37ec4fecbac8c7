import { oneLine } from './cell-text.ts';
import { gaugesOf } from './gauge.ts';
import { footLine, headLines, scrubberLine, stripLine } from './head-lines.ts';
import { type Column, type Layout, layOut, SMALLEST } from './layout.ts';
import { type Cell, fitLine, type Line, lineColumns, lineOf, withLook } from './line.ts';
import { type ListRow, listRows, logRows, windowOf } from './list-rows.ts';
import { pagerLines } from './pager.ts';
import { LARGER, sheetLines, sheetNeeds } from './sheet.ts';
import { talkRows } from './talk-rows.ts';
import { openQuestion, PANES, type PaneName, type TabName, type UiState } from './ui-state.ts';
import type { View } from './view.ts';
import { isOver } from './view-model.ts';
import { wrapText } from './wrap-text.ts';

const TITLES: { readonly [pane in PaneName]: string } = {
  procedure: 'Procedure',
  talk: 'Conversation',
  team: 'Team',
  budget: 'Budget',
  artifacts: 'Artifacts',
  lessons: 'Lessons',
  log: 'Log',
};
/** Where all panes are named in one row. */
const SHORT_TITLES: typeof TITLES = { ...TITLES, talk: 'Talk' };
const TABS: readonly TabName[] = ['artifacts', 'lessons', 'log'];

/** Where everything stands now. Pure. */
export function layoutOf(view: View, ui: UiState): Layout {
  const team = 2 + 2 * Math.min(6, Math.max(1, view.roles.size));
  const budget = 2 + gaugesOf(view, 0).length;
  return layOut(ui, { team, budget, sheet: sheetNeeds(ui) });
}

/**
 * One picture of a run: exactly `ui.rows` lines of exactly `ui.columns` columns. `nowMs` is how long the run has worked
 * by now. Pure: the same view, state and time give the same frame.
 */
export function frameLines(view: View, ui: UiState, nowMs: number): readonly Line[] {
  const { columns, rows } = ui;
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) return tooSmall(ui);
  const layout = layoutOf(view, ui);
  const strip =
    layout.kind === 'narrow' ? [ui.replay === undefined ? stripLine(view, columns) : scrubberLine(ui)] : [];
  const head = headLines(view, ui, nowMs);
  const shownHead =
    layout.kind !== 'narrow' && ui.replay !== undefined ? [head[0] ?? [], scrubberLine(ui)] : head;
  const foot = footLine(view, ui, isOver(view.state));
  const room = rows - layout.head - layout.sheet - layout.foot;
  const body =
    ui.pager === undefined
      ? bodyRows(view, ui, { layout, nowMs, room })
      : pagerLines(ui.pager, { columns, rows: room });
  const top = [...shownHead, ...strip].slice(0, layout.head);
  return [...top, ...body, ...sheetLines(ui, layout.sheet), foot];
}

function tooSmall(ui: UiState): readonly Line[] {
  const { columns, rows } = ui;
  const text = `crew needs ${SMALLEST.columns}×${SMALLEST.rows}, this is ${columns}×${rows}; q leaves`;
  const waits = openQuestion(ui) === undefined ? [] : wrapText(LARGER, columns);
  const lines = [...waits, ...wrapText(text, columns)];
  return Array.from({ length: rows }, (_, row) => fitLine(lineOf(lines[row] ?? ''), columns));
}

interface Body {
  readonly layout: Layout;
  readonly nowMs: number;
  readonly room: number;
}

function bodyRows(view: View, ui: UiState, { layout, nowMs, room }: Body): readonly Line[] {
  if (room < 1) return [];
  const columns = layout.columns.map(column => columnRows(view, ui, { column, nowMs, kind: layout.kind }));
  return Array.from({ length: room }, (_, row) => columns.flatMap(lines => lines[row] ?? []));
}

function columnRows(
  view: View,
  ui: UiState,
  { column, nowMs, kind }: { readonly column: Column; readonly nowMs: number; readonly kind: Layout['kind'] },
): readonly Line[] {
  return column.places.flatMap(place => {
    const pane = place.pane === 'corner' ? ui.tab : place.pane;
    const tabs = kind === 'narrow' ? PANES : place.pane === 'corner' ? TABS : [pane];
    return boxRows(view, ui, { pane, tabs, columns: column.columns, rows: place.rows, nowMs });
  });
}

interface Box {
  readonly pane: PaneName;
  readonly tabs: readonly PaneName[];
  readonly columns: number;
  readonly rows: number;
  readonly nowMs: number;
}

/** A pane in its frame. */
function boxRows(view: View, ui: UiState, box: Box): readonly Line[] {
  const { pane, columns, rows } = box;
  const isOpen = ui.focus === pane && ui.pager === undefined;
  const look = isOpen ? 'cyan' : 'dim';
  const inner = columns - 4;
  const lines = paneLines(view, ui, box);
  const side: Cell = { text: '│', look };
  const framed = Array.from({ length: rows - 2 }, (_, row): Line => {
    return [side, { text: ' ' }, ...fitLine(lines[row] ?? [], inner), { text: ' ' }, side];
  });
  return [topLine(view, ui, box), ...framed, [{ text: `╰${'─'.repeat(columns - 2)}╯`, look }]];
}

function topLine(view: View, ui: UiState, { pane, tabs, columns }: Box): Line {
  const isOpen = ui.focus === pane && ui.pager === undefined;
  const look = isOpen ? 'cyan' : 'dim';
  const named = (titleOf: (tab: PaneName) => string, gap: string): Line =>
    tabs.map((tab): Cell => {
      const isThis = tab === pane;
      const text = `${gap}${PANES.indexOf(tab) + 1}${titleOf(tab)} `;
      return { text, look: isThis ? (isOpen ? 'title' : 'bold') : 'dim' };
    });
  const only = (tab: PaneName, text: string): string => (tab === pane ? text : '');
  const ways: readonly Line[] = [
    named(tab => ` ${TITLES[tab]}${only(tab, countOf(view, ui, tab))}`, ' '),
    named(tab => ` ${SHORT_TITLES[tab]}${only(tab, countOf(view, ui, tab))}`, ''),
    named(tab => ` ${SHORT_TITLES[tab]}`, ''),
    named(tab => ` ${SHORT_TITLES[tab].slice(0, 4)}`, ''),
    named(tab => only(tab, ` ${SHORT_TITLES[tab]}`), ''),
  ];
  const names = ways.find(line => lineColumns(line) <= columns - 4) ?? ways.at(-1) ?? [];
  const width = lineColumns(names);
  const cut = width > columns - 4 ? fitLine(names, columns - 4) : names;
  const fill = '─'.repeat(Math.max(0, columns - 3 - Math.min(width, columns - 4)));
  return [{ text: '╭─', look }, ...cut, { text: `${fill}╮`, look }];
}

function countOf(view: View, ui: UiState, pane: PaneName): string {
  if (pane === 'artifacts') return ` ${view.artifacts.size}`;
  if (pane === 'lessons') return ` ${view.lessons.next}`;
  if (pane === 'log') return ` ${view.log.next}`;
  if (pane !== 'talk') return '';
  const only = ui.filter.role ?? ui.filter.phase;
  const behind = ui.anchor === undefined ? '' : ' · End follows';
  return `${only === undefined ? '' : ` · only ${oneLine(only)}`}${behind}`;
}

function paneLines(view: View, ui: UiState, { pane, columns, rows, nowMs }: Box): readonly Line[] {
  const inner = { columns: columns - 4, rows: rows - 2 };
  const found = (line: Line): Line => markFound(line, ui.search);
  if (pane === 'talk') {
    const shown = talkRows(view, ui, inner);
    if (shown.length === 0) return [emptyTalk(view, ui)];
    return shown.map(row => found(row.line));
  }
  const list =
    pane === 'log'
      ? logRows(view, ui, inner)
      : windowOf(listRows(pane, view, { ...inner, nowMs }), ui.marked[pane], inner.rows);
  const marked = pane === 'log' && ui.logRow !== undefined ? String(ui.logRow) : ui.marked[pane];
  return list.map(row => found(markedLine(row, marked, ui.focus === pane, inner.columns)));
}

function emptyTalk(view: View, ui: UiState): Line {
  if (ui.filter.role !== undefined || ui.filter.phase !== undefined)
    return lineOf('nothing of this yet; Esc shows all', 'dim');
  return lineOf(view.state === 'starting' ? 'starting …' : 'nobody has said anything yet', 'dim');
}

function markedLine(row: ListRow, marked: string | undefined, isOpen: boolean, columns: number): Line {
  if (row.id === undefined || row.id !== marked || !isOpen) return row.line;
  return withLook(fitLine(row.line, columns), 'marked');
}

/** What was searched for stands out. */
function markFound(line: Line, search: string): Line {
  if (search === '') return line;
  const wanted = search.toLowerCase();
  return line.flatMap((cell): Cell[] => {
    const at = cell.text.toLowerCase().indexOf(wanted);
    if (at === -1) return [cell];
    const end = at + wanted.length;
    return [
      { ...cell, text: cell.text.slice(0, at) },
      { text: cell.text.slice(at, end), look: 'marked' },
      { ...cell, text: cell.text.slice(end) },
    ];
  });
}
