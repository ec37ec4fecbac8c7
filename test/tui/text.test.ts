import { describe, expect, test } from 'vitest';
import { cellText, columnsOf, fitText } from '../../src/tui/cell-text.ts';
import { diffText, editsText } from '../../src/tui/edit-preview.ts';
import { lineColumns } from '../../src/tui/line.ts';
import { richLines } from '../../src/tui/rich-text.ts';
import { questionText } from '../../src/tui/sheet.ts';
import { wrapText } from '../../src/tui/wrap-text.ts';
import { fc } from '../laws.ts';
import { columnsOnTerminal } from './virtual-terminal.ts';

const SAMPLES = [
  'plain',
  '名前 ｶﾅ 한국어',
  'e\u0301a\u0308 n\u0303',
  'שלום עולם',
  'مرحبا',
  '─│╭╮●◎✓✗▸◌',
  'a\tb',
];

test.each(SAMPLES)('%s takes the columns that a terminal gives it', async text => {
  const shown = cellText(text);
  expect(columnsOf(shown)).toBe(await columnsOnTerminal(shown));
});

test('emoji are shown in the form that all terminals give the same columns', () => {
  expect(cellText('👩‍👩‍👧 👍🏽 ❤️ 1️⃣ 🎉')).toBe('👩 👍 ❤ 1 🎉');
  expect(columnsOf('👩 👍 ❤ 1 🎉')).toBe(12);
});

test('wrapped text fits, and loses nothing but spaces', () => {
  const words = fc.array(fc.constantFrom('a', 'word', 'longer-word', '名前', '👍', 'x'.repeat(40), '  '), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(words, fc.integer({ min: 4, max: 60 }), (parts, columns) => {
      const text = parts.join(' ');
      const rows = wrapText(text, columns);
      for (const row of rows) expect(columnsOf(row)).toBeLessThanOrEqual(columns);
      expect(rows.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
  );
});

test('Markdown, diffs and code fit, whatever they are', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '# Title',
      '- item with `code` and **bold** words',
      '```ts',
      'const a = "b";',
      '```',
      '> quoted',
      '+added',
      '@@ -1 +1 @@',
      '名前の説明',
    ),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(pieces, fc.integer({ min: 12, max: 80 }), (parts, columns) => {
      for (const line of richLines(cellText(parts.join('\n')), columns)) {
        expect(lineColumns(line)).toBeLessThanOrEqual(columns);
      }
    }),
  );
});

test('fitted text has exactly its columns', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.integer({ min: 1, max: 40 }),
      (text, columns) => {
        expect(columnsOf(fitText(cellText(text).replaceAll('\n', ' '), columns))).toBe(columns);
      },
    ),
  );
});

describe('the preview of an edit', () => {
  test.each([
    [{ file_path: 'a', old_string: 'one\n', new_string: '2\n' }, '--- a\n+++ a\n-one\n+2'],
    [
      {
        path: 'a',
        edits: [
          { oldText: 'b', newText: 'c' },
          { oldText: '', newText: 'd\ne' },
        ],
      },
      '--- a\n+++ a\n-b\n+c\n+d\n+e',
    ],
  ])('%j', (args, text) => expect(editsText(args)).toBe(text));

  test('is not made of what is a whole file, for nobody knows what stands there', () => {
    expect(editsText({ path: 'a', content: 'two\n' })).toBeUndefined();
    expect(editsText({ path: 'a' })).toBeUndefined();
    const question = {
      kind: 'approval',
      tool: 'disk.write_file',
      args: { path: 'a', content: '1\n2' },
      argsHash: 'f',
    } as const;
    expect(questionText({ id: 'q', phase: 'p', shownAt: 0, question })).toBe(
      'path: a\ncontent:\n  1\n  2\n\nsha256 of the arguments: f',
    );
  });

  test('shows what changes, with some lines around', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join('\n');
    expect(diffText(before, before.replace('e', 'E'))).toBe(' b\n c\n d\n-e\n+E\n f\n g\n h');
  });

  test.each([
    ['', 'x', '+x'],
    ['', 'x\n', '+x'],
    ['x\n', '', '-x'],
    ['x', 'x\n', '\\ only one of them ends with a line break'],
    ['x\n', 'x\ny\n', ' x\n+y'],
    ['', '\n', '+'],
    ['x', 'x', '  nothing would change'],
  ])('of %j to %j takes no line break for a line', (before, after, text) => {
    expect(diffText(before, after)).toBe(text);
  });
});
