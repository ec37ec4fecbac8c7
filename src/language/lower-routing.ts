import type { Transition, Untrusted, WorkingPhase } from '../model/crew.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Reflection } from '../model/reflection.ts';
import { STRATEGIES } from '../model/strategies.ts';
import { lowerBudget } from './lower-budget.ts';
import { lowerEvaluator } from './lower-evaluator.ts';
import { asObject, asText, asTexts, compact, wholeNumber } from './lower-values.ts';
import type { Written } from './lower-work.ts';

const DEFAULT_TRIALS = 3;
const LEVELS = ['task', 'crew', 'off'] as const;

type Modifiers = Pick<
  WorkingPhase,
  'next' | 'maxVisits' | 'onLimit' | 'onError' | 'budget' | 'reflect' | 'subscribe' | 'untrusted'
>;

/** Lowers how a phase is entered, tried again with lessons, and left. A subscriber is bounded without being told. */
export function lowerRouting(written: Written): Modifiers {
  const { value } = written;
  const subscribe = value.subscribe === undefined ? undefined : asTexts(value.subscribe);
  return {
    next: lowerNext(value.next),
    ...compact({
      maxVisits: lowerMaxVisits(value.max_visits) ?? (subscribe === undefined ? undefined : 1),
      onLimit: asText(value.on_limit) || undefined,
      onError: asText(value.on_error) || undefined,
      budget: value.budget === undefined ? undefined : lowerBudget(value.budget),
      reflect: value.reflect === undefined ? undefined : lowerReflect(written, asObject(value.reflect)),
      subscribe,
      untrusted: lowerUntrusted(value.untrusted),
    }),
  };
}

function lowerUntrusted(value: JsonValue | undefined): Untrusted | undefined {
  if (value === true) return {};
  return value === undefined || value === false ? undefined : { notTo: asTexts(asObject(value).not_to) };
}

/** A malformed limit, which was reported, still counts as one. */
function lowerMaxVisits(value: JsonValue | undefined): number | undefined {
  return value === undefined ? undefined : (wholeNumber(value) ?? 1);
}

/** Lowers a list of ways, or the name of the only one. Pure. */
export function lowerNext(value: JsonValue | undefined): Transition[] {
  if (typeof value === 'string') return [{ to: value }];
  if (!Array.isArray(value)) return [];
  return value.map(row => {
    const { when, to } = asObject(row);
    return when === undefined ? { to: asText(to) } : { when: asText(when), to: asText(to) };
  });
}

function lowerReflect(written: Written, value: JsonObject): Reflection {
  const { evaluator, trials, keep, window, strategy, lessons } = value;
  return {
    evaluator: lowerEvaluator(written, evaluator),
    trials: wholeNumber(trials) ?? DEFAULT_TRIALS,
    keep: keep === 'last' ? 'last' : 'best',
    window: window === 'all' ? 'all' : (wholeNumber(window) ?? 1),
    strategy: STRATEGIES.find(one => one === strategy) ?? 'reflexion',
    ...compact({ lessons: LEVELS.find(one => one === lessons) }),
  };
}
