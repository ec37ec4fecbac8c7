import { approximateTokens } from './approximate-tokens.ts';

/** How far before the limit a word may begin that is left out whole. */
const LONGEST_WORD = 60;

/**
 * The beginning of a text that takes at most about so many tokens by `approximateTokens`, `…` behind what was cut included; the
 * whole text when it fits, and nothing when not even the mark does. Ends behind a character, never in half of one, or behind a
 * word where one ends near. Pure.
 */
export function cutToTokens(
  text: string,
  maxTokens: number,
  end: 'character' | 'word' = 'character',
): string {
  if (approximateTokens(text) <= maxTokens) return text;
  if (maxTokens < 1) return '';
  let [fitting, tooLong] = [0, text.length];
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (approximateTokens(`${text.slice(0, middle)}…`) <= maxTokens) fitting = middle;
    else tooLong = middle;
  }
  const kept = text.slice(0, fitting).replace(/[\uD800-\uDBFF]$/, '');
  const cut = `${end === 'word' ? behindWord(kept, text.slice(kept.length)) : kept}…`;
  // A word that loses its end may be counted anew.
  return approximateTokens(cut) <= maxTokens ? cut : '…';
}

/** A beginning without the word that is torn apart where the rest goes on. */
function behindWord(kept: string, rest: string): string {
  if (rest === '' || /^\s/.test(rest)) return kept.trimEnd();
  const word = /\S*$/.exec(kept.slice(-LONGEST_WORD))?.[0] ?? '';
  const isTooLong = word.length === kept.length || word.length >= LONGEST_WORD;
  return isTooLong ? kept : kept.slice(0, kept.length - word.length).trimEnd();
}
