import { formatDuration } from '../reporters/amounts.ts';
import { oneLine } from './cell-text.ts';
import { itemsFrom } from './item-list.ts';
import type { TurnView, View, WayView } from './view.ts';
import { isInside } from './view-phases.ts';

/**
 * Why the run went from phase to phase, and why a role had a turn, the latest first: every way with its conditions and the
 * values that they read. With `phase` only the ways into it and out of it, and its turns. Pure.
 */
export function whyText(view: View, phase: string | undefined): string {
  const ways = [...itemsFrom(view.ways, view.ways.next - 1, -1)].map(([, way]) => way);
  const turns = [...itemsFrom(view.turns, view.turns.next - 1, -1)].map(([, turn]) => turn);
  const parts = [
    ...ways
      .filter(way => phase === undefined || isAbout(way, phase))
      .map(way => ({ at: way.at, text: wayText(way) })),
    ...turns
      .filter(turn => phase === undefined || isInside(turn.phase, phase))
      .map(turn => ({ at: turn.at, text: turnText(turn) })),
  ].toSorted((one, other) => other.at - one.at);
  const about = phase === undefined ? 'The run' : `\`${oneLine(phase)}\``;
  if (parts.length === 0) return `${about} has not gone from one phase to another yet.`;
  const older = view.ways.first + view.turns.first;
  const dropped = older === 0 ? '' : `\n\n… ${older} older; crew why ${view.runId} shows them`;
  return parts.map(({ text }) => text).join('\n\n') + dropped;
}

function turnText({ at, phase, role, turn, closing, reason }: TurnView): string {
  const what = closing ? `${oneLine(role)} writes the artifact` : `turn ${turn}: ${oneLine(role)}`;
  const head = `**${oneLine(phase)}** ${what} after ${formatDuration(at)}`;
  return reason === '' ? head : `${head}\n  ${reason}`;
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
