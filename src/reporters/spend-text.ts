import type { Spend } from '../model/run-event.ts';
import type { Usage } from '../model/usage.ts';
import { formatCost, formatCount, formatQuantity } from './amounts.ts';

/**
 * What a run has spent, in one line: calls, tool calls, tokens, money. `responder` names what answered when no
 * language model was asked (`offline`): then it says `no tokens: offline`. An unknown price is said, never zero. What
 * `isBounded` has calls in it whose true cost is not known, and is said to be `at most` so much. Pure.
 */
export function spendText(
  spend: Spend,
  { responder, isBounded = false }: { readonly responder?: string; readonly isBounded?: boolean } = {},
): string {
  const calls = [formatQuantity(spend.calls, 'model call'), formatQuantity(spend.toolCalls, 'tool call')];
  if (spend.calls === 0) return calls.join(' · ');
  const { inputTokens, outputTokens } = spend.usage;
  if (responder !== undefined && inputTokens + outputTokens === 0) {
    return [...calls, `no tokens: ${responder}`].join(' · ');
  }
  const most = isBounded ? 'at most ' : '';
  const cost = `${spend.costMicroUsd === null ? '' : most}${formatCost(spend.costMicroUsd)}`;
  return [...calls, `tokens: ${most}${usageText(spend.usage)}`, cost].join(' · ');
}

/** Tokens of calls in words: `3.4k in (1.2k cached), 890 out`. Pure. */
export function usageText(usage: Usage): string {
  const cached = usage.cachedInputTokens === 0 ? '' : ` (${formatCount(usage.cachedInputTokens)} cached)`;
  return `${formatCount(usage.inputTokens)} in${cached}, ${formatCount(usage.outputTokens)} out`;
}

/** Tokens of one answered call in words; what its provider did not count is no zero. Pure. */
export function callUsageText(call: { readonly usage: Usage; readonly costMicroUsd: number | null }): string {
  const { usage, costMicroUsd } = call;
  const isCounted = costMicroUsd !== null || usage.inputTokens + usage.outputTokens > 0;
  return isCounted ? usageText(usage) : 'tokens not told';
}

/** That an answer was cut off; undefined for a whole one. Pure. */
export function cutOffText({ cutAt }: { readonly cutAt?: number }): string | undefined {
  return cutAt === undefined ? undefined : `cut off at ${cutAt.toLocaleString('en-US')} tokens`;
}
