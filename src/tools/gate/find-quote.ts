/** A text in the form in which quotes are compared, and where each of its characters stands in the text itself. */
export interface ComparableText {
  readonly text: string;
  /** For each character of `text` the first character of the original that it stands for, and one past the last. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Where a quote stands, in characters of the original text from 0; `to` is one past its last character. */
export interface QuotePlace {
  readonly from: number;
  readonly to: number;
}

const SINGLE_QUOTES = /^[‘’‚‛‹›`´]$/;
const DOUBLE_QUOTES = /^[“”„‟«»]$/;
const DASHES = /^[‐‑‒–—―−]$/;
/** Soft hyphens, zero-width spaces and joiners, byte order marks: nobody sees them. */
const INVISIBLE = /^[\u00AD\u200B-\u200D\u2060\uFEFF]$/;

/**
 * Makes a text comparable: runs of white space become one space, typographic quotes and dashes become their plain
 * characters, `…` becomes three full stops, invisible characters go, and accents that are written as characters of
 * their own are joined to their letter (NFC). Case, spelling and punctuation count. Pure.
 */
export function comparableText(original: string): ComparableText {
  const text: string[] = [];
  const from: number[] = [];
  const to: number[] = [];
  for (const match of original.matchAll(/\s+|\P{M}\p{M}*|\p{M}+/gsu)) {
    for (const unit of comparableUnits(match[0])) {
      // Something invisible may stand between two spaces.
      if (unit === ' ' && text.at(-1) === ' ') continue;
      text.push(unit);
      from.push(match.index);
      to.push(match.index + match[0].length);
    }
  }
  return { text: text.join(''), from, to };
}

/** The first place of a quote in a text, both made comparable; undefined when it is not there or empty. Pure. */
export function findQuote(source: ComparableText, quote: string): QuotePlace | undefined {
  const wanted = comparableText(quote).text.trim();
  const at = wanted === '' ? -1 : source.text.indexOf(wanted);
  const from = source.from[at];
  const to = source.to[at + wanted.length - 1];
  return from === undefined || to === undefined ? undefined : { from, to };
}

function comparableUnits(cluster: string): readonly string[] {
  if (/^\s/.test(cluster)) return [' '];
  if (SINGLE_QUOTES.test(cluster)) return ["'"];
  if (DOUBLE_QUOTES.test(cluster)) return ['"'];
  if (DASHES.test(cluster)) return ['-'];
  if (cluster === '…') return ['.', '.', '.'];
  if (INVISIBLE.test(cluster)) return [];
  return cluster.normalize('NFC').split('');
}
