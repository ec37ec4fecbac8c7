import { CONTEXT_TIERS, type ContextSizes } from '../../model/context-shares.ts';

/**
 * Shares a whole number of tokens out in proportion to sizes, so that the parts add up to it exactly: each gets its whole part,
 * and what is left goes one by one to the largest remainders, the first of equal ones first. Without any size all of it goes to
 * the card. Pure.
 */
export function allocateTokens(tokens: number, sizes: ContextSizes): ContextSizes {
  const sum = CONTEXT_TIERS.reduce((all, tier) => all + sizes[tier], 0);
  const exact = CONTEXT_TIERS.map(tier => {
    const share = sum === 0 ? (tier === 'card' ? tokens : 0) : (tokens * sizes[tier]) / sum;
    return { tier, whole: Math.floor(share), rest: share - Math.floor(share) };
  });
  const left = tokens - exact.reduce((all, { whole }) => all + whole, 0);
  const lucky = exact
    .toSorted((one, other) => other.rest - one.rest)
    .slice(0, left)
    .map(({ tier }) => tier);
  const rows = exact.map(({ tier, whole }) => [tier, whole + (lucky.includes(tier) ? 1 : 0)]);
  return Object.fromEntries(rows) as ContextSizes;
}
