import type { Spend } from '../model/run-event.ts';
import { formatCost, formatCount } from './amounts.ts';

/** The head over `spendCells`. */
export const SPEND_HEAD = ['calls', 'tools', 'tokens in', 'tokens out', 'money'] as const;

/** What was spent as the cells of a table row: model calls, tool calls, tokens in and out, money. Pure. */
export function spendCells({ calls, toolCalls, usage, costMicroUsd }: Spend): readonly string[] {
  return [
    formatCount(calls),
    formatCount(toolCalls),
    formatCount(usage.inputTokens),
    formatCount(usage.outputTokens),
    formatCost(costMicroUsd),
  ];
}
