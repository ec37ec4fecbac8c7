import { evaluateTemplate } from '../../expressions/template-evaluate.ts';
import type { EachWork } from '../../model/crew.ts';
import type { CodedFailure } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { completed, failed, type PartOutcome, type Step } from '../step.ts';
import type { WorkContext } from '../work-context.ts';
import { leastNeeded } from './join.ts';

/** The items and what came of them; parts are named by the place of their item, from 0. */
export interface EachState {
  readonly kind: 'each';
  readonly work: EachWork;
  readonly items: readonly JsonValue[];
  /** The results by place; null for an item that failed and was kept. */
  readonly results: JsonObject;
  readonly completed: number;
  /** How many items were begun. */
  readonly begun: number;
}

/**
 * The same work for each item of a list, as a decider: at most `concurrency` items at once, in the order of the list. It
 * is done with as many as `join` says; the artifact has the results in the order of the items, null for those that
 * failed and were kept or were not waited for. Fails with TOO_MANY_ITEMS when the list is longer than `max`,
 * TEMPLATE_FAILED when it is no list, and with the failure of an item that is not kept, or that makes `join` impossible.
 * Pure.
 */
export function startEach(work: EachWork, context: WorkContext): Step<EachState> {
  const list = evaluateTemplate(work.list, context.scope);
  const items = Array.isArray(list) ? (list as readonly JsonValue[]) : [];
  const state = { kind: 'each', work, items, results: {}, completed: 0, begun: 0 } as const;
  if (!Array.isArray(list)) {
    const found = list === null ? 'null' : typeof list;
    const message = `expected a list for \`each.in\` of \`${context.place}\`, found ${found}`;
    return failed(state, { code: 'TEMPLATE_FAILED', message });
  }
  if (items.length > work.max) {
    const message = `\`${context.place}\` got ${items.length} items, \`each.max\` is ${work.max}`;
    return failed(state, { code: 'TOO_MANY_ITEMS', message });
  }
  return items.length === 0 ? completed(state, []) : openNext(state);
}

/** Takes in how an item came out. Pure. */
export function takeItem(
  state: EachState,
  _context: WorkContext,
  { name, outcome }: { readonly name: string; readonly outcome: PartOutcome },
): Step<EachState> {
  const { items, work } = state;
  const isKept = outcome.type === 'completed';
  if (!isKept && work.onItemError === 'fail') return failedIn(state, name, outcome.failure);
  const results = { ...state.results, [name]: isKept ? outcome.artifact : null };
  const next = { ...state, results, completed: state.completed + (isKept ? 1 : 0) };
  if (!isKept && !canBeReached(next)) return failedIn(next, name, outcome.failure);
  const done = Object.keys(results).length;
  const enough = work.join !== 'all' && next.completed >= leastNeeded(work.join, items.length);
  if (done < items.length && !enough) return openNext(next);
  return completed(
    next,
    items.map((_, index) => results[String(index)] ?? null),
  );
}

/** Whether as many items as `join` says can still complete; kept failures count for `all` only. Pure. */
export function canBeReached({ items, results, completed, work }: EachState, lost = 0): boolean {
  if (work.join === 'all') return lost === 0;
  const failures = Object.keys(results).length - completed;
  return items.length - failures - lost >= leastNeeded(work.join, items.length);
}

/** The failure is that of an item, and says so. */
function failedIn(state: EachState, part: string, failure: CodedFailure): Step<EachState> {
  return { state, effects: [], outcome: { type: 'failed', failure, part } };
}

function openNext(state: EachState): Step<EachState> {
  const working = state.begun - Object.keys(state.results).length;
  const places = Math.min(state.work.concurrency - working, state.items.length - state.begun);
  const open = Array.from({ length: places }, (_, index) => String(state.begun + index));
  return { state: { ...state, begun: state.begun + places }, effects: [], open };
}
