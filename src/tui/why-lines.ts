import { formatDuration } from '../reporters/amounts.ts';
import { oneLine } from './cell-text.ts';
import { itemsFrom } from './item-list.ts';
import type { View, WayView } from './view.ts';

/**
 * Why the run went from phase to phase, the latest first: every way with its conditions and the values that they read. With
 * `phase` only the ways into it and out of it. Pure.
 */
export function whyText(view: View, phase: string | undefined): string {
  const parts: string[] = [];
  for (const [, way] of itemsFrom(view.ways, view.ways.next - 1, -1)) {
    if (phase === undefined || isAbout(way, phase)) parts.push(wayText(way));
  }
  const about = phase === undefined ? 'The run' : `\`${oneLine(phase)}\``;
  if (parts.length === 0) return `${about} has not gone from one phase to another yet.`;
  const dropped =
    view.ways.first === 0 ? '' : `\n\n… ${view.ways.first} older; crew why ${view.runId} shows them`;
  return parts.join('\n\n') + dropped;
}

function isAbout({ crew, from, to }: WayView, phase: string): boolean {
  const inside = crew === '' ? '' : `${crew}/`;
  const top = phase.includes('.') ? phase.slice(0, phase.indexOf('.')) : phase;
  return [from, to].some(name => `${inside}${name}` === top || `${inside}${name}`.startsWith(`${top}/`));
}

function wayText({ at, crew, from, to, way, guards, limit }: WayView): string {
  const inside = crew === '' ? '' : `${oneLine(crew)}/`;
  const head = `**${inside}${oneLine(from)} → ${inside}${oneLine(to)}** after ${formatDuration(at)}`;
  const rows = guards.map(({ when, held, values }) => {
    const read = Object.entries(values).map(
      ([path, value]) => `${oneLine(path)} = ${oneLine(JSON.stringify(value))}`,
    );
    const seen = read.length === 0 ? '' : `, because ${read.join(', ')}`;
    return `- ${held ? '✓ held' : '✗ did not hold'}: ${oneLine(when)}${seen}`;
  });
  return [head, `  ${reasonOf(way, { from, limit, guards })}`, ...rows].join('\n');
}

function reasonOf(
  way: WayView['way'],
  {
    from,
    limit,
    guards,
  }: { readonly from: string; readonly limit: string | undefined; readonly guards: WayView['guards'] },
): string {
  if (way === 'on_error') return `${oneLine(from)} failed (on_error)`;
  if (way === 'on_limit') return `${oneLine(limit ?? from)} has no visits left (on_limit)`;
  if (way === 'subscribe') return 'an artifact that it watches is new (subscribe)';
  if (guards.length === 0) return `${oneLine(from)} was done, and there is one way on (next)`;
  return guards.at(-1)?.held === true ? 'its condition held (next)' : 'no condition before it held (next)';
}
