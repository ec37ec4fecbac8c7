/** One part of a comparison: in both lists, only in the second, only in the first. */
export interface ComparedPart {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Above so many pairs of differing parts the middle counts as replaced as a whole, so that time stays bounded. */
const MAX_PAIRS = 4_000_000;

/**
 * The parts of two texts, such as lines or words, one after the other, with as many as possible taken as the same; between
 * two that are the same, what was removed comes before what was added wherever both are as good. Pure.
 */
export function compareParts(before: readonly string[], after: readonly string[]): readonly ComparedPart[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  const most = Math.min(before.length, after.length) - head;
  let tail = 0;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...before.slice(0, head).map(same),
    ...compareMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

const same = (text: string): ComparedPart => ({ kind: 'same', text });
const removed = (text: string): ComparedPart => ({ kind: 'removed', text });
const added = (text: string): ComparedPart => ({ kind: 'added', text });

/** The longest common subsequence, by the table of its lengths from the end. */
function compareMiddle(before: readonly string[], after: readonly string[]): readonly ComparedPart[] {
  if (before.length * after.length > MAX_PAIRS) return [...before.map(removed), ...after.map(added)];
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const parts: ComparedPart[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length && column < after.length) {
    const [old = '', now = ''] = [before[row], after[column]];
    const isSame = old === now;
    const goes = isSame || at(row + 1, column) >= at(row, column + 1);
    parts.push(isSame ? same(old) : goes ? removed(old) : added(now));
    if (goes) row += 1;
    if (isSame || !goes) column += 1;
  }
  return [...parts, ...before.slice(row).map(removed), ...after.slice(column).map(added)];
}
