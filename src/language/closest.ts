import { distance } from 'fastest-levenshtein';

const LONGEST_WORD = 100;

/**
 * The candidate that an author most likely meant by a mistyped word, or undefined when none is near: at most a third
 * of its letters differ (one for short words), or they are in another order. Ties go to the earlier candidate. Pure.
 * @example closest('critc', ['author', 'critic']) // 'critic'
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    const steps = stepsBetween(word.toLowerCase(), candidate.toLowerCase());
    const nothingAlike = steps >= Math.min(word.length, candidate.length);
    if (steps > limit || nothingAlike || steps >= bestDistance) continue;
    best = candidate;
    bestDistance = steps;
  }
  return best;
}

/** Letters in a wrong order are one slip, however many they are. */
function stepsBetween(word: string, candidate: string): number {
  const letters = (text: string): string => [...text].sort().join('');
  const mixedUp = word.length === candidate.length && letters(word) === letters(candidate);
  return mixedUp ? Math.min(1, distance(word, candidate)) : distance(word, candidate);
}

/** The hint ``did you mean `…`?``, or what there is to choose from, or undefined when there is nothing. Pure. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const names = [...candidates];
  const near = closest(word, names);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (names.length === 0) return undefined;
  const shown = names.slice(0, 8).map(name => `\`${name}\``);
  return `there is ${shown.join(', ')}${names.length > shown.length ? ' …' : ''}`;
}
