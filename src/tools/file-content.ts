import { isUtf8 } from 'node:buffer';

/** What a path holds. `missing` also stands for folders and submodules. `bytes` is the size of the file. */
export type FileContent =
  | { readonly kind: 'text'; readonly text: string; readonly bytes: number }
  | { readonly kind: 'binary'; readonly bytes: number }
  | { readonly kind: 'too-large'; readonly bytes: number }
  | { readonly kind: 'missing' };

/** As many bytes as git looks at when it tells text from binary. */
const PROBE_BYTES = 8000;

/**
 * Tells text from binary as git does: a NUL byte near the start means binary. Text that is not UTF-8 is read as
 * Latin-1, so that no line is lost. Pure.
 */
export function fileContent(content: Buffer): FileContent {
  const bytes = content.length;
  if (content.subarray(0, PROBE_BYTES).includes(0)) return { kind: 'binary', bytes };
  return { kind: 'text', text: decodeText(content), bytes };
}

/** Decodes UTF-8, or Latin-1 when it is not that. Pure. */
export function decodeText(content: Buffer): string {
  return content.toString(isUtf8(content) ? 'utf8' : 'latin1');
}
