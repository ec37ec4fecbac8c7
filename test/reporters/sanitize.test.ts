import { describe, expect, it } from 'vitest';
import { cutToWidth, displayWidth } from '../../src/reporters/display-width.ts';
import { jsonText } from '../../src/reporters/json-text.ts';
import { formatResult } from '../../src/reporters/result-text.ts';
import { sanitizeText } from '../../src/reporters/sanitize.ts';
import { fc } from '../laws.ts';

/** Code points that must never reach a terminal, written down apart from the code under test. */
const FORBIDDEN: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe0fff],
];

function forbiddenIn(text: string): readonly string[] {
  return Array.from(text)
    .map(character => character.codePointAt(0) ?? 0)
    .filter(code => FORBIDDEN.some(([first, last]) => code >= first && code <= last))
    .map(code => code.toString(16));
}

const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[2J',
        '\u009b',
        '\u202e',
        '\u200d',
        '\ufe0f',
        '\r\n',
        '\r',
        '\u{e0041}',
        '\ud800',
        '👩',
        '❤',
        '1',
      ),
    ),
  )
  .map(parts => parts.join(''));

describe('sanitizeText', () => {
  it.each([
    ['\u001b]52;c;ZXZpbA==\u0007', '\\u{1b}]52;c;ZXZpbA==\\u{7}'],
    ['a\u202eb', 'a\\u{202e}b'],
    ['pass\u200bword', 'pass\\u{200b}word'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['bar\rfoo\b', 'bar\\u{d}foo\\u{8}'],
    ['C1 \u009b31m', 'C1 \\u{9b}31m'],
    ['half \ud83d', 'half \\u{d83d}'],
    ['one\r\ntwo\tthree', 'one\ntwo\tthree'],
    ['👩‍👩‍👧 ❤️ ⚠️ 日本語 é', '👩‍👩‍👧 ❤️ ⚠️ 日本語 é'],
    ['a\u200db', 'a\\u{200d}b'],
    ['a\ufe0fb', 'a\\u{fe0f}b'],
    ['a\ufe0f\u200d❤', 'a\\u{fe0f}\\u{200d}❤'],
  ])('makes %j show as %j', (text, shown) => {
    expect(sanitizeText(text)).toBe(shown);
  });

  it('turns newlines and tabs into spaces when a line is asked for', () => {
    expect(sanitizeText('one\r\ntwo\tthree\n', { keepNewlines: false })).toBe('one two three ');
  });

  it('lets no forbidden character through, whatever comes before or after it', () => {
    fc.assert(
      fc.property(hostileText, fc.boolean(), (text, keepNewlines) => {
        const shown = sanitizeText(text, { keepNewlines });
        expect(forbiddenIn(shown)).toEqual([]);
        if (!keepNewlines) expect(shown).not.toMatch(/[\n\t]/);
      }),
    );
  });

  it('escapes the first and the last character of every forbidden range', () => {
    for (const code of FORBIDDEN.flat()) {
      const text = String.fromCodePoint(code);
      expect(sanitizeText(`a${text}b`), code.toString(16)).toBe(`a\\u{${code.toString(16)}}b`);
    }
  });

  it('changes nothing when it is applied again', () => {
    fc.assert(
      fc.property(hostileText, text => {
        expect(sanitizeText(sanitizeText(text))).toBe(sanitizeText(text));
      }),
    );
  });

  it('leaves printable ASCII alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), text => {
        expect(sanitizeText(text)).toBe(text);
      }),
    );
  });
});

describe('jsonText', () => {
  it('parses to the same value and holds no forbidden character', () => {
    fc.assert(
      fc.property(fc.dictionary(hostileText, hostileText), value => {
        const text = jsonText(value, 2);
        expect(forbiddenIn(text)).toEqual([]);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('formatResult', () => {
  it('gives a string as it is, sanitised only for a terminal', () => {
    expect(formatResult('a\u001b[2Jb')).toBe('a\u001b[2Jb\n');
    expect(formatResult('a\u001b[2Jb\n', { terminal: true })).toBe('a\\u{1b}[2Jb\n');
  });

  it('gives anything else as indented JSON', () => {
    expect(formatResult({ a: [1, null], b: '\u009b' })).toBe(
      '{\n  "a": [\n    1,\n    null\n  ],\n  "b": "\\u009b"\n}\n',
    );
    expect(formatResult(null)).toBe('null\n');
  });
});

describe('cutToWidth', () => {
  it.each([
    ['plain', 5, 'plain'],
    ['plain!', 5, 'plai…'],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧…'],
    ['é́é́é', 3, 'é́é́é'],
    ['abc', 0, ''],
    ['abc', 1, '…'],
  ])('cuts %j to %i columns as %j', (text, columns, cut) => {
    expect(cutToWidth(text, columns)).toBe(cut);
  });

  it('never takes more columns than it is given and keeps what fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
        const line = sanitizeText(text, { keepNewlines: false });
        const cut = cutToWidth(line, columns);
        expect(displayWidth(cut)).toBeLessThanOrEqual(columns);
        if (displayWidth(line) <= columns) expect(cut).toBe(line);
        else expect(line.startsWith(cut.slice(0, -1))).toBe(true);
      }),
    );
  });
});
