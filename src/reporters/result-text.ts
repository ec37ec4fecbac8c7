import type { JsonValue } from '../model/json.ts';
import { sanitizeText } from './sanitize.ts';

/**
 * The result of a run as text that ends in a newline: a string as it is, anything else as JSON with two-space
 * indentation. With `terminal` it is sanitised, because a result may carry foreign text; for files and pipes it is exact. Pure.
 */
export function formatResult(value: JsonValue, options: { readonly terminal?: boolean } = {}): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const line = text.endsWith('\n') ? text : `${text}\n`;
  return options.terminal === true ? sanitizeText(line) : line;
}
