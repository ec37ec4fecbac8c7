import type { JsonObject, JsonValue } from '../model/json.ts';
import { formatQuantity } from './amounts.ts';
import { cutToWidth } from './display-width.ts';
import { sanitizeText } from './sanitize.ts';

const VALUE_COLUMNS = 40;
/** Of a list of words, which is mostly a command: cut short it would hide what is run. */
const LIST_COLUMNS = 80;
const MOST_COLUMNS = 200;
const COMMIT_ID = /\b([0-9a-f]{10})[0-9a-f]{30}\b/g;
const BARE_WORD = /^[\w./:@~^=+-]+$/;

/**
 * The arguments of a tool call on one line: `range=HEAD~1..HEAD command=rm -rf build paths=[3 items]`. Texts with spaces are
 * quoted; every text is sanitised and cut to 40 columns, or to its share of `columns` where that is more, commit ids to ten
 * digits. Lists of texts give their words, cut to 80 columns; other lists and objects only their length. Pure.
 */
export function shortArguments(args: JsonObject, columns = 0): string {
  const entries = Object.entries(args).map(
    ([name, value]) => [sanitizeText(name, { keepNewlines: false }), value] as const,
  );
  const names = entries.reduce((sum, [name]) => sum + name.length + 2, 0);
  const share = Math.floor((Math.min(columns, MOST_COLUMNS) - names) / Math.max(1, entries.length));
  const most = Math.max(VALUE_COLUMNS, share);
  return entries.map(([name, value]) => `${name}=${shortValue(value, most)}`).join(' ');
}

function shortValue(value: JsonValue, columns: number): string {
  if (Array.isArray(value)) return shortList(value, Math.max(columns, LIST_COLUMNS));
  if (typeof value === 'object' && value !== null)
    return `{${formatQuantity(Object.keys(value).length, 'key')}}`;
  if (typeof value !== 'string') return String(value);
  return cutToWidth(word(value), columns);
}

function shortList(values: readonly JsonValue[], columns: number): string {
  const isWords = values.length > 0 && values.every(value => typeof value === 'string');
  if (!isWords) return `[${formatQuantity(values.length, 'item')}]`;
  const words = values.map((value, nth) => {
    const text = String(value);
    // `b=c` after the first word would look like the next argument.
    return nth > 0 && text.includes('=') && !text.startsWith('-') ? quoted(text) : word(text);
  });
  return cutToWidth(words.join(' '), columns);
}

function word(value: string): string {
  const text = readable(value);
  return BARE_WORD.test(text) ? text : JSON.stringify(text);
}

function quoted(value: string): string {
  return JSON.stringify(readable(value));
}

function readable(value: string): string {
  return sanitizeText(value, { keepNewlines: false }).replace(COMMIT_ID, '$1');
}
