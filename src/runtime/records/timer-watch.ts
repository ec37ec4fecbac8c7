import type { ActEffect, Effect } from '../../model/effect.ts';
import type { FoldStep } from './fold-run.ts';

type Timer = Extract<ActEffect, { type: 'timer.start' }>;
type Timers = { readonly recorded?: Timer; readonly now?: Timer };

/**
 * Keeps the timers that two runs over the same facts do not share: they part only when one of them fires, or would have.
 * @see ./compare-runs.ts
 */
export interface TimerWatch {
  /** Takes in the wishes of one step; timers that differ while only people are waited for, whose time is not known, part. */
  take(was: FoldStep, now: FoldStep): Timers | undefined;
  /** Whether a timer is not the same in both. */
  isOther(key: string): boolean;
  /** The key of a timer of the edited run that should have fired before `activeMs`. */
  overdue(activeMs: number): string | undefined;
  timersOf(key: string): Timers;
}

/** Makes a watch that knows no timers. */
export function createTimerWatch(): TimerWatch {
  const others = new Map<string, Timers>();
  const due = new Map<string, number>();

  function take(was: FoldStep, now: FoldStep): Timers | undefined {
    for (const effect of now.effects) if (effect.type === 'effect.cancel') due.delete(effect.key);
    const old = timersIn(was.effects);
    const wished = timersIn(now.effects);
    for (const key of new Set([...old.keys(), ...wished.keys()])) {
      const [recorded, timer] = [old.get(key), wished.get(key)];
      if (recorded?.ms === timer?.ms) continue;
      const pair = { ...(recorded && { recorded }), ...(timer && { now: timer }) };
      if (now.after.idle) return pair;
      others.set(key, pair);
      if (timer !== undefined) due.set(key, now.after.activeMs + timer.ms);
    }
    return undefined;
  }

  return {
    take,
    isOther: key => others.has(key),
    overdue: activeMs => [...due].find(([, at]) => at < activeMs)?.[0],
    timersOf: key => others.get(key) ?? {},
  };
}

function timersIn(effects: readonly Effect[]): ReadonlyMap<string, Timer> {
  // A timer that is cancelled in the step that started it never runs.
  const timers = new Map<string, Timer>();
  for (const effect of effects) {
    if (effect.type === 'timer.start') timers.set(effect.key, effect);
    if (effect.type === 'effect.cancel') timers.delete(effect.key);
  }
  return timers;
}
