import { approximateTokens } from './approximate-tokens.ts';

/**
 * The beginning of a text that takes at most about so many tokens, `…` included; the whole text when it fits. Never ends in
 * half a character. Pure.
 */
export function cutToTokens(text: string, maxTokens: number): string {
  if (approximateTokens(text) <= maxTokens) return text;
  let [fitting, tooLong] = [0, text.length];
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (approximateTokens(beginning(text, middle)) <= maxTokens) fitting = middle;
    else tooLong = middle;
  }
  return fitting === 0 ? '' : beginning(text, fitting);
}

function beginning(text: string, length: number): string {
  return `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
