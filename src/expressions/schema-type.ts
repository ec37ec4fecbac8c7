import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import { meetTypes } from './meet-types.ts';
import { resolvePointer } from './resolve-pointer.ts';
import {
  type Alternative,
  ANY,
  type FieldType,
  type LazyType,
  unionOf,
  type ValueType,
} from './value-type.ts';

const DEEPEST = 24;
const MOST_SCHEMAS = 2000;

/**
 * Reads what a JSON Schema (draft 2020-12) lets through, as far as templates can see it: `type`, `enum`, `const`,
 * `properties`, `required`, `additionalProperties`, `items`, `prefixItems`, `minItems`, limits of numbers, `$ref` inside
 * the schema, `allOf`, `anyOf`, `oneOf`. Whatever else there is makes the type wider, never narrower, so that a mistake
 * found with it is one. A schema with `properties` and no `type` is taken for an object, one with `items` for a list.
 * Ends for schemas that refer to themselves. Pure.
 */
export function schemaType(schema: JsonSchema): ValueType {
  return readSchema(schema, startAt(schema));
}

interface Reading {
  readonly root: JsonValue;
  /** How many references and combinations stand around without a step into the value. */
  readonly depth: number;
  /** How many schemas may still be read: combinations of references can multiply. */
  readonly budget: { left: number };
}

function startAt(root: JsonValue): Reading {
  return { root, depth: 0, budget: { left: MOST_SCHEMAS } };
}

function readSchema(schema: JsonValue | undefined, reading: Reading): ValueType {
  reading.budget.left -= 1;
  if (!isObject(schema) || reading.depth > DEEPEST || reading.budget.left < 0) return ANY;
  const deeper: Reading = { ...reading, depth: reading.depth + 1 };
  let type = ownType(schema, reading.root);
  if (typeof schema.$ref === 'string') {
    type = meetTypes(type, readSchema(resolvePointer(schema.$ref, reading.root), deeper));
  }
  for (const part of listAt(schema, 'allOf')) type = meetTypes(type, readSchema(part, deeper));
  for (const keyword of ['anyOf', 'oneOf']) {
    const parts = listAt(schema, keyword);
    if (parts.length > 0) type = meetTypes(type, unionOf(parts.map(part => readSchema(part, deeper))));
  }
  if (WIDENING.some(keyword => Object.hasOwn(schema, keyword))) type = type.map(openObject);
  return schema.nullable === true ? unionOf([type, [{ kind: 'null' }]]) : type;
}

/** Keywords that may bring fields that are not listed. */
const WIDENING = ['if', 'dependentSchemas', '$dynamicRef', 'patternProperties', 'unevaluatedProperties'];

function openObject(one: Alternative): Alternative {
  return one.kind === 'object' && one.rest !== 'closed' ? { ...one, rest: () => ANY } : one;
}

function ownType(schema: JsonObject, root: JsonValue): ValueType {
  const kinds = kindsOf(schema);
  const literals = Object.hasOwn(schema, 'const') ? [schema.const] : schema.enum;
  if (Array.isArray(literals)) {
    const types = literals.map(literalType);
    const fitting = types.filter(([one]) => kinds === undefined || (one && kinds.includes(one.kind)));
    return fitting.length === 0 ? ANY : unionOf(fitting);
  }
  if (kinds === undefined || kinds.length === 0) return ANY;
  return kinds.map(kind => ofKind(kind, schema, root));
}

function kindsOf(schema: JsonObject): readonly Alternative['kind'][] | undefined {
  const { type } = schema;
  const written = Array.isArray(type) ? type : [type];
  const names = written.filter(name => typeof name === 'string');
  if (names.length > 0) {
    return [...new Set(names.map(name => KINDS.get(name) ?? 'any'))];
  }
  if (isObject(schema.properties)) return ['object'];
  if (isObject(schema.items) || Array.isArray(schema.prefixItems)) return ['array'];
  return undefined;
}

const KINDS = new Map<string, Alternative['kind']>([
  ['null', 'null'],
  ['boolean', 'boolean'],
  ['integer', 'number'],
  ['number', 'number'],
  ['string', 'string'],
  ['array', 'array'],
  ['object', 'object'],
]);

function ofKind(kind: Alternative['kind'], schema: JsonObject, root: JsonValue): Alternative {
  if (kind === 'object') return objectType(schema, root);
  if (kind === 'array') {
    const items = lazily(() => itemType(schema, root));
    return { kind, items, min: typeof schema.minItems === 'number' ? schema.minItems : 0 };
  }
  if (kind !== 'number') return { kind };
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const lower = [minimum, exclusiveMinimum].filter(limit => typeof limit === 'number');
  const upper = [maximum, exclusiveMaximum].filter(limit => typeof limit === 'number');
  return {
    kind,
    ...(lower.length === 0 ? {} : { min: Math.max(...lower) }),
    ...(upper.length === 0 ? {} : { max: Math.min(...upper) }),
  };
}

function itemType(schema: JsonObject, root: JsonValue): ValueType {
  const first = listAt(schema, 'prefixItems').map(item => readSchema(item, startAt(root)));
  if (schema.items === false && first.length > 0) return unionOf(first);
  return unionOf([...first, readSchema(schema.items, startAt(root))]);
}

function objectType(schema: JsonObject, root: JsonValue): Alternative {
  const required = new Set(listAt(schema, 'required').map(String));
  const declared = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  const fields = new Map(
    declared.map(([name, field]): [string, FieldType] => [name, fieldType(field, required.has(name), root)]),
  );
  for (const name of required) {
    if (!fields.has(name)) fields.set(name, { type: () => ANY, required: true, implied: true });
  }
  const others = schema.additionalProperties;
  if (others === false) return { kind: 'object', fields, rest: 'closed' };
  if (others === true || isObject(others)) {
    return { kind: 'object', fields, rest: lazily(() => readSchema(others, startAt(root))) };
  }
  return { kind: 'object', fields, rest: 'undeclared' };
}

function fieldType(field: JsonValue, required: boolean, root: JsonValue): FieldType {
  const type = lazily(() => readSchema(field, startAt(root)));
  const literals = isObject(field) ? (Object.hasOwn(field, 'const') ? [field.const] : field.enum) : undefined;
  const texts = Array.isArray(literals) ? literals.filter(literal => typeof literal === 'string') : [];
  const known = Array.isArray(literals) && texts.length === literals.length;
  return { type, required, ...(known ? { texts } : {}) };
}

/** The type that has one value only, where values of the kind can be told apart. Pure. */
export function literalType(value: JsonValue | undefined): ValueType {
  if (value === null) return [{ kind: 'null' }];
  if (typeof value === 'string') return [{ kind: 'string', values: [value] }];
  if (typeof value === 'number') return [{ kind: 'number', values: [value] }];
  if (typeof value === 'boolean') return [{ kind: 'boolean', values: [value] }];
  if (Array.isArray(value)) {
    return [{ kind: 'array', items: () => unionOf(value.map(literalType)), min: value.length }];
  }
  if (!isObject(value)) return ANY;
  const fields = Object.entries(value).map(([name, one]): [string, FieldType] => [
    name,
    { type: () => literalType(one), required: true },
  ]);
  return [{ kind: 'object', fields: new Map(fields), rest: 'closed' }];
}

function lazily(compute: LazyType): LazyType {
  let known: ValueType | undefined;
  return () => {
    known ??= compute();
    return known;
  };
}

function listAt(schema: JsonObject, keyword: string): readonly JsonValue[] {
  const value = schema[keyword];
  return Array.isArray(value) ? value : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
