/** Computes a type when it is asked for, so that schemas that refer to themselves end. */
export type LazyType = () => ValueType;

/** One declared field of an object. */
export interface FieldType {
  readonly type: LazyType;
  readonly required: boolean;
  /** The texts that the field may have, when they are written right at it; they tell variants apart. */
  readonly texts?: readonly string[];
  /** Named by `required` only: it is there, but says nothing of the other fields. */
  readonly implied?: boolean;
}

/** What is known of an object. `rest` is the type of other fields, `closed` when there are none, `undeclared` when nothing says. */
export interface ObjectType {
  readonly kind: 'object';
  readonly fields: ReadonlyMap<string, FieldType>;
  readonly rest: LazyType | 'closed' | 'undeclared';
}

/** What is known of a list; `min` is the least number of items. */
interface ArrayType {
  readonly kind: 'array';
  readonly items: LazyType;
  readonly min: number;
}

/** What is known of a number; limits are inclusive. */
export interface NumberType {
  readonly kind: 'number';
  readonly values?: readonly number[];
  readonly min?: number;
  readonly max?: number;
}

/** One of the kinds of value that a place may hold; `values` are all that are possible when they can be counted. */
export type Alternative =
  | { readonly kind: 'any' }
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly values?: readonly boolean[] }
  | NumberType
  | { readonly kind: 'string'; readonly values?: readonly string[] }
  | ArrayType
  | ObjectType;

/** All that a value may be, as far as it is known before a run. */
export type ValueType = readonly Alternative[];

const MOST_ALTERNATIVES = 32;

/** A value of which nothing is known. */
export const ANY: ValueType = [{ kind: 'any' }];
/** Any text. */
export const TEXT: ValueType = [{ kind: 'string' }];
/** Any number. */
export const NUMBER: ValueType = [{ kind: 'number' }];
/** True or false. */
export const BOOLEAN: ValueType = [{ kind: 'boolean' }];
/** Null, and nothing else. */
export const NULL: ValueType = [{ kind: 'null' }];

/** A list type. Pure. */
export function listOf(items: ValueType, min = 0): ValueType {
  return [{ kind: 'array', items: () => items, min }];
}

/** An object type whose fields are all there. `open` lets other fields through in silence. Pure. */
export function objectOf(
  fields: ReadonlyMap<string, ValueType>,
  options: { readonly open: boolean },
): ValueType {
  const rows = [...fields].map(([name, type]) => [name, { type: () => type, required: true }] as const);
  return [{ kind: 'object', fields: new Map(rows), rest: options.open ? () => ANY : 'closed' }];
}

/** Whether nothing can be said for certain about a value of this type. Pure. */
export function isUnclear(type: ValueType): boolean {
  return type.length === 0 || type.some(one => one.kind === 'any');
}

/** Whether the value may be null for all that is declared. Pure. */
export function mayBeNull(type: ValueType): boolean {
  return !isUnclear(type) && type.some(one => one.kind === 'null');
}

/** The type without null; all that is left of a type that is only null is null. Pure. */
export function withoutNull(type: ValueType): ValueType {
  const rest = type.filter(one => one.kind !== 'null');
  return rest.length === 0 ? type : rest;
}

/** One type or another; texts, numbers and booleans are put together. Pure. */
export function unionOf(types: readonly ValueType[]): ValueType {
  const found: Alternative[] = [];
  for (const one of types.flat()) {
    const twin = found.findIndex(other => other.kind === one.kind);
    const merged = twin === -1 ? undefined : mergeTwins(found[twin], one);
    if (merged) found[twin] = merged;
    else found.push(one);
  }
  return found.length > MOST_ALTERNATIVES ? ANY : found;
}

function mergeTwins(left: Alternative | undefined, right: Alternative): Alternative | undefined {
  if (left === undefined) return undefined;
  if (left === right || right.kind === 'any' || right.kind === 'null') return left;
  if (left.kind === 'string' && right.kind === 'string') {
    const values = bothValues(left.values, right.values);
    return values ? { kind: 'string', values } : { kind: 'string' };
  }
  if (left.kind === 'boolean' && right.kind === 'boolean') {
    const values = bothValues(left.values, right.values);
    return values ? { kind: 'boolean', values } : { kind: 'boolean' };
  }
  if (left.kind !== 'number' || right.kind !== 'number') return undefined;
  const values = bothValues(left.values, right.values);
  return values ? { kind: 'number', values } : { kind: 'number' };
}

function bothValues<T>(
  left: readonly T[] | undefined,
  right: readonly T[] | undefined,
): readonly T[] | undefined {
  return left && right && [...new Set([...left, ...right])];
}

const WORDS = {
  any: 'anything',
  null: 'empty',
  boolean: '`true` or `false`',
  number: 'a number',
  string: 'text',
  array: 'a list',
  object: 'an object',
} as const satisfies Record<Alternative['kind'], string>;

/** Says in words what a value may be: `text or a number`. Pure. */
export function describeType(type: ValueType): string {
  const words = [...new Set(type.map(one => WORDS[one.kind]))];
  return words.length === 0 ? 'nothing' : words.join(' or ');
}
