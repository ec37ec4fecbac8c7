import { formatBytes, formatCost, formatCount, formatDuration } from '../reporters/amounts.ts';
import { notALanguageModel } from '../reporters/describe-model.ts';
import { textBytes } from '../reporters/summarize-value.ts';
import { cutStart, oneLine } from './cell-text.ts';
import { gaugeLine, gaugesOf } from './gauge.ts';
import { itemsFrom } from './item-list.ts';
import { type Line, type Look, lineOf, spread } from './line.ts';
import { procedureRows } from './procedure-rows.ts';
import { passes, roleLook } from './talk-rows.ts';
import type { PaneName, UiState } from './ui-state.ts';
import type { RoleView, View } from './view.ts';

/** A row of a pane, and the name that it can be marked by. */
export interface ListRow {
  readonly id: string | undefined;
  readonly line: Line;
  /** It should be on the screen when nothing is marked. */
  readonly live?: boolean;
}

/** A pane that is a list of rows. */
export type ListPane = Exclude<PaneName, 'talk' | 'log'>;

interface Size {
  readonly columns: number;
  readonly rows: number;
  /** The worked time of now. */
  readonly nowMs: number;
}

/** All rows of a pane that is a list. Pure. */
export function listRows(pane: ListPane, view: View, size: Size): readonly ListRow[] {
  return ROWS[pane](view, size);
}

const ROWS = {
  procedure: procedureList,
  team: teamRows,
  budget: (view, { columns, nowMs }) =>
    gaugesOf(view, nowMs).map(gauge => ({ id: undefined, line: gaugeLine(gauge, columns) })),
  artifacts: artifactRows,
  lessons: lessonRows,
} as const satisfies Record<ListPane, (view: View, size: Size) => readonly ListRow[]>;

/** The procedure with as many of its ways and parts as there is room for. */
function procedureList(view: View, { columns, rows, nowMs }: Size): readonly ListRow[] {
  const all = procedureRows(view, columns, nowMs);
  const level = all.length <= rows ? 2 : all.filter(row => row.level < 2).length <= rows ? 1 : 0;
  const shown = all.filter(row => row.level <= level || row.live);
  return shown.map(({ path, line, live, level: own }) => ({ id: own === 0 ? path : undefined, line, live }));
}

const ROLE_STATES = {
  idle: ['·', 'dim'],
  thinking: ['●', 'title'],
  calling: ['•', 'title'],
  waiting: ['?', 'alert'],
} as const satisfies Record<RoleView['state'], readonly [string, Look]>;

function teamRows(view: View, { columns }: Size): readonly ListRow[] {
  return [...view.roles.values()].flatMap(role => {
    const [mark, look] = ROLE_STATES[role.state];
    const spent = role.tokens === 0 ? '' : ` ${formatCount(role.tokens)} · ${formatCost(role.costMicroUsd)}`;
    const left: Line = [
      { text: `${mark} `, look },
      { text: oneLine(role.name), look: roleLook(role.name) },
      { text: ` ${modelWord(role.model)}`, look: 'dim' },
    ];
    const calls = role.calls === 0 ? '' : `${role.calls}×${spent}`;
    const doing = role.action === '' ? 'has not worked yet' : role.action;
    return [
      { id: role.name, line: spread(left, lineOf(calls === '' ? '' : ` ${calls}`, 'dim'), columns) },
      {
        id: undefined,
        line: lineOf(`  ${oneLine(doing)}`, role.state === 'idle' ? 'dim' : 'plain'),
        live: role.state !== 'idle',
      },
    ];
  });
}

/** What is no language model goes by the name of its provider: its file says nothing here. */
function modelWord(use: string): string {
  return notALanguageModel(use) === undefined ? oneLine(use) : (use.split(':', 1)[0] ?? use);
}

function artifactRows(view: View, { columns }: Size): readonly ListRow[] {
  const rows = [...view.artifacts.values()].toReversed().map(artifact => {
    const size = formatBytes(textBytes(artifact.text) + artifact.left);
    const left: Line = [
      { text: '▪ ', look: 'green' },
      { text: cutStart(oneLine(artifact.phase), Math.floor(columns * 0.6)) },
      { text: ` ${artifact.summary === size ? '' : artifact.summary}`, look: 'dim' },
    ];
    const right = ` ${size} · ${formatDuration(artifact.at)}`;
    return { id: artifact.phase, line: spread(left, lineOf(right, 'dim'), columns) };
  });
  return rows.length > 0 ? rows : [{ id: undefined, line: lineOf('nothing has been delivered yet', 'dim') }];
}

function lessonRows(view: View, { columns }: Size): readonly ListRow[] {
  const rows: ListRow[] = [];
  for (const [number, lesson] of itemsFrom(view.lessons, view.lessons.next - 1, -1)) {
    const left: Line = [{ text: '✎ ', look: 'cyan' }, { text: oneLine(lesson.text) }];
    const right = lineOf(` ${cutStart(oneLine(lesson.phase), 20)} · ${trialOf(lesson.trial)}`, 'dim');
    rows.push({ id: String(number), line: spread(left, right, columns) });
  }
  if (rows.length > 0) return rows;
  return [{ id: undefined, line: lineOf('no lessons yet: phases with `reflect` write them', 'dim') }];
}

function trialOf(trial: number): string {
  return trial === 0 ? 'used' : `trial ${trial}`;
}

/** The rows of the log that fit: the end, or those around the marked one. Pure. */
export function logRows(
  view: View,
  ui: Pick<UiState, 'logRow' | 'filter'>,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): readonly ListRow[] {
  const from =
    ui.logRow === undefined
      ? view.log.next - 1
      : Math.min(view.log.next - 1, ui.logRow + Math.floor(rows / 2));
  const shown: ListRow[] = [];
  for (const [number, row] of itemsFrom(view.log, from, -1)) {
    if (shown.length >= rows) break;
    if (
      !passes(
        { ...(ui.filter.phase === undefined ? {} : { phase: ui.filter.phase }) },
        { phase: row.phase, who: '' },
      )
    )
      continue;
    const place = cutStart(oneLine(row.phase), Math.max(8, Math.floor(columns / 4)));
    const line: Line = [
      { text: `${formatDuration(row.at).padStart(7)} `, look: 'dim' },
      { text: `${row.mark} `, look: row.look },
      { text: place === '' ? '' : `${place} `, look: 'quiet' },
      { text: row.text, look: row.look === 'dim' ? 'dim' : 'plain' },
    ];
    shown.push({ id: String(number), line });
  }
  if (shown.length < rows && view.log.first > 0 && ui.filter.phase === undefined) {
    const text = `… ${view.log.first} older rows; crew logs ${view.runId}${view.setup.flags} shows them`;
    shown.push({ id: undefined, line: lineOf(text, 'dim') });
  }
  return shown.toReversed();
}

/** The window of rows around the marked one, else around what is alive, else from the start. Pure. */
export function windowOf(
  rows: readonly ListRow[],
  marked: string | undefined,
  count: number,
): readonly ListRow[] {
  if (rows.length <= count) return rows;
  const at =
    marked === undefined ? rows.findLastIndex(row => row.live) : rows.findIndex(row => row.id === marked);
  const start = at === -1 ? 0 : Math.max(0, Math.min(rows.length - count, at - Math.floor(count / 2)));
  return rows.slice(start, start + count);
}
