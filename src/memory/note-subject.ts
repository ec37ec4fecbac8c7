import type { MemoryNote } from '../model/memory.ts';

const SUBJECT_TAG = 'subject:';
/** What stands between that of which something is said and what is said of it. */
const COPULA = /^(?:is|are|was|were|equals|runs|=|:|=>|->)$/;
/** A value for which there is only one at a time: with a digit, quoted, or one of two. */
const SINGLE_VALUE =
  /\d|^[`"'].*[`"']$|^(?:true|false|on|off|yes|no|not|enabled|disabled|open|closed|allowed|forbidden|required|optional)$/;
const LONGEST_VALUE = 3;

/** What of a note tells what it is about. */
type Subject = Pick<MemoryNote, 'kind' | 'text' | 'tags'>;

/**
 * Whether two notes say different things of one subject, so that only the later one can hold: they carry the same tag
 * `subject:…`, or are facts or decisions that are word for word the same up to the value after an "is", and the values are
 * such as exclude each other (figures, quoted names, on and off). Anything else is left to stand side by side, because what
 * was taken for a contradiction is lost. Pure.
 */
export function sameSubject(one: Subject, other: Subject): boolean {
  if (one.kind !== other.kind) return false;
  const tags = one.tags.filter(tag => tag.startsWith(SUBJECT_TAG) && tag.length > SUBJECT_TAG.length);
  if (tags.some(tag => other.tags.includes(tag))) return true;
  return (one.kind === 'fact' || one.kind === 'decision') && otherValue(one.text, other.text);
}

function otherValue(one: string, other: string): boolean {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const begin = sharedLength(a, b);
  const end = sharedLength(a.slice(begin).toReversed(), b.slice(begin).toReversed());
  const copula = a.slice(0, begin).findLastIndex(word => COPULA.test(word));
  if (copula < 1 || begin - copula > LONGEST_VALUE) return false;
  const values = [a, b].map(words => words.slice(begin, words.length - end));
  return values.every(
    value => value.length > 0 && value.length <= LONGEST_VALUE && value.some(word => SINGLE_VALUE.test(word)),
  );
}

function wordsOf(text: string): readonly string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/([:=]|=>|->)(?=\s)/g, ' $1')
    .split(/\s+/)
    .map(word => word.replace(/[.,;!?]+$/, ''))
    .filter(word => word !== '');
}

function sharedLength(one: readonly string[], other: readonly string[]): number {
  const shortest = Math.min(one.length, other.length);
  for (let at = 0; at < shortest; at += 1) if (one[at] !== other[at]) return at;
  return shortest;
}
