import {
  type Alternative,
  ANY,
  type FieldType,
  type LazyType,
  type ObjectType,
  type ValueType,
} from './value-type.ts';

const MOST_PAIRS = 400;

/** What is of both types. Types that exclude each other give anything: about a contradiction nothing is said. Pure. */
export function meetTypes(left: ValueType, right: ValueType): ValueType {
  if (left.length * right.length > MOST_PAIRS) return ANY;
  const met = left.flatMap(one => right.flatMap(other => meetOne(one, other) ?? []));
  return met.length === 0 || met.length > 32 ? ANY : met;
}

function meetOne(left: Alternative, right: Alternative): Alternative | undefined {
  if (left.kind === 'any') return right;
  if (right.kind === 'any') return left;
  if (left.kind === 'string' && right.kind === 'string') return withValues(left, right);
  if (left.kind === 'boolean' && right.kind === 'boolean') return withValues(left, right);
  if (left.kind === 'number' && right.kind === 'number') {
    const narrowed = withValues(left, right);
    return narrowed && { ...left, ...right, ...narrowed };
  }
  if (left.kind === 'array' && right.kind === 'array') {
    const items: LazyType = () => meetTypes(left.items(), right.items());
    return { kind: 'array', items, min: Math.max(left.min, right.min) };
  }
  if (left.kind === 'object' && right.kind === 'object') return meetObjects(left, right);
  return left.kind === right.kind ? left : undefined;
}

function withValues<T, A extends { readonly values?: readonly T[] }>(left: A, right: A): A | undefined {
  if (left.values === undefined) return right;
  if (right.values === undefined) return left;
  const allowed = right.values;
  const values = left.values.filter(value => allowed.includes(value));
  return values.length === 0 ? undefined : { ...left, values };
}

function meetObjects(left: ObjectType, right: ObjectType): ObjectType | undefined {
  const fields = new Map(left.fields);
  for (const [name, field] of right.fields) {
    const own = fields.get(name);
    const both = own && meetFields(own, field);
    // Variants that are told apart by a constant field do not meet.
    if (own?.required === true && field.required && excludeEachOther(own, field)) return undefined;
    fields.set(name, both ?? field);
  }
  return { kind: 'object', fields, rest: meetRests(left.rest, right.rest) };
}

function meetFields(left: FieldType, right: FieldType): FieldType {
  const type: LazyType = () => meetTypes(left.type(), right.type());
  const texts = left.texts ?? right.texts;
  const implied = left.implied === true && right.implied === true;
  return { type, required: left.required || right.required, implied, ...(texts ? { texts } : {}) };
}

function excludeEachOther({ texts: left }: FieldType, { texts: right }: FieldType): boolean {
  return left !== undefined && right !== undefined && !left.some(text => right.includes(text));
}

function meetRests(left: ObjectType['rest'], right: ObjectType['rest']): ObjectType['rest'] {
  if (left === 'closed' || right === 'closed') return 'closed';
  if (left === 'undeclared') return right;
  return right === 'undeclared' ? left : () => meetTypes(left(), right());
}
