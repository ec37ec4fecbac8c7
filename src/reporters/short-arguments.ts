import type { JsonObject, JsonValue } from '../model/json.ts';
import { formatQuantity } from './amounts.ts';
import { cutToWidth } from './display-width.ts';
import { sanitizeText } from './sanitize.ts';

const VALUE_COLUMNS = 40;
const COMMIT_ID = /\b([0-9a-f]{10})[0-9a-f]{30}\b/g;
const BARE_WORD = /^[\w./:@~^=+-]+$/;

/**
 * The arguments of a tool call on one line: `range=HEAD~1..HEAD paths=[3 items]`. Texts with spaces are quoted; every text
 * is sanitised and cut to 40 columns, commit ids to ten digits; lists and objects only give their length. Pure.
 */
export function shortArguments(args: JsonObject): string {
  return Object.entries(args)
    .map(([name, value]) => `${sanitizeText(name, { keepNewlines: false })}=${shortValue(value)}`)
    .join(' ');
}

function shortValue(value: JsonValue): string {
  if (Array.isArray(value)) return `[${formatQuantity(value.length, 'item')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${formatQuantity(Object.keys(value).length, 'key')}}`;
  if (typeof value !== 'string') return String(value);
  const text = sanitizeText(value, { keepNewlines: false }).replace(COMMIT_ID, '$1');
  return cutToWidth(BARE_WORD.test(text) ? text : JSON.stringify(text), VALUE_COLUMNS);
}
