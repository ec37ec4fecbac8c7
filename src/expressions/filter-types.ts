import { readField } from './read-field.ts';
import {
  ANY,
  BOOLEAN,
  isUnclear,
  listOf,
  NULL,
  NUMBER,
  objectOf,
  TEXT,
  unionOf,
  type ValueType,
  withoutNull,
} from './value-type.ts';

const TEXT_RESULTS = new Set(
  (
    'append prepend downcase upcase capitalize lstrip rstrip strip strip_newlines squish remove remove_first remove_last ' +
    'replace replace_first replace_last truncate truncatewords normalize_whitespace escape escape_once unescape xml_escape ' +
    'newline_to_br strip_html url_encode url_decode cgi_escape uri_escape slugify base64_encode base64_decode sha256 ' +
    'join array_to_sentence_string json jsonify inspect truncate_tokens indent diff'
  ).split(' '),
);
const NUMBER_RESULTS = new Set(
  'size abs at_least at_most ceil divided_by floor minus plus modulo times round sum number_of_words to_integer'.split(
    ' ',
  ),
);
/** Filters that give a list of the items that they are given. */
const LIST_RESULTS = new Set('where reject sort sort_natural reverse uniq compact'.split(' '));
const MAKES_TEXT_OF_NULL = new Set(
  [...TEXT_RESULTS, 'split'].filter(name => !/^(?:json|jsonify|inspect|join)$/.test(name)),
);

/** Filters that work on the items of a list, where a single value is a mistake. */
export const LIST_FILTERS: ReadonlySet<string> = new Set(
  'map where reject sort sort_natural group_by find find_index has sum'.split(' '),
);

/** Filters whose first argument names a field of the items; `strict` ones fail where an item has it not. */
export const FIELD_FILTERS: ReadonlyMap<string, 'strict' | 'lenient'> = new Map([
  ...['where', 'reject', 'group_by', 'find', 'find_index', 'has'].map(name => [name, 'strict'] as const),
  ...['map', 'sort', 'sort_natural', 'sum'].map(name => [name, 'lenient'] as const),
]);

/** Whether a filter turns null into an empty text without a word. Pure. */
export function hidesNull(filter: string): boolean {
  return MAKES_TEXT_OF_NULL.has(filter);
}

/** A filter as it is applied: its name, the types of its arguments, and its first argument when that is a written text. */
export interface AppliedFilter {
  readonly name: string;
  readonly args: readonly ValueType[];
  readonly field?: string;
}

/** The type of what a filter gives; anything for a filter of which nothing is known. Pure. */
export function filterType(input: ValueType, { name, args, field }: AppliedFilter): ValueType {
  if (TEXT_RESULTS.has(name)) return TEXT;
  if (NUMBER_RESULTS.has(name)) return NUMBER;
  if (LIST_RESULTS.has(name)) return listOf(itemsOf(input));
  switch (name) {
    case 'default':
      return unionOf([withoutNull(input), args[0] ?? NULL]);
    case 'first':
    case 'last':
      return isUnclear(input) || !input.every(one => one.kind === 'array')
        ? ANY
        : unionOf([itemsOf(input), NULL]);
    case 'find':
      return unionOf([itemsOf(input), NULL]);
    case 'find_index':
      return unionOf([NUMBER, NULL]);
    case 'has':
      return BOOLEAN;
    case 'split':
      return listOf(TEXT);
    case 'concat':
      return listOf(unionOf([itemsOf(input), args[0] ? itemsOf(args[0]) : ANY]));
    case 'push':
    case 'unshift':
      return listOf(unionOf([itemsOf(input), args[0] ?? ANY]), 1);
    case 'map':
      return listOf(field === undefined ? ANY : fieldsOf(itemsOf(input), field));
    case 'slice':
      return sliceType(input);
    case 'group_by':
      return listOf(
        objectOf(
          new Map([
            ['name', ANY],
            ['items', listOf(itemsOf(input), 1)],
          ]),
          { open: false },
        ),
      );
    default:
      return ANY;
  }
}

/** The type of the items that Liquid finds in a value: those of a list, or the single value itself. Pure. */
export function itemsOf(type: ValueType): ValueType {
  if (isUnclear(type)) return ANY;
  const items = type
    .filter(one => one.kind !== 'null')
    .map(one => (one.kind === 'array' ? one.items() : [one]));
  return items.length === 0 ? ANY : unionOf(items);
}

function sliceType(input: ValueType): ValueType {
  if (isUnclear(input)) return ANY;
  return input.every(one => one.kind === 'array')
    ? listOf(itemsOf(input))
    : input.every(one => one.kind === 'string')
      ? TEXT
      : ANY;
}

function fieldsOf(items: ValueType, path: string): ValueType {
  let type = items;
  let absent = false;
  for (const step of path.split('.')) {
    const reading = readField(type, step);
    if (reading.missing) return ANY;
    absent ||= reading.optional || type.some(one => one.kind === 'null');
    type = reading.type;
  }
  return absent ? unionOf([type, NULL]) : type;
}
