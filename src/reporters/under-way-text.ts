import type { Spend } from '../model/run-event.ts';
import { formatCost, formatQuantity } from './amounts.ts';
import { usageText } from './spend-text.ts';

/** What was cut off in the middle of a call, beside what was spent: `and 2 model calls under way, at most …`. Pure. */
export function underWayText({ calls, usage, costMicroUsd }: Spend): string {
  const words = `and ${formatQuantity(calls, 'model call')} under way`;
  // No language model was asked.
  if (usage.inputTokens + usage.outputTokens === 0) return words;
  return `${words}, at most ${usageText(usage)} · ${formatCost(costMicroUsd)}`;
}
