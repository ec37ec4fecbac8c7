const LONGEST = 500;
const MOST_CHOICES = 10;
/** Bounded repetitions up to this are choices like others. */
const SMALL_BOUND = 10;

/**
 * Whether the native engine surely ends soon with a pattern, whatever the text: it compiles, no group is repeated, at most
 * one thing is repeated without a small bound, and there are few choices. Says no when in doubt. Pure.
 */
export function isQuickPattern(pattern: string): boolean {
  if (pattern.length > LONGEST || /\\[1-9k]/.test(pattern) || !compiles(pattern)) return false;
  // What is escaped or stands in a class is one character.
  const plain = pattern.replace(/\\(?:[pPu]\{[^}]*\}|.)/gu, 'a').replace(/\[[^\]]*\]/g, 'a');
  if (/\)[*+?{]/.test(plain)) return false;
  const bounds = [...plain.matchAll(/\{(\d+),(\d*)\}/g)].map(([, least, most]) =>
    most === '' ? Number.POSITIVE_INFINITY : Number(most) - Number(least),
  );
  const long = bounds.filter(bound => bound > SMALL_BOUND).length + count(plain, /[*+]/g);
  const choices = count(plain, /[|?]/g) + SMALL_BOUND * (bounds.length - bounds.filter(isLong).length);
  return long <= 1 && choices <= MOST_CHOICES;
}

function isLong(bound: number): boolean {
  return bound > SMALL_BOUND;
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
