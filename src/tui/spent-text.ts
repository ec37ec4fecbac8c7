import { formatCost, formatCount } from '../reporters/amounts.ts';
import { notALanguageModel } from '../reporters/describe-model.ts';
import type { View } from './view.ts';

/** What is not known before the first call is over. */
const OPEN = '…';

/** What was spent in words; the first call of a model costs nobody knows what until it is over. Pure. */
export function costText(view: View): string {
  const { costMicroUsd } = view.spend;
  return costMicroUsd === 0 && isAsked(view) ? OPEN : formatCost(costMicroUsd);
}

/** The tokens of a run in words, as `costText`. Pure. */
export function tokensText(view: View): string {
  const { inputTokens, outputTokens } = view.spend.usage;
  const tokens = inputTokens + outputTokens;
  return tokens === 0 && isAsked(view) ? OPEN : formatCount(tokens);
}

/** Whether a call of a language model is under way, which is never for nothing. */
function isAsked(view: View): boolean {
  return [...view.openCalls.values()].some(({ what, role = '' }) => {
    if (what !== 'model') return false;
    const model = view.roles.get(role)?.model ?? '';
    return notALanguageModel(view.models.get(model) ?? model) === undefined;
  });
}
