import type { JsonObject, JsonValue } from '../model/json.ts';
import { formatQuantity } from '../reporters/amounts.ts';
import { cutToWidth } from '../reporters/display-width.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import { wrapWords } from '../reporters/wrap-words.ts';
import { foreignRows } from './foreign-lines.ts';

interface Block {
  readonly path: string;
  readonly text: string;
}

const PATH_COLUMNS = 38;
const DIFF = /^(?:diff --git |--- )/m;
const HUNK = /^@@ .*@@/m;

/**
 * Arguments of a call as rows for a terminal, whole: as JSON, but a text of several lines is named in it by a sign that no
 * JSON has, and follows as it is, under a row that says what it is the value of. Foreign words stand behind a mark on every
 * row. Pure.
 */
export function argumentRows(args: JsonObject, columns: number): readonly string[] {
  const blocks: Block[] = [];
  const json = jsonOf(args, { blocks, path: '', indent: '' });
  const texts = blocks.flatMap(({ path, text }, index) => [
    '',
    ...wrapWords(labelOf({ path, text }, index + 1), columns),
    ...foreignRows(shownText(text), columns),
  ]);
  return [...foreignRows(json, columns), ...texts];
}

interface Place {
  /** Takes in the texts of several lines. */
  readonly blocks: Block[];
  /** As in `edits[0].newText`. */
  readonly path: string;
  readonly indent: string;
}

/** As `JSON.stringify` with two spaces would write it. */
function jsonOf(value: JsonValue, place: Place): string {
  if (typeof value === 'string' && value.trimEnd().includes('\n')) {
    const { blocks, path } = place;
    blocks.push({ path, text: value });
    return `↓ text ${blocks.length}`;
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const { indent } = place;
  const within = (key: string): Place => ({ ...place, path: `${place.path}${key}`, indent: `${indent}  ` });
  const dot = place.path === '' ? '' : '.';
  const [open, close, rows] = Array.isArray(value)
    ? ['[', ']', value.map((each: JsonValue, nth) => jsonOf(each, within(`[${nth}]`)))]
    : [
        '{',
        '}',
        Object.entries(value).map(
          ([key, each]) => `${JSON.stringify(key)}: ${jsonOf(each, within(dot + key))}`,
        ),
      ];
  if (rows.length === 0) return open + close;
  return `${open}\n${rows.map(row => `${indent}  ${row}`).join(',\n')}\n${indent}${close}`;
}

function labelOf({ path, text }: Block, number: number): string {
  // Its spaces break no row: the rest of a foreign name would look like a row of ours.
  const quoted = JSON.stringify(sanitizeText(path, { keepNewlines: false })).replaceAll(' ', '\u{a0}');
  const name = cutToWidth(quoted, PATH_COLUMNS);
  const lines = formatQuantity(text.replace(/\n$/, '').split('\n').length, 'line');
  const what = DIFF.test(text) && HUNK.test(text) ? `a diff of ${lines}` : lines;
  const end = text.endsWith('\n') ? ', the last one a line break' : '';
  const tabs = text.includes('\t') ? ', tabs as two spaces' : '';
  return `text ${number} is the value of ${name}, ${what}, ${formatQuantity(text.length, 'character')}${end}${tabs}:`;
}

/** A carriage return would not be seen before a line break; the last line break is told by the label. */
function shownText(text: string): string {
  return text.replace(/\n$/, '').replaceAll('\r', '\\u{d}');
}
