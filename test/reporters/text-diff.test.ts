import { expect, test } from 'vitest';
import { formatTextDiff } from '../../src/reporters/text-diff.ts';
import { fc } from '../laws.ts';

const plain = { color: false };

test('equal texts have no difference', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      expect(formatTextDiff(text, text, plain)).toBe('');
    }),
  );
});

test('what differs is shown with two lines around it', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl';
  const after = before.replace('d', 'D').replace('k', '');
  expect(formatTextDiff(before, after, plain)).toBe(
    '  b\n  c\n- d\n+ D\n  e\n  f\n  …\n  i\n  j\n- k\n+ \n  l\n',
  );
});

test('with colour the words that differ stand out', () => {
  const shown = formatTextDiff('say it in one sentence', 'say it in two sentences', { color: true });
  expect(shown).toContain('say it in \u001b[31mone\u001b[0m \u001b[31msentence\u001b[0m');
  expect(shown).toContain('say it in \u001b[32mtwo\u001b[0m \u001b[32msentences\u001b[0m');
});

test('foreign text cannot reach the terminal, and a long difference is cut', () => {
  expect(formatTextDiff('a', '\u001b]0;x\u0007b', plain)).not.toContain('\u001b');
  const lines = Array.from({ length: 100 }, (_, index) => `${index}`).join('\n');
  const shown = formatTextDiff(lines, lines.replaceAll(/\d+/g, 'x'), plain);
  expect(shown.split('\n').length).toBeLessThan(65);
  expect(shown).toMatch(/… \d+ more lines\n$/);
});
