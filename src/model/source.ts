/**
 * Reads a text file by path, or says that there is none. The composition root supplies it; rooms inside never touch a disk.
 * In the text of a file that is not UTF-8 stand lone surrogates for the bytes that are not, as `loneUnitOf` has it.
 */
export type ReadSource = (path: string) => string | undefined;

/** The first of the 128 lone surrogates that stand for the bytes from 0x80 on; no UTF-8 has any. */
const LONE_UNITS = 0xdc80;

/** What stands in a text for a byte, from 0x80 on, that is no part of UTF-8. Pure. */
export function loneUnitOf(byte: number): string {
  return String.fromCharCode(LONE_UNITS + byte - 0x80);
}

/** The byte that a UTF-16 unit stands for; undefined when it stands for none. Pure. */
export function strayByteOf(unit: number): number | undefined {
  const byte = unit - LONE_UNITS + 0x80;
  return byte >= 0x80 && byte <= 0xff ? byte : undefined;
}

/** Names what stands in a folder, without its path; nothing where there is no such folder. */
export type ListFolder = (path: string) => readonly string[];

/** Resolves a relative POSIX path against the file that names it. Pure; `..` above the root of a relative path is kept. */
export function resolveSourcePath(fromFile: string, relative: string): string {
  if (relative.startsWith('/')) return relative;
  const folder = fromFile.includes('/') ? fromFile.slice(0, fromFile.lastIndexOf('/')) : '';
  const segments: string[] = [];
  for (const segment of `${folder}/${relative}`.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    else segments.push(segment);
  }
  return (folder.startsWith('/') ? '/' : '') + segments.join('/');
}
