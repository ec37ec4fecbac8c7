import { type FilteredValueToken, TypeGuards, type Value } from 'liquidjs';
import { checkComparisons } from './check-comparisons.ts';
import {
  conditionTree,
  constantOf,
  type PlainToken,
  type WrittenFilter,
  writtenFilters,
} from './condition-tree.ts';
import { argumentProblem } from './filter-arguments.ts';
import {
  type AppliedFilter,
  FIELD_FILTERS,
  filterType,
  hidesNull,
  itemsOf,
  LIST_FILTERS,
} from './filter-types.ts';
import { readField } from './read-field.ts';
import { type PathReading, type PathToken, type ReadingMode, readPath, reportNull } from './read-path.ts';
import { literalType } from './schema-type.ts';
import { type Frame, reportAt } from './type-frame.ts';
import {
  ANY,
  BOOLEAN,
  describeType,
  isUnclear,
  listOf,
  mayBeNull,
  NUMBER,
  type ValueType,
} from './value-type.ts';

/** What an expression gives. `reading` is there when it is one path without filters. */
export interface ValueReading {
  readonly type: ValueType;
  readonly reading?: PathReading;
}

/** Types a parsed expression with its filters, noting every problem on the way. `lenient` places take what is absent for null. */
export function readValue(value: Value, frame: Frame, options: { readonly lenient: boolean }): ValueReading {
  const filters = writtenFilters(value);
  const mode = filters[0]?.name === 'default' ? 'default' : options.lenient ? 'test' : 'strict';
  const { postfix } = value.initial;
  const [only] = postfix;
  const first: ValueReading =
    postfix.length === 1 && only ? readOperand(only, frame, mode) : readTree(postfix, frame, mode);
  if (filters.length === 0) return first;
  let { type } = first;
  const [filter] = filters;
  if (filter && hidesNull(filter.name) && first.reading && mayBeNull(type)) {
    reportNull(first.reading, frame, `\`${filter.name}\` makes an empty text of it`);
  }
  for (const one of filters) type = applyFilter(type, one, frame);
  return { type };
}

function readTree(postfix: readonly PlainToken[], frame: Frame, mode: ReadingMode): ValueReading {
  for (const token of postfix) if (!TypeGuards.isOperatorToken(token)) readToken(token, frame, mode);
  const tree = conditionTree(postfix);
  if (tree) checkComparisons(tree, frame, token => readOperand(token, frame, mode));
  return { type: BOOLEAN };
}

/** Types one operand. */
function readOperand(token: PlainToken, frame: Frame, mode: ReadingMode): ValueReading {
  if (TypeGuards.isPropertyAccessToken(token)) {
    const inner = (part: PlainToken, at: Frame): void => void readToken(part, at, 'strict');
    const reading = readPath(token as PathToken, frame, { mode, readToken: inner });
    return { type: reading.type, reading };
  }
  return { type: readToken(token, frame, mode) };
}

/** The type of a token, noting every problem inside it. */
export function readToken(token: PlainToken, frame: Frame, mode: ReadingMode): ValueType {
  if (TypeGuards.isPropertyAccessToken(token)) return readOperand(token, frame, mode).type;
  if (TypeGuards.isRangeToken(token)) {
    readToken(token.lhs, frame, 'strict');
    readToken(token.rhs, frame, 'strict');
    return listOf(NUMBER);
  }
  if (TypeGuards.isFilteredValueToken(token)) return readFiltered(token, frame, mode);
  const constant = constantOf(token);
  if (constant !== undefined) return literalType(constant);
  return TypeGuards.isLiteralToken(token) && /^(?:nil|null)$/.test(token.literal) ? [{ kind: 'null' }] : ANY;
}

/** A value with filters inside a tag that takes several; only what it reads is looked at. */
function readFiltered({ initial, filters }: FilteredValueToken, frame: Frame, mode: ReadingMode): ValueType {
  const own = filters[0]?.name === 'default' ? 'default' : mode;
  for (const token of initial.postfix) if (!TypeGuards.isOperatorToken(token)) readToken(token, frame, own);
  for (const argument of filters.flatMap(filter => filter.args)) {
    const token = Array.isArray(argument) ? argument[1] : argument;
    if (token !== undefined) readToken(token, frame, 'strict');
  }
  return ANY;
}

function applyFilter(input: ValueType, filter: WrittenFilter, frame: Frame): ValueType {
  const tokens = filter.args.map(argument => (Array.isArray(argument) ? argument[1] : argument));
  const args = tokens.map(token => (token === undefined ? ANY : readToken(token, frame, 'strict')));
  const [first] = tokens;
  const field = first && TypeGuards.isQuotedToken(first) ? first.content : undefined;
  const place = { begin: filter.begin, end: filter.begin + filter.name.length };
  if (LIST_FILTERS.has(filter.name) && isSingle(input)) {
    const message = `\`${filter.name}\` works on a list, but this is ${describeType(input)}`;
    reportAt(frame, place, { code: 'not-a-list', message });
    return ANY;
  }
  const [given] = args;
  // What is written out is looked at as it stands.
  const refused =
    first && given && constantOf(first) === undefined ? argumentProblem(filter.name, given) : undefined;
  if (first && refused) reportAt(frame, first, { code: 'filter-argument', ...refused });
  const strictness = FIELD_FILTERS.get(filter.name);
  if (strictness && first && field !== undefined)
    checkField(itemsOf(input), { field, first, strictness }, frame);
  const applied: AppliedFilter = { name: filter.name, args, ...(field === undefined ? {} : { field }) };
  return filterType(input, applied);
}

/** Whether a value is certainly a text, a number or a boolean. Pure. */
export function isSingle(type: ValueType): boolean {
  if (isUnclear(type)) return false;
  const kinds = type.map(one => one.kind).filter(kind => kind !== 'null');
  return (
    kinds.length > 0 && kinds.every(kind => kind === 'string' || kind === 'number' || kind === 'boolean')
  );
}

interface FieldArgument {
  readonly field: string;
  readonly first: PlainToken;
  readonly strictness: 'strict' | 'lenient';
}

function checkField(items: ValueType, { field, first, strictness }: FieldArgument, frame: Frame): void {
  let type = items;
  const place = { begin: first.begin + 1, end: first.end - 1 };
  if (!/^[\w-]+(?:\.[\w-]+)*$/.test(field)) return;
  for (const step of field.split('.')) {
    const reading = readField(type, step);
    if (reading.missing) {
      const message = `The items have no field \`${step}\` by their schema`;
      reportAt(frame, place, { code: 'unknown-field', message, word: step, candidates: reading.known });
      return;
    }
    if (reading.optional && strictness === 'strict') {
      const message = `\`${step}\` may be absent in an item, and then the filter fails`;
      reportAt(frame, place, {
        code: 'optional-field',
        message,
        hint: 'add it to `required` in the schema of the items',
      });
      return;
    }
    type = reading.type;
  }
}
