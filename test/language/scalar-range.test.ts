import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseSource } from '../../src/language/parse.ts';
import { scalarRange } from '../../src/language/scalar-range.ts';
import { entryOf } from '../../src/language/source-node.ts';
import { fc } from '../laws.ts';

type Style = 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED';

/** Writes text as YAML in a style, then asks where the marker inside it stands. */
function findMarker(text: string, style: Style): { readonly found: string; readonly value: unknown } {
  const yaml = stringify(
    { outer: { task: text } },
    { defaultStringType: style, defaultKeyType: 'PLAIN', lineWidth: 30 },
  );
  const { root } = parseSource('a.yaml', yaml, () => {});
  const node = entryOf(entryOf(root, 'outer')?.value, 'task')?.value;
  if (node?.kind !== 'scalar') throw new Error(`no scalar in ${yaml}`);
  const range = scalarRange(node, String(node.value).indexOf('marker'), 'marker'.length);
  // A double-quoted word may be broken over two lines.
  const found = yaml.slice(range.start.offset, range.end.offset).replace(/\\\n\s*/g, '');
  return { found, value: node.value };
}

const STYLES: readonly Style[] = ['PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'];

test.each(STYLES)('a word inside a %s scalar is found where it is written', style => {
  const piece = fc.string({ unit: fc.constantFrom(...'ab \'"\\:#\n\t-{}ä世👍é\u0007'), maxLength: 40 });
  fc.assert(
    fc.property(piece, piece, (before, after) => {
      const text = `${before}marker${after}`;
      const { found, value } = findMarker(text, style);
      if (value === text) expect(found).toBe('marker');
    }),
    { numRuns: 400 },
  );
});

test('escapes of all lengths in double quotes are counted as what they stand for', () => {
  const yaml = 'a: "\\x41\\u00e4\\U0001f44d\\n\\"\\\\ \\\n   marker"\n';
  const { root } = parseSource('a.yaml', yaml, () => {});
  const node = entryOf(root, 'a')?.value;
  if (node?.kind !== 'scalar') throw new Error('no scalar');
  const range = scalarRange(node, String(node.value).indexOf('marker'), 6);
  expect(yaml.slice(range.start.offset, range.end.offset)).toBe('marker');
  expect(range.start).toMatchObject({ line: 2, column: 4 });
});
