import { sanitizeText } from '../sanitize.ts';

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/**
 * Foreign text as HTML text or as a quoted attribute: nothing in it is markup, and what cannot be seen (controls, bidi,
 * invisible characters) is a visible escape. `line` makes one line of it. Pure.
 */
export function escapeHtml(text: string, options: { readonly line?: boolean } = {}): string {
  const seen = sanitizeText(text, { keepNewlines: options.line !== true });
  return seen.replace(/[&<>"']/g, character => ENTITIES.get(character) ?? '');
}
