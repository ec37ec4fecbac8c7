import { expect, test } from 'vitest';
import { wordDiff } from '../../src/model/word-diff.ts';
import { fc } from '../laws.ts';

const side = (before: string, after: string, kind: 'out' | 'in'): string =>
  wordDiff(before, after)
    .filter(change => change.kind === 'same' || change.kind === kind)
    .map(({ text }) => text)
    .join('');

const texts = fc
  .array(fc.constantFrom('a', 'b', 'the', ' ', '\n', '  ', 'é', '👩‍🚀', '[-'), { maxLength: 30 })
  .map(words => words.join(''));

test('both texts come back to the character', () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      expect([side(before, after, 'out'), side(before, after, 'in')]).toEqual([before, after]);
    }),
  );
});

test('stretches are never empty, and never two of one kind side by side', () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const changes = wordDiff(before, after);
      expect(changes.every(({ text }) => text !== '')).toBe(true);
      expect(changes.some(({ kind }, index) => kind === changes[index + 1]?.kind)).toBe(false);
    }),
  );
});

test('what is alike stays, and what went out stands before what came in', () => {
  expect(wordDiff('write a poem about spring', 'write a haiku of 17 syllables about spring')).toEqual([
    { kind: 'same', text: 'write a' },
    { kind: 'out', text: ' poem' },
    { kind: 'in', text: ' haiku of 17 syllables' },
    { kind: 'same', text: ' about spring' },
  ]);
});

test('a text of many thousand words is told by its beginning and its end', () => {
  const words = (count: number, word: string) => Array.from({ length: count }, (_, nth) => `${word}${nth}`);
  const changes = wordDiff(
    ['begin', ...words(9_000, 'x'), 'end'].join(' '),
    ['begin', ...words(9_000, 'y'), 'end'].join(' '),
  );
  expect(changes.map(({ kind }) => kind)).toEqual(['same', 'out', 'in', 'same']);
});
