import { strayByteOf } from '../model/source.ts';
import type { Report } from './report.ts';
import { rangeOf, type SourceFile } from './source-file.ts';

/** What is no text: what stands for a byte that is no part of UTF-8, and a zero byte, of which UTF-16 is full. */
const STRAY = /[\u{dc80}-\u{dcff}]|\0/u;

/** Whether a text was made of bytes that are not UTF-8. Pure. */
export function isStrayText(text: string): boolean {
  return STRAY.test(text);
}

/** Reports the first byte of a file that is not UTF-8, and says whether there is one. */
export function refuseBytes(file: SourceFile, report: Report): boolean {
  const at = STRAY.exec(file.text)?.index;
  if (at === undefined) return false;
  const byte = strayByteOf(file.text.charCodeAt(at)) ?? 0;
  const name = `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  const isWide = byte === 0 || byte >= 0xfe;
  report({
    code: 'not-utf8',
    range: rangeOf(file, at, at + 1),
    message: `The file is not UTF-8: the byte ${name} stands here`,
    hint: isWide ? 'it looks like UTF-16; save it as UTF-8' : 'save it as UTF-8',
  });
  return true;
}
