import { canonicalJson } from '../../model/canonical-json.ts';
import type { JsonValue } from '../../model/json.ts';

/** From this share of common words on, two texts say the same. */
const SAME_FROM = 0.9;

/**
 * Whether a reply says nothing that an earlier one did not say. Texts are the same when their words are: case,
 * punctuation and white space do not count, and at least nine tenths of the different words of both together stand in
 * each (Jaccard index). Anything but text is the same when its canonical JSON is. Pure.
 */
export function saysNothingNew(reply: JsonValue, earlier: readonly JsonValue[]): boolean {
  if (typeof reply !== 'string') {
    const json = canonicalJson(reply);
    return earlier.some(other => typeof other !== 'string' && canonicalJson(other) === json);
  }
  const words = wordsOf(reply);
  return earlier.some(other => typeof other === 'string' && isAlike(words, wordsOf(other)));
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [text.trim()],
  );
}

function isAlike(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  const [small, large] = left.size < right.size ? [left, right] : [right, left];
  if (small.size < SAME_FROM * large.size) return false;
  let common = 0;
  for (const word of small) if (large.has(word)) common += 1;
  return common >= SAME_FROM * (left.size + right.size - common);
}
