import type { Chart, ChartEdge, ChartNode } from '../model/chart.ts';
import { formatDuration } from '../reporters/amounts.ts';
import { cutText, oneLine } from './cell-text.ts';
import { clockText } from './clock-text.ts';
import { itemsFrom } from './item-list.ts';
import { type Cell, type Line, type Look, spread } from './line.ts';
import type { PhaseView, View, WayView } from './view.ts';
import { isOver } from './view-model.ts';
import { isInside } from './view-phases.ts';

/** A row of the drawn procedure. `level` says how soon it gives way where room is short: 0 never. */
export interface ProcedureRow {
  readonly path: string;
  readonly line: Line;
  readonly level: 0 | 1 | 2;
  readonly live: boolean;
}

interface Place {
  readonly view: View;
  readonly columns: number;
  /** The worked time of now. */
  readonly nowMs: number;
  /** `build/` inside a crew phase. */
  readonly inside: string;
  readonly indent: string;
}

/** Waiting for people that is worth a word. */
const LONG_WAIT_MS = 1000;
const MOST_PARTS = 8;
const MOST_DEPTH = 4;

/** Marks that tell how a phase stands, also without colours. */
export const MARKS = {
  idle: ['○', 'dim'],
  live: ['●', 'title'],
  asked: ['?', 'alert'],
  held: ['◌', 'dim'],
  done: ['✓', 'good'],
  failed: ['✗', 'bad'],
  cancelled: ['–', 'dim'],
} as const satisfies Record<string, readonly [string, Look]>;

/** The statechart as rows: every phase with how it stands, its parts while it works, and the ways out of it. Pure. */
export function procedureRows(view: View, columns: number, nowMs: number): readonly ProcedureRow[] {
  return chartRows(view.setup.chart, { view, columns, nowMs, inside: '', indent: '' });
}

/** How a phase stands, as a row of `MARKS`. Pure. */
export function stateOf(view: View, path: string): keyof typeof MARKS {
  const phase = view.phases.get(path);
  if (phase === undefined) return 'idle';
  const waits = view.questions.some(question => isInside(question.phase, path));
  if (phase.state !== 'live') return phase.state;
  if (waits) return 'asked';
  return view.state === 'idle' ? 'held' : 'live';
}

function chartRows(chart: Chart, place: Place): readonly ProcedureRow[] {
  const latest = latestWays(place);
  return chart.nodes.flatMap((node, index) => {
    const path = place.inside + node.id;
    const rows = [nodeRow(node, path, place), ...partRows(node, path, place)];
    const ways = chart.edges.filter(edge => edge.from === node.id);
    return [...rows, ...wayRows(ways, { node, index, chart, place, taken: latest.get(node.id) })];
  });
}

/** The way that was last taken out of each phase of this procedure. */
function latestWays({ view, inside }: Place): ReadonlyMap<string, WayView> {
  const latest = new Map<string, WayView>();
  for (const [, way] of itemsFrom(view.ways, view.ways.first, 1)) {
    if (inside === (way.crew === '' ? '' : `${way.crew}/`)) latest.set(way.from, way);
  }
  return latest;
}

function nodeRow(node: ChartNode, path: string, place: Place): ProcedureRow {
  const { view, indent, columns, nowMs } = place;
  const phase = view.phases.get(path);
  const state = stateOf(view, path);
  const [mark, look] = MARKS[state];
  const isLive = state === 'live' || state === 'asked';
  const name: Cell = { text: oneLine(node.id), look: isLive ? 'bold' : state === 'idle' ? 'dim' : 'plain' };
  const visits: Cell = {
    text: phase !== undefined && phase.visit > 1 ? ` ×${phase.visit}` : '',
    look: 'alert',
  };
  const shown = node.kind === 'end' && state === 'idle' ? '◎' : mark;
  const note: Cell = { text: noteText(node, phase, state), look: isLive ? 'cyan' : 'dim' };
  const left: Line = [
    { text: `${indent}${shown} `, look },
    name,
    visits,
    { text: note.text === '' ? '' : ' ' },
    note,
  ];
  const right: Line = [{ text: timeText(view, phase, isLive, nowMs), look: isLive ? 'cyan' : 'dim' }];
  return { path, line: spread(left, right, columns), level: 0, live: isLive };
}

function noteText(node: ChartNode, phase: PhaseView | undefined, state: keyof typeof MARKS): string {
  if (phase === undefined || node.kind === 'end') return oneLine(node.detail);
  if (state === 'asked') return 'waits for you';
  const attempt = phase.attempt > 1 ? `attempt ${phase.attempt} ` : '';
  const parts = phase.parts.begun > 0 ? `${phase.parts.done} of ${phase.parts.begun} ` : '';
  if (state === 'live') return oneLine(`${attempt}${parts}${phase.note || node.detail}`);
  return oneLine(phase.note || node.detail);
}

function timeText(view: View, phase: PhaseView | undefined, isLive: boolean, nowMs: number): string {
  if (phase === undefined || phase.kind === 'end') return '';
  const ms = isLive ? (isOver(view.state) ? view.workedMs : nowMs) - phase.startedMs : phase.ms;
  if (ms === undefined) return '';
  if (isLive) return ` ${clockText(ms)}`;
  const { waitedMs = 0 } = phase;
  return ` ${formatDuration(ms)}${waitedMs < LONG_WAIT_MS ? '' : ` · waited ${clockText(waitedMs)}`}`;
}

/** Branches, items, speakers, and the procedure of a crew phase: shown while the phase works or when a part failed. */
function partRows(node: ChartNode, path: string, place: Place): readonly ProcedureRow[] {
  const { view, indent } = place;
  const phase = view.phases.get(path);
  const crew = view.setup.crews.get(path);
  const isLive = phase?.state === 'live';
  if (crew !== undefined) {
    const depth = path.split('/').length;
    if (!isLive || depth > MOST_DEPTH) return [];
    return chartRows(crew, { ...place, inside: `${path}/`, indent: `${indent}  ` });
  }
  const begun = [...view.phases.values()].filter(
    each => each.path.startsWith(`${path}.`) && !each.path.slice(path.length + 1).includes('/'),
  );
  const failed = begun.filter(each => each.state === 'failed');
  if (!isLive && failed.length === 0) return [];
  if (begun.length === 0 && node.order === 'at-once' && phase?.kind === 'parallel') return [];
  const speakers =
    node.kind === 'talk' || node.kind === 'manage' || node.kind === 'ask' || node.kind === 'chain';
  if (speakers && isLive) return node.parts.map(part => speakerRow(part.id, phase, path, place));
  const shown = isLive ? pickParts(begun, view) : failed;
  const rows = shown.map(part => branchRow(part, path, place));
  const more = isLive ? begun.length - shown.length : 0;
  if (more === 0) return rows;
  const line: Line = [{ text: `${indent}  … ${more} more`, look: 'dim' }];
  return [...rows, { path, line, level: 1, live: false }];
}

/** Those at work first, then those that failed, then the latest. */
function pickParts(parts: readonly PhaseView[], view: View): readonly PhaseView[] {
  if (parts.length <= MOST_PARTS) return parts;
  const rank = ({ path, state }: PhaseView): number =>
    stateOf(view, path) === 'asked' ? 0 : state === 'live' ? 1 : state === 'failed' ? 2 : 3;
  const picked = new Set(parts.toSorted((one, other) => rank(one) - rank(other)).slice(0, MOST_PARTS));
  return parts.filter(part => picked.has(part));
}

function branchRow(part: PhaseView, above: string, place: Place): ProcedureRow {
  const { view, indent, columns, nowMs } = place;
  const state = stateOf(view, part.path);
  const [mark, look] = MARKS[state];
  const isLive = state === 'live' || state === 'asked';
  const name = oneLine(part.path.slice(above.length + 1));
  const note = state === 'asked' ? 'waits for you' : part.note || (part.role ?? '');
  const left: Line = [
    { text: `${indent}  ${mark} `, look },
    { text: name, look: isLive ? 'plain' : 'dim' },
    { text: note === '' ? '' : ` ${oneLine(note)}`, look: isLive ? 'cyan' : 'dim' },
  ];
  const right: Line = [{ text: timeText(view, part, isLive, nowMs), look: 'dim' }];
  return { path: part.path, line: spread(left, right, columns), level: 1, live: isLive };
}

function speakerRow(
  name: string,
  phase: PhaseView | undefined,
  path: string,
  { indent, view }: Place,
): ProcedureRow {
  const working = [...view.openCalls.values()].some(call => call.phase === path && call.role === name);
  const has = phase?.speaker === name || working;
  const line: Line = [
    { text: `${indent}  ${has ? '▸' : '·'} `, look: has ? 'title' : 'dim' },
    { text: oneLine(name), look: has ? 'plain' : 'dim' },
    { text: has ? ' has the turn' : '', look: 'cyan' },
  ];
  return { path, line, level: 1, live: has };
}

interface WayPlace {
  readonly node: ChartNode;
  readonly index: number;
  readonly chart: Chart;
  readonly place: Place;
  readonly taken: WayView | undefined;
}

/** Ways that are not just on to the next row: conditions, loops, ways out of errors. The last one taken stands out. */
function wayRows(edges: readonly ChartEdge[], where: WayPlace): readonly ProcedureRow[] {
  const { node, index, chart, place, taken } = where;
  const isPlain = edges.length === 1 && edges[0]?.to === chart.nodes[index + 1]?.id && edges[0]?.label === '';
  if (isPlain) return [];
  const path = place.inside + node.id;
  const isLive = place.view.phases.get(path)?.state === 'live';
  return edges.map(edge => {
    const target = chart.nodes.findIndex(({ id }) => id === edge.to);
    const arrow = target <= index ? '↺' : '→';
    const isTaken = taken?.to === edge.to && taken.way === edge.via;
    const look: Look = isTaken ? 'green' : 'dim';
    const line: Line = [
      { text: `${place.indent}   ${arrow} `, look },
      { text: oneLine(edge.to), look },
      { text: cutText(edge.label === '' ? '' : `  ${oneLine(edge.label)}`, 60), look: 'dim' },
    ];
    return { path, line, level: isLive || isTaken ? 1 : 2, live: false } as const;
  });
}
