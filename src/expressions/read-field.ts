import {
  type Alternative,
  ANY,
  isUnclear,
  NUMBER,
  type ObjectType,
  unionOf,
  type ValueType,
} from './value-type.ts';

/** What reading one field or item of a value gives. */
export interface FieldReading {
  readonly type: ValueType;
  /** No value of the type has the field: reading it fails, or is null where absence is allowed. */
  readonly missing: boolean;
  /** The type says nothing of the field, and does not close the door on it. */
  readonly undeclared: boolean;
  /** Some values of the type have it, others do not. */
  readonly optional: boolean;
  /** The fields that could be read instead. */
  readonly known: readonly string[];
}

type OneReading = { readonly type: ValueType; readonly optional: boolean } | 'missing' | 'undeclared';

/**
 * Reads a field, an index or one of Liquid's own (`size`, `first`, `last`) of every alternative of a type. Null is left
 * out: reading a field of null gives null. A type of which nothing is known gives anything in silence. Pure.
 */
export function readField(type: ValueType, key: string | number): FieldReading {
  const holders = type.filter(one => one.kind !== 'null');
  if (isUnclear(type) || holders.length === 0) return silent(ANY);
  const readings = holders.map(one => readOne(one, key));
  const found = readings.filter(reading => typeof reading === 'object');
  const known = [...new Set(holders.flatMap(knownFields))];
  if (found.length === 0) {
    const undeclared = readings.includes('undeclared');
    return { type: ANY, missing: true, undeclared, optional: false, known };
  }
  const optional = found.length < readings.length || found.some(reading => reading.optional);
  return { ...silent(unionOf(found.map(reading => reading.type))), optional, known };
}

/** What an index that is computed gives: an item, or anything. Pure. */
export function readComputed(type: ValueType): ValueType {
  if (isUnclear(type) || !type.every(one => one.kind === 'array')) return ANY;
  return unionOf(type.map(one => (one.kind === 'array' ? one.items() : ANY)));
}

function silent(type: ValueType): FieldReading {
  return { type, missing: false, undeclared: false, optional: false, known: [] };
}

function readOne(one: Alternative, key: string | number): OneReading {
  switch (one.kind) {
    case 'array':
      return readItem(one.items, one.min, key);
    case 'object':
      return readObject(one, String(key));
    case 'string':
      if (key === 'size' || key === 'length') return { type: NUMBER, optional: false };
      return typeof key === 'number' || /^\d+$/.test(key) ? { type: ANY, optional: false } : 'missing';
    case 'any':
      return { type: ANY, optional: false };
    default:
      return 'missing';
  }
}

function readItem(items: () => ValueType, min: number, key: string | number): OneReading {
  if (key === 'size' || key === 'length') return { type: NUMBER, optional: false };
  if (key === 'first' || key === 'last') return { type: items(), optional: min < 1 };
  const index = typeof key === 'number' || /^\d+$/.test(key) ? Number(key) : undefined;
  if (index === undefined) return 'missing';
  return { type: items(), optional: index < 0 ? min < -index : min <= index };
}

function readObject({ fields, rest }: ObjectType, key: string): OneReading {
  const field = fields.get(key);
  if (field) return { type: field.type(), optional: !field.required };
  if (key === 'size') return { type: NUMBER, optional: false };
  if (rest === 'closed') return 'missing';
  if (rest === 'undeclared') {
    const listed = [...fields.values()].some(one => one.implied !== true);
    return listed ? 'undeclared' : { type: ANY, optional: false };
  }
  const type = rest();
  return { type, optional: !isUnclear(type) };
}

function knownFields(one: Alternative): readonly string[] {
  if (one.kind === 'object') return [...one.fields.keys()];
  if (one.kind === 'array') return ['size', 'first', 'last'];
  return one.kind === 'string' ? ['size'] : [];
}
