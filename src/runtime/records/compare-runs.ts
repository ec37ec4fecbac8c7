import { canonicalJson } from '../../model/canonical-json.ts';
import type { ActEffect, Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { JsonValue } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import type { RunState } from '../run-state.ts';
import { type FoldStep, foldRun } from './fold-run.ts';
import { createTimerWatch, type TimerWatch } from './timer-watch.ts';

/**
 * Where two programs part over the same facts: what each wished for first after fact `seq` that the other did not.
 * Without `recorded` the wish is new, without `now` it is gone; `waits` says why the edited run holds it back, if it does.
 */
export interface Difference {
  readonly seq: number;
  readonly recorded?: ActEffect;
  readonly now?: ActEffect;
  readonly waits?: string;
}

/** A recorded run and the program and first fact that its facts are tried on. */
export interface Comparison {
  readonly recorded: { readonly program: Program; readonly facts: readonly Fact[] };
  readonly edited: { readonly program: Program; readonly started: StartedFact };
}

export type StartedFact = Extract<Fact, { type: 'run.started' }>;

/**
 * Folds the facts of a recorded run over its own program and over an edited one, side by side, and calls nothing. Yields
 * the steps of the edited run for every fact that fits: one whose effect both runs wished for, after equal wishes before.
 * Returns the first difference, if there is one. The facts of all steps but the last are followed by equal wishes.
 * 1. Wishes are equal when they are deeply equal. What the ledger adds to a model call, `maxTokens` and `temperature`, does
 *    not count: another model may have other limits. Neither do the values behind a prompt that a language model was sent,
 *    which it never sees, nor which model it is that has something remembered.
 * 2. Of timers only those count that fired, or would have fired by now.
 * 3. What is published does not count.
 * The same program keeps all facts. Pure.
 */
export function* compareRuns({ recorded, edited }: Comparison): Generator<FoldStep, Difference | undefined> {
  const { facts } = recorded;
  const old = foldRun(recorded.program, facts);
  const watch = createTimerWatch();
  let last: FoldStep | undefined;
  for (const now of foldRun(edited.program, [edited.started, ...facts.slice(1)])) {
    if (last !== undefined && isUntimely(watch, now)) return timerDifference(last, now, watch);
    const was = old.next().value as FoldStep;
    last = now;
    yield now;
    const difference = differenceOf(was, now, watch);
    if (difference !== undefined) return { seq: now.seq, ...difference };
  }
  return undefined;
}

/** Whether a timer fires that is another one by now, or another one would have fired before this fact. */
function isUntimely(watch: TimerWatch, { fact, after }: FoldStep): boolean {
  if (fact.type === 'timer.fired' && watch.isOther(fact.key)) return true;
  return watch.overdue(after.activeMs) !== undefined;
}

function timerDifference(last: FoldStep, { fact, after }: FoldStep, watch: TimerWatch): Difference {
  const key =
    fact.type === 'timer.fired' && watch.isOther(fact.key) ? fact.key : watch.overdue(after.activeMs);
  return { seq: last.seq, ...watch.timersOf(key ?? '') };
}

type Parted = Omit<Difference, 'seq'>;

function differenceOf(was: FoldStep, now: FoldStep, watch: TimerWatch): Parted | undefined {
  const old = callsOf(was.effects);
  const wished = callsOf(now.effects);
  for (const [key, recorded] of old) {
    const same = wished.get(key);
    if (same !== undefined && isEqual(recorded, same, was.after)) continue;
    const other = same ?? [...wished.values()].find(effect => !old.has(effect.key));
    return { recorded, ...(other === undefined ? reasonOf(now.after) : { now: other }) };
  }
  for (const [key, effect] of wished) if (!old.has(key)) return { now: effect };
  return watch.take(was, now) ?? cancelDifference(was, now);
}

/** The wishes that a fact answers, by key; timers are looked after by their watch. */
function callsOf(effects: readonly Effect[]): ReadonlyMap<string, ActEffect> {
  const rows = effects.flatMap(effect => {
    const isCall =
      effect.type === 'model.call' ||
      effect.type === 'tool.call' ||
      effect.type === 'path.resolve' ||
      effect.type === 'person.ask' ||
      effect.type === 'memory.recall' ||
      effect.type === 'memory.write';
    return isCall ? [[effect.key, effect] as const] : [];
  });
  return new Map(rows);
}

function isEqual(left: ActEffect, right: ActEffect, state: RunState): boolean {
  const [one, other] = [asAsked(left, state), asAsked(right, state)];
  // Effects are made by the same code, so the order of keys mostly is the same and the cheap comparison decides.
  return JSON.stringify(one) === JSON.stringify(other) || canonical(one) === canonical(other);
}

function asAsked(effect: ActEffect, { terms }: RunState): object {
  if (effect.type === 'memory.write') return { ...effect, author: '' };
  if (effect.type === 'tool.call' && effect.origin !== undefined) {
    return { ...effect, origin: { ...effect.origin, author: '' } };
  }
  if (effect.type !== 'model.call') return effect;
  const { maxTokens: _maxTokens, temperature: _temperature, origin, ...rest } = effect;
  return terms[effect.model]?.languageModel === false ? { ...rest, origin } : rest;
}

function canonical(effect: object): string {
  return canonicalJson(effect as JsonValue);
}

function reasonOf({ suspension }: RunState): { readonly waits?: string } {
  return suspension === undefined ? {} : { waits: suspension.failure.message };
}

/** A call that only one of them withdraws: it is there for the other, so nothing is the same from here on. */
function cancelDifference(was: FoldStep, now: FoldStep): Parted | undefined {
  const withdrawnBy = ({ before, effects }: FoldStep) =>
    effects.flatMap(effect => {
      const act = effect.type === 'effect.cancel' ? before?.acts[effect.key] : undefined;
      return act === undefined || act.type === 'timer.start' ? [] : [act];
    });
  const [old, wished] = [withdrawnBy(was), withdrawnBy(now)];
  const gone = wished.find(act => !old.some(({ key }) => key === act.key));
  const kept = old.find(act => !wished.some(({ key }) => key === act.key));
  if (gone !== undefined) return { recorded: gone };
  return kept === undefined ? undefined : { now: kept };
}
