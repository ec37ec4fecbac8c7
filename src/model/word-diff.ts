/** A stretch of two texts: in both, only in the first (`out`), or only in the second (`in`). */
export interface WordChange {
  readonly kind: 'same' | 'out' | 'in';
  readonly text: string;
}

/** The most words whose changes are looked for one by one; of longer texts only what they begin and end with alike is the same. */
const MOST_WORDS = 2_000;

/**
 * What became of a text, word by word, with the fewest words changed: stretches in order, never two of one kind side by
 * side. White space goes with the word after it. What is `same` and `out` gives the first text, what is `same` and `in` the
 * second, to the character. Pure.
 */
export function wordDiff(before: string, after: string): readonly WordChange[] {
  const left = wordsOf(before);
  const right = wordsOf(after);
  const head = alike(left, right);
  const tail = alike(left.slice(head).reverse(), right.slice(head).reverse());
  const middle = changesOf(left.slice(head, left.length - tail), right.slice(head, right.length - tail));
  const same = (words: readonly string[]): readonly WordChange[] =>
    words.map(text => ({ kind: 'same', text }));
  return joined([...same(left.slice(0, head)), ...middle, ...same(left.slice(left.length - tail))]);
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+/gu) ?? [];
}

/** How many words two texts have alike at their beginning. */
function alike(left: readonly string[], right: readonly string[]): number {
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count]) count += 1;
  return count;
}

/** By the longest common subsequence. */
function changesOf(left: readonly string[], right: readonly string[]): readonly WordChange[] {
  const out = left.map(text => ({ kind: 'out', text }) as const);
  const into = right.map(text => ({ kind: 'in', text }) as const);
  if (left.length > MOST_WORDS || right.length > MOST_WORDS) return [...out, ...into];
  const width = right.length + 1;
  // The longest common subsequence of what is left from here on.
  const longest = new Uint16Array((left.length + 1) * width);
  const at = (row: number, column: number): number => longest[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      longest[row * width + column] =
        left[row] === right[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const changes: WordChange[] = [];
  let row = 0;
  let column = 0;
  while (row < left.length && column < right.length) {
    if (left[row] === right[column]) {
      changes.push({ kind: 'same', text: left[row] ?? '' });
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      changes.push({ kind: 'out', text: left[row] ?? '' });
      row += 1;
    } else {
      changes.push({ kind: 'in', text: right[column] ?? '' });
      column += 1;
    }
  }
  return [...changes, ...out.slice(row), ...into.slice(column)];
}

/** Between two stretches that are the same, what went out comes before what came in. */
function joined(changes: readonly WordChange[]): readonly WordChange[] {
  const rows: WordChange[] = [];
  let out = '';
  let into = '';
  const flush = (): void => {
    if (out !== '') rows.push({ kind: 'out', text: out });
    if (into !== '') rows.push({ kind: 'in', text: into });
    out = '';
    into = '';
  };
  for (const { kind, text } of changes) {
    if (kind === 'out') out += text;
    else if (kind === 'in') into += text;
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
