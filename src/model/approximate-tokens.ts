const PIECES = /\p{L}[\p{L}\p{M}'’]*|\p{N}{1,3}|[^\S\n]+|\n+|[^\p{L}\p{N}\s]/gu;

/** How many letters of a word one token takes on average, once the word is no longer a short one. */
const LETTERS_A_TOKEN = 5;

/**
 * About how many tokens a text is, by rule: a word of at most seven letters is one, a longer one has one for each five
 * letters begun, letters outside Latin count by themselves, up to three digits and each sign are one, a single blank belongs
 * to the word after it. The same for every model, so limits that count with it do not depend on one. Pure.
 */
export function approximateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(PIECES)) tokens += tokensOf(piece);
  return tokens;
}

function tokensOf(piece: string): number {
  if (/^[^\S\n]+$/.test(piece)) return piece.length > 1 ? 1 : 0;
  if (!/^\p{L}/u.test(piece)) return 1;
  if (!/^[\p{Script=Latin}\p{M}'’]+$/u.test(piece)) return [...piece].length;
  return piece.length <= 7 ? 1 : Math.ceil(piece.length / LETTERS_A_TOKEN);
}
