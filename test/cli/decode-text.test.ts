import { expect, test } from 'vitest';
import { decodeText } from '../../src/cli/decode-text.ts';
import { strayByteOf } from '../../src/model/source.ts';
import { fc } from '../laws.ts';

/** The bytes that a decoded text was made of. */
function encode(text: string): Buffer {
  const parts = [...text].map(character => {
    const byte = character.length === 1 ? strayByteOf(character.charCodeAt(0)) : undefined;
    return byte === undefined ? Buffer.from(character) : Buffer.from([byte]);
  });
  return Buffer.concat(parts);
}

test('any bytes can be told from their text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
      expect(encode(decodeText(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('UTF-8 is read as it is, and stays so behind a byte that is not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      expect(decodeText(Buffer.from(text))).toBe(text);
      expect(decodeText(Buffer.concat([Buffer.from([0xff]), Buffer.from(text)]))).toBe(`\udcff${text}`);
    }),
  );
});

test.each([
  ['the middle of a character', [0xe2, 0x82], '\udce2\udc82'],
  ['a surrogate', [0xed, 0xb2, 0x80], '\udced\udcb2\udc80'],
  ['a character written too long', [0xc0, 0x80], '\udcc0\udc80'],
])('%s is no UTF-8', (_what, bytes, text) => {
  expect(decodeText(Buffer.from(bytes))).toBe(text);
});
