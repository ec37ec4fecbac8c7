import type { Budget } from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import { readDurationMs, readMicroUsd, readTokens } from './amounts.ts';
import { asObject, compact, wholeNumber } from './lower-values.ts';

/** Lowers the ceilings of a run, a phase or a role; what is malformed, and was reported, is left out. Pure. */
export function lowerBudget(value: JsonValue | undefined): Budget {
  const budget = asObject(value);
  return compact({
    calls: wholeNumber(budget.calls),
    toolCalls: wholeNumber(budget.tool_calls),
    tokens: readTokens(budget.tokens),
    costMicroUsd: readMicroUsd(budget.usd),
    timeMs: readDurationMs(budget.time),
  });
}
