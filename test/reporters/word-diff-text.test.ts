import { describe, expect, test } from 'vitest';
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

describe('texts that have the marks themselves', () => {
  test('are marked by longer ones, and the first line says so', () => {
    expect(plain('keep [-this-] and that', 'keep [-this-] or that')).toBe(
      '([--went--], {++came++})\nkeep [-this-] [--and--] {++or++} that\n',
    );
    expect(plain('a {+++}', 'b {+++}')).toBe(
      '([----went----], {++++came++++})\n[----a----] {++++b++++} {+++}\n',
    );
  });

  test('can be told from what changed: both texts come back, word by word', () => {
    const unit = fc.constantFrom('a', 'b', '-', '+', '[', ']', '{', '}', ' ');
    const text = fc.string({ unit, minLength: 1, maxLength: 25 });
    const words = (one: string): readonly string[] => one.split(/\s+/).filter(Boolean);
    fc.assert(
      fc.property(text, text, (before, after) => {
        const shown = plain(before, after);
        fc.pre(shown !== '' && shown !== '(only white space differs)\n');
        const [, dashes = '-'] = /^\(\[(-+)went-+\], \{\++came\++\}\)\n/.exec(shown) ?? [];
        const body = dashes === '-' ? shown : shown.slice(shown.indexOf('\n') + 1);
        const times = `{${dashes.length}}`;
        const marks = new RegExp(`\\[-${times}([^]*?)-${times}\\]|\\{\\+${times}([^]*?)\\+${times}\\}`, 'g');
        expect(words(body.replace(marks, (_, out = '') => ` ${out} `))).toEqual(words(before));
        expect(words(body.replace(marks, (_, _out, into = '') => ` ${into} `))).toEqual(words(after));
      }),
    );
  });
});

test('white space alone is said to differ', () => {
  expect(plain('a b\n', 'a b\n\n')).toBe('(only white space differs)\n');
});
