import { approximateTokens } from '../model/approximate-tokens.ts';

/** How far before the limit a word may begin that is left out whole. */
const LONGEST_WORD = 60;

/**
 * The beginning of a text with at most so many tokens by `approximateTokens`, `…` behind what was cut included; the whole text
 * when it is not longer. Cut behind a word where one ends near. Pure.
 */
export function cutToTokens(text: string, most: number): string {
  // No token is shorter than a UTF-16 unit but for blanks, which count with what follows.
  if (approximateTokens(text) <= most) return text;
  if (most === 0) return '';
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (approximateTokens(`${text.slice(0, middle)}…`) <= most) low = middle;
    else high = middle - 1;
  }
  const found = `${behindWord(text, low)}…`;
  // Nothing is left where the mark alone is what fits.
  return approximateTokens(found) <= most ? found : '…';
}

/** The text up to an offset, without a word or a pair of units that the offset tears apart. */
function behindWord(text: string, offset: number): string {
  const whole = /[\uD800-\uDBFF]$/.test(text.slice(0, offset)) ? offset - 1 : offset;
  const kept = text.slice(0, whole);
  if (/^\s/.test(text.slice(whole)) || whole === text.length) return kept.trimEnd();
  const word = /\S*$/.exec(kept.slice(-LONGEST_WORD))?.[0] ?? '';
  return word.length === kept.length || word.length >= LONGEST_WORD
    ? kept
    : kept.slice(0, kept.length - word.length).trimEnd();
}
