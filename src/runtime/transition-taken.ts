import { pathsRead } from '../expressions/paths-read.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { GuardAsked, RunEvent } from '../model/run-event.ts';
import type { StatechartAction, TransitionCause } from './statechart.ts';

/** What is known of a transition when it is taken; `event` is the statechart's, `<phase>.completed`. */
export interface TakenTransition {
  readonly from: string;
  readonly to: string;
  readonly event: string;
  readonly scope: JsonObject;
  readonly actions: readonly StatechartAction[];
  readonly cause: TransitionCause;
}

type Taken = Extract<RunEvent, { type: 'transition.taken' }>;

/** Explains a transition: by which way, after which conditions, with which values. Pure. */
export function transitionTaken(taken: TakenTransition): Omit<Taken, 'at' | 'crew'> {
  const { from, to, event, scope, actions, cause } = taken;
  const name = event.slice(event.lastIndexOf('.') + 1);
  const limit = actions.find(action => action.type === 'visit.limit')?.phase;
  const guards = cause.asked.map(({ condition, held }): GuardAsked => {
    return { when: condition, held, values: valuesOf(condition, scope) };
  });
  return {
    type: 'transition.taken',
    from,
    to,
    event: name,
    way: wayOf(name, limit, cause),
    ...(guards.length === 0 ? {} : { guards }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function wayOf(event: string, limit: string | undefined, { woken }: TransitionCause): Taken['way'] {
  if (limit !== undefined) return 'on_limit';
  if (woken) return 'subscribe';
  return event === 'failed' ? 'on_error' : 'next';
}

/** The values of the paths that a condition reads; what is no scalar is described, so that events stay small. */
function valuesOf(condition: string, scope: JsonObject): GuardAsked['values'] {
  const paths = pathsRead(condition, 'condition');
  const rows = paths.map(path => [path.join('.'), shortly(valueAt(scope, path))] as const);
  return Object.fromEntries(rows);
}

function valueAt(scope: JsonObject, path: readonly (string | number)[]): JsonValue | undefined {
  let value: JsonValue | undefined = scope;
  for (const step of path) {
    if (Array.isArray(value) && step === 'size') return value.length;
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = (value as JsonObject)[step];
  }
  return value;
}

const MAX_TEXT = 120;

function shortly(value: JsonValue | undefined): string | number | boolean | null {
  if (value === undefined) return null;
  if (typeof value === 'string')
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT).toWellFormed()}…` : value;
  if (value === null || typeof value !== 'object') return value;
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}
