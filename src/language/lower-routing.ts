import type { Evaluator, Reflection, Transition, Untrusted, WorkingPhase } from '../model/crew.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { lowerBudget } from './lower-budget.ts';
import { asObject, asText, asTexts, compact, wholeNumber } from './lower-values.ts';
import { lowerSchema, type Written } from './lower-work.ts';

const DEFAULT_TRIALS = 3;
const DEFAULT_PASS = 'evaluation.passed';

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

function lowerReflect(written: Written, { evaluator, trials, keep, window }: JsonObject): Reflection {
  return {
    evaluator: lowerEvaluator(written, asObject(evaluator)),
    trials: wholeNumber(trials) ?? DEFAULT_TRIALS,
    keep: keep === 'last' ? 'last' : 'best',
    window: window === 'all' ? 'all' : (wholeNumber(window) ?? 1),
  };
}

function lowerEvaluator(written: Written, value: JsonObject): Evaluator {
  if (Object.hasOwn(value, 'role'))
    return { kind: 'role', role: asText(value.role), task: asText(value.task) };
  if (Object.hasOwn(value, 'expression')) return { kind: 'expression', condition: asText(value.expression) };
  if (Object.hasOwn(value, 'schema')) {
    return { kind: 'schema', schema: lowerSchema(written, ['reflect', 'evaluator', 'schema']) ?? true };
  }
  const pass = asText(value.pass) || DEFAULT_PASS;
  const tool = { tool: asText(value.tool), with: asObject(value.with), pass };
  return { kind: 'tool', ...tool, ...compact({ score: asText(value.score) || undefined }) };
}
