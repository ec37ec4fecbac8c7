import type { Usage } from '../model/usage.ts';

/** Above this a token count is a mistake of the server and not a bill. */
const ABSURD_TOKENS = 1e9;

/**
 * What a provider says it used, or undefined when it says nothing that can be true: counts must be integers from 0 to
 * 1e9. A cached count that cannot be true is taken as 0, and it never exceeds the input. Pure.
 */
export function reportedUsage(input: unknown, output: unknown, cached: unknown): Usage | undefined {
  if (!isTokenCount(input) || !isTokenCount(output)) return undefined;
  const cachedInputTokens = isTokenCount(cached) ? Math.min(cached, input) : 0;
  return { inputTokens: input, outputTokens: output, cachedInputTokens };
}

function isTokenCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= ABSURD_TOKENS;
}
