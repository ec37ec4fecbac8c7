import { expect, test } from 'vitest';
import { type ComparedPart, compareParts } from '../../src/model/compare-parts.ts';
import { fc } from '../laws.ts';

const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 });
const texts = (parts: readonly ComparedPart[], kinds: readonly string[]) =>
  parts.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);

/** The length of the longest common subsequence, by trying everything. */
function longestCommon([first, ...before]: readonly string[], after: readonly string[]): number {
  if (first === undefined) return 0;
  const at = after.indexOf(first);
  const without = longestCommon(before, after);
  return at === -1 ? without : Math.max(without, 1 + longestCommon(before, after.slice(at + 1)));
}

test('law: both lists come back, and no other way leaves more of them the same', () => {
  fc.assert(
    fc.property(words, words, (before, after) => {
      const parts = compareParts(before, after);
      expect(texts(parts, ['same', 'removed'])).toEqual(before);
      expect(texts(parts, ['same', 'added'])).toEqual(after);
      expect(texts(parts, ['same'])).toHaveLength(longestCommon(before, after));
    }),
    { numRuns: 500 },
  );
});

test('what was removed stands before what was added in its place', () => {
  expect(
    compareParts(['a', 'x', 'b'], ['a', 'y', 'z', 'b']).map(({ kind, text }) => `${kind} ${text}`),
  ).toEqual(['same a', 'removed x', 'added y', 'added z', 'same b']);
});

test('where too much differs the middle is replaced as a whole', () => {
  const list = (count: number, word: string) => [
    'begin',
    ...Array.from({ length: count }, (_, nth) => `${word}${nth}`),
    'end',
  ];
  const long = compareParts([...list(2_100, 'x'), 'x'], [...list(2_100, 'y'), 'x']);
  expect(texts(long, ['same'])).toEqual(['begin', 'end', 'x']);
  const shared = ['begin', ...Array.from({ length: 3_000 }, (_, nth) => `x${nth}`), 'kept', 'x', 'end'];
  const short = compareParts(shared, ['begin', 'y', 'kept', 'z', 'end']);
  expect(texts(short, ['same'])).toEqual(['begin', 'kept', 'end']);
});
