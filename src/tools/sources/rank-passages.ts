import type { Passage } from './split-passages.ts';

/** A passage and how well it fits a query; scores are comparable within one ranking. */
export interface RankedPassage extends Passage {
  readonly score: number;
}

/** The ranking, and the words of the query that no passage has. */
export interface Ranking {
  readonly passages: readonly RankedPassage[];
  readonly unknownWords: readonly string[];
}

const TERM_SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;
const STOP_WORDS = new Set(
  'a an and are as at be been but by can could did do does for from had has have how if in into is it its may might no not of on or our should so than that the their them then there these they this to was we were what when where which who why will with would you your'.split(
    ' ',
  ),
);

/**
 * Ranks passages by the words of a query, best first, ties in their order; those that share no word are left out. Words
 * are compared in lower case without the endings of English plurals and verbs; very frequent English words of the query do
 * not count. Pure.
 * Source: Okapi BM25 with k1 = 1.2 and b = 0.75, as in Robertson and Zaragoza, The Probabilistic Relevance Framework
 * (2009), §3.4; its idf is ln(1 + (N − n + 0.5) / (n + 0.5)), which is never negative.
 */
export function rankPassages(query: string, passages: readonly Passage[]): Ranking {
  const asked = queryWords(query);
  const counted = passages.map(passage => ({ passage, words: countWords(passage.quote) }));
  const meanLength = counted.reduce((sum, { words }) => sum + words.total, 0) / Math.max(1, counted.length);
  const weights = new Map(
    asked.map(({ stem }) => {
      const having = counted.filter(({ words }) => words.counts.has(stem)).length;
      return [stem, having === 0 ? 0 : Math.log(1 + (counted.length - having + 0.5) / (having + 0.5))];
    }),
  );
  const scored = counted.map(({ passage, words }) => {
    const softened =
      TERM_SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * words.total) / Math.max(1, meanLength));
    let score = 0;
    for (const [stem, weight] of weights) {
      const count = words.counts.get(stem) ?? 0;
      score += (weight * count * (TERM_SATURATION + 1)) / (count + softened);
    }
    return { ...passage, score: Math.round(score * 1000) / 1000 };
  });
  return {
    passages: scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score),
    unknownWords: asked.filter(({ stem }) => weights.get(stem) === 0).map(({ word }) => word),
  };
}

function queryWords(query: string): readonly { readonly word: string; readonly stem: string }[] {
  const words = new Map<string, string>();
  for (const word of wordsOf(query)) if (!STOP_WORDS.has(word)) words.set(stemOf(word), word);
  return [...words].map(([stem, word]) => ({ stem, word }));
}

function countWords(text: string): { readonly counts: ReadonlyMap<string, number>; readonly total: number } {
  const counts = new Map<string, number>();
  const words = wordsOf(text).map(stemOf);
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { counts, total: words.length };
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** What a verb or a plural adds at its end goes, so that `cache`, `caches`, `cached` and `caching` are one word. */
function stemOf(word: string): string {
  const single = word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
  const bare = withoutEnding(single);
  const shortened = bare === single ? bare : bare.replace(/([bdgmnprt])\1$/, '$1');
  return shortened.length > 3 && /[ei]$/.test(shortened) ? shortened.slice(0, -1) : shortened;
}

function withoutEnding(word: string): string {
  if (/^.{2,}[^aeiou](?:ied|ie|y)$/.test(word)) return word.replace(/(?:ied|ie|y)$/, 'i');
  const [, stem] = /^(.*[aeiouy].*|.{0})(?:ing|(?<!e)ed)$/.exec(word) ?? [];
  return stem !== undefined && stem.length >= 3 ? stem : word;
}
