import type { LineMatch } from './line-match.ts';
import { excerpt } from './line-match.ts';

/** Finds the lines on which a literal text begins, each line once, in order, at most `limit`. Pure. */
export function findLiteral(text: string, query: string, limit: number): readonly LineMatch[] {
  const matches: LineMatch[] = [];
  let line = 1;
  let counted = 0;
  for (let at = text.indexOf(query); at >= 0 && matches.length < limit; ) {
    for (let feed = text.indexOf('\n', counted); feed >= 0 && feed < at; feed = text.indexOf('\n', counted)) {
      line += 1;
      counted = feed + 1;
    }
    const feed = text.indexOf('\n', at);
    const end = feed < 0 ? text.length : feed;
    matches.push({ line, text: excerpt(text.slice(counted, end), at - counted) });
    // A query that starts with a line feed matches at the end of a line: go on behind it in any case.
    at = text.indexOf(query, Math.max(end, at + 1));
  }
  return matches;
}
