import { type ComparedPart, compareParts } from './compare-parts.ts';

/** A stretch of two texts: in both, only in the first (`out`), or only in the second (`in`). */
export interface WordChange {
  readonly kind: 'same' | 'out' | 'in';
  readonly text: string;
}

/**
 * What became of a text, word by word, with the fewest words changed: stretches in order, never two of one kind side by
 * side. White space goes with the word after it. What is `same` and `out` gives the first text, what is `same` and `in` the
 * second, to the character. Pure.
 */
export function wordDiff(before: string, after: string): readonly WordChange[] {
  return joined(compareParts(wordsOf(before), wordsOf(after)));
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+/gu) ?? [];
}

/** Between two stretches that are the same, what went out comes before what came in. */
function joined(parts: readonly ComparedPart[]): readonly WordChange[] {
  const rows: WordChange[] = [];
  let out = '';
  let into = '';
  const flush = (): void => {
    if (out !== '') rows.push({ kind: 'out', text: out });
    if (into !== '') rows.push({ kind: 'in', text: into });
    out = '';
    into = '';
  };
  for (const { kind, text } of parts) {
    if (kind === 'removed') out += text;
    else if (kind === 'added') into += text;
    else {
      flush();
      const last = rows.at(-1);
      if (last?.kind === 'same') rows[rows.length - 1] = { kind, text: last.text + text };
      else rows.push({ kind, text });
    }
  }
  flush();
  return rows;
}
