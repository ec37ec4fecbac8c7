import type { RunEvent } from '../model/run-event.ts';
import type { ReplayMove } from './keys.ts';
import type { View } from './view.ts';
import { takeEvent } from './view-model.ts';
import { parentOf } from './view-phases.ts';

/** How many events lie between two views that are kept, from which every other is worked out. */
const KEPT_EVERY = 250;

/** A recorded run that can be looked at at every moment. */
export interface Player {
  readonly count: number;
  /** The view after so many events. */
  readonly viewAt: (at: number) => View;
  /** Where a move leads from a place. */
  readonly moved: (at: number, move: ReplayMove) => number;
  /** The event that comes next; undefined at the end. */
  readonly eventAt: (at: number) => RunEvent | undefined;
}

/** A player of all events of a run. The views between the kept ones are worked out again; the same place gives the same view. */
export function createPlayer(start: View, events: readonly RunEvent[]): Player {
  const kept: View[] = [start];
  let latest = { at: 0, view: start };

  function viewAt(at: number): View {
    const wanted = Math.max(0, Math.min(events.length, at));
    const mark = Math.min(kept.length - 1, Math.floor(wanted / KEPT_EVERY));
    let from = { at: mark * KEPT_EVERY, view: kept[mark] ?? start };
    if (latest.at <= wanted && latest.at > from.at) from = latest;
    let { view } = from;
    for (let index = from.at; index < wanted; index += 1) {
      const event = events[index];
      if (event !== undefined) view = takeEvent(view, event);
      const done = index + 1;
      if (done % KEPT_EVERY === 0 && kept.length === done / KEPT_EVERY) kept.push(view);
    }
    latest = { at: wanted, view };
    return view;
  }

  function moved(at: number, move: ReplayMove): number {
    switch (move) {
      case 'forward':
        return Math.min(events.length, at + 1);
      case 'back':
        return Math.max(0, at - 1);
      case 'start':
        return 0;
      case 'end':
        return events.length;
      case 'next-phase': {
        const next = events.findIndex((event, index) => index >= at && beginsPhase(event));
        return next === -1 ? events.length : next + 1;
      }
      case 'previous-phase': {
        const before = events.findLastIndex((event, index) => index < at - 1 && beginsPhase(event));
        return before === -1 ? 0 : before + 1;
      }
      default:
        return at;
    }
  }

  return { count: events.length, viewAt, moved, eventAt: at => events[at] };
}

function beginsPhase(event: RunEvent): boolean {
  return event.type === 'phase.started' && parentOf(event.phase) === undefined;
}

/** The next faster or slower pace. Pure. */
export function nextSpeed(speed: number, move: 'faster' | 'slower'): number {
  if (speed === Number.POSITIVE_INFINITY) return move === 'faster' ? speed : 64;
  const next = move === 'faster' ? speed * 2 : speed / 2;
  return Math.max(0.25, Math.min(256, next));
}
