import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/reporters/display-width.ts';

describe('displayWidth', () => {
  it.each([
    ['plain ASCII', 11],
    ['naïve', 5],
    ['…', 1],
    ['─│┌█▓', 5],
    ['✓ ✗ ↔ →', 7],
    ['日本語', 6],
    ['한국', 4],
    ['👩‍👩‍👧', 2],
    ['❤️', 2],
    ['e\u0301', 1],
    ['a\u0301 …', 3],
    ['⏳', 2],
    ['◽', 2],
    ['ＡＢ', 4],
  ])('%j takes %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  it('gives a character the same width alone and beside one that is looked at closely', () => {
    const latin = Array.from({ length: 0x2e0 }, (_, index) => 0x20 + index);
    const signs = Array.from({ length: 0xe00 }, (_, index) => 0x2000 + index);
    for (const code of [...latin, ...signs]) {
      const character = String.fromCodePoint(code);
      if (/[\p{C}\p{M}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(character)) continue;
      expect(displayWidth(`${character} 日`), code.toString(16)).toBe(displayWidth(character) + 3);
    }
  });
});
