import type { JsonValue } from '../model/json.ts';
import { jsonText } from './json-text.ts';
import { sanitizeText } from './sanitize.ts';

/**
 * The result of a run as text that ends in a newline: a string as it is, anything else as JSON with two-space
 * indentation. With `terminal` a string is sanitised, because it may be foreign;
 * for files and pipes it is exact. Pure.
 */
export function formatResult(value: JsonValue, options: { readonly terminal?: boolean } = {}): string {
  if (typeof value !== 'string') return `${jsonText(value, 2)}\n`;
  const line = value.endsWith('\n') ? value : `${value}\n`;
  return options.terminal === true ? sanitizeText(line) : line;
}
