import type { RunEvent } from '../../model/run-event.ts';
import type { RunRecord } from '../../model/run-record.ts';
import { formatDuration } from '../amounts.ts';
import { type Anchors, visitKeyOf } from './anchors.ts';
import { escapeHtml } from './escape-html.ts';
import type { ReportedEvent } from './run-report.ts';

/** The width of a lane in its own units; the page stretches it. */
const WIDTH = 1000;
const HEIGHT = 22;
const THINNEST = 1.5;
const MAX_LANES = 200;
const TICKS = 5;

interface Bar {
  readonly style: 'visit' | 'model' | 'tool' | 'wait';
  readonly from: number;
  readonly to: number;
  readonly words: string;
  readonly tone: string;
  readonly href?: string;
}

/** What a bar is until its end is known. */
type OpenBar = Omit<Bar, 'to'> & { readonly phase: string };

/** A lane for each phase: its visits, and in them calls of models and tools and waits for people. Pauses take no room. Pure. */
export function timelineHtml(record: RunRecord, events: readonly ReportedEvent[], anchors: Anchors): string {
  const clock = workClock(events, record.startedAt);
  const last = Math.max(1, clock.at(record.lastAt));
  const lanes = new Map<string, Bar[]>(record.path.map(({ phase }) => [phase, []]));
  const put = (phase: string, bar: Bar) => lanes.get(phase)?.push(bar);
  for (const visit of record.path) {
    const to = visit.endedAt ?? record.lastAt;
    const words = `${visit.phase}, visit ${visit.visit}: ${visit.outcome ?? 'open'}, ${formatDuration(to - visit.at)}`;
    const href = anchors.visits.get(visitKeyOf(visit));
    put(visit.phase, {
      style: 'visit',
      from: visit.at,
      to,
      words,
      tone: visit.outcome ?? 'open',
      ...(href === undefined ? {} : { href }),
    });
  }
  for (const { phase, ...bar } of callBars(events, record.lastAt, anchors)) put(phase, bar);
  const shown = [...lanes].slice(0, MAX_LANES);
  const rows = shown.map(([phase, bars]) => laneHtml(phase, bars, at => (clock.at(at) / last) * WIDTH));
  const pauses = clock.pauses.map(
    ({ at, ms }) =>
      `<rect class="pause" x="${place((at / last) * WIDTH)}" width="2" y="0" height="${HEIGHT}"><title>paused for ${formatDuration(ms)}</title></rect>`,
  );
  const ticks = Array.from(
    { length: TICKS },
    (_, nth) => `<span>${formatDuration((last * nth) / (TICKS - 1))}</span>`,
  );
  const more =
    lanes.size > MAX_LANES
      ? `<p class="cut">${lanes.size - MAX_LANES} more lanes are left out here.</p>`
      : '';
  const pauseLane =
    pauses.length === 0
      ? ''
      : `<div class="lane"><span class="lane-name muted">pauses</span><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${pauses.join('')}</svg></div>`;
  return `<div class="timeline"><div class="lane ticks"><span></span><div>${ticks.join('')}</div></div>${pauseLane}${rows.join('')}</div>${more}${LEGEND}`;
}

const LEGEND =
  '<p class="legend"><i class="key visit"></i> at work <i class="key model"></i> model call <i class="key tool"></i> tool call <i class="key wait"></i> waits for a person <i class="key bad"></i> failed</p>';

function laneHtml(phase: string, bars: readonly Bar[], x: (at: number) => number): string {
  const depth = Math.min(3, phase.split(/[./]/).length - 1);
  return `<div class="lane" data-find data-phase="${escapeHtml(phase)}" data-role=""><span class="lane-name deep-${depth}">${escapeHtml(phase, { line: true })}</span><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${bars.map(bar => barSvg(bar, x)).join('')}</svg></div>`;
}

function barSvg({ style, from, to, words, tone, href }: Bar, x: (at: number) => number): string {
  const left = Math.min(x(from), WIDTH - THINNEST);
  const width = Math.max(THINNEST, x(to) - left);
  const [y, height] = style === 'visit' ? [1, HEIGHT - 2] : style === 'tool' ? [13, 5] : [5, 7];
  const rect = `<rect class="${style} ${tone}" x="${place(left)}" width="${place(width)}" y="${y}" height="${height}" rx="1"><title>${escapeHtml(words, { line: true })}</title></rect>`;
  return href === undefined ? rect : `<a href="#${href}">${rect}</a>`;
}

function callBars(
  events: readonly ReportedEvent[],
  lastAt: number,
  anchors: Anchors,
): readonly (Bar & { readonly phase: string })[] {
  const open = new Map<string, OpenBar>();
  const bars: (Bar & { readonly phase: string })[] = [];
  const close = (key: string, to: number, tone: string, ms = to - (open.get(key)?.from ?? to)): void => {
    const bar = open.get(key);
    if (bar === undefined) return;
    open.delete(key);
    bars.push({ ...bar, to, tone, words: `${bar.words}, ${formatDuration(ms)}` });
  };
  for (const { event } of events) {
    const begun = openBar(event, anchors);
    if (begun !== undefined) open.set(begun[0], begun[1]);
    else if (event.type === 'model.ended' || event.type === 'tool.ended')
      close(event.key, event.at, event.outcome, event.ms);
    else if (event.type === 'person.answered') close(event.key, event.at, 'answered');
    else if (event.type === 'run.suspended')
      for (const [key, bar] of open) if (bar.style === 'wait') close(key, event.at, 'open');
  }
  for (const key of [...open.keys()]) close(key, lastAt, 'open');
  return bars;
}

function openBar(event: RunEvent, anchors: Anchors): readonly [string, OpenBar] | undefined {
  if (event.type === 'person.asked') {
    return [
      event.key,
      { phase: event.phase, style: 'wait', from: event.at, tone: '', words: 'waits for a person' },
    ];
  }
  if (event.type !== 'model.started' && event.type !== 'tool.started') return undefined;
  const href = anchors.calls.get(event.key);
  const isModel = event.type === 'model.started';
  const words = isModel ? `${event.role}: ${event.model}` : event.tool;
  return [
    event.key,
    {
      phase: event.phase,
      style: isModel ? 'model' : 'tool',
      from: event.at,
      tone: '',
      words,
      ...(href === undefined ? {} : { href }),
    },
  ];
}

/** Work time: what passed between a stop and `run.resumed` counts as nothing. */
function workClock(events: readonly ReportedEvent[], startedAt: number) {
  const pauses: {
    readonly from: number;
    readonly until: number;
    readonly at: number;
    readonly ms: number;
  }[] = [];
  let last = startedAt;
  let paused = 0;
  for (const { event } of events) {
    if (event.type === 'run.resumed' && event.at > last) {
      pauses.push({ from: last, until: event.at, at: last - startedAt - paused, ms: event.at - last });
      paused += event.at - last;
    }
    last = Math.max(last, event.at);
  }
  const at = (moment: number): number => {
    let lost = 0;
    for (const { from, until } of pauses) if (moment > from) lost += Math.min(moment, until) - from;
    return Math.max(0, moment - startedAt - lost);
  };
  return { at, pauses };
}

function place(value: number): number {
  return Math.round(value * 10) / 10;
}
