import { expect, test } from 'vitest';
import { formatWordDiff } from '../../src/reporters/word-diff-text.ts';
import { fc } from '../laws.ts';

const plain = (before: string, after: string): string => formatWordDiff(before, after, { color: false });

test('marks the words that went and came', () => {
  expect(plain('Be short.\nNow.\n', 'Be very short.\nThen.\n')).toBe(
    'Be {+very+} short.\n[-Now.-] {+Then.+}\n',
  );
  expect(plain('a', 'a')).toBe('');
  expect(plain('', 'new')).toBe('{+new+}\n');
});

test('colours words instead of marking them, line by line', () => {
  expect(formatWordDiff('a b c', 'a x\ny c', { color: true })).toBe(
    'a \u001b[31mb\u001b[0m \u001b[32mx\u001b[0m\n\u001b[32my\u001b[0m c\n',
  );
});

test('cuts long stretches that are the same, at the ends of words', () => {
  const words = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ');
  const shown = plain(`${words} old ${words}`, `${words} new ${words}`);
  expect(shown).toMatch(/^… word\d+ .* word399 \[-old-\] \{\+new\+\} word0 word1 .* …\n$/);
  expect(shown.length).toBeLessThan(300);
});

test('foreign text controls no terminal, and what is shown of short texts is all of them', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\u001b', '\u202e'), maxLength: 30 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const shown = plain(before, after);
      expect(shown).not.toContain('\u001b');
      expect(shown).not.toContain('\u202e');
      if (before !== after) expect(shown.endsWith('\n')).toBe(true);
    }),
  );
});
