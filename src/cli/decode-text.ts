import { isUtf8 } from 'node:buffer';
import { loneUnitOf } from '../model/source.ts';

/**
 * The text of bytes. Each byte that is no part of UTF-8 becomes a lone surrogate, as `loneUnitOf` has it: so a text tells
 * where its file is not UTF-8, and two files that differ never have the same text. A byte order mark stays. Pure.
 */
export function decodeText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes, at);
    if (length === 0) {
      parts.push(bytes.toString('utf8', start, at), loneUnitOf(bytes[at] ?? 0));
      start = at + 1;
    }
    at += Math.max(1, length);
  }
  return [...parts, bytes.toString('utf8', start)].join('');
}

/** How many bytes the character has that begins here; 0 when none does. */
function lengthAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  return length > 0 && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
