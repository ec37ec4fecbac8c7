import type { JsonObject, JsonValue } from '../model/json.ts';
import { asObject } from './lower-values.ts';
import { listWords } from './report.ts';
import { TYPE_WORDS } from './type-words.ts';

/** Says whether a value is text with Liquid in it, whose result is not known yet. Pure. */
export function isTemplated(value: JsonValue): boolean {
  return typeof value === 'string' && /\{\{|\{%/.test(value);
}

/**
 * Says how a literal does not fit a schema (`must be …`), or undefined when it fits as far as the common keywords tell:
 * type, enum, const, limits, items, properties and required. Values for which `unknown` holds fit. Pure.
 */
export function misfit(
  value: JsonValue,
  schema: JsonObject,
  unknown: (value: JsonValue) => boolean,
): string | undefined {
  if (unknown(value)) return undefined;
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter(
    type => typeof type === 'string',
  );
  if (types.length > 0 && !types.some(type => isOfType(value, type))) {
    return `must be ${types.map(type => TYPE_WORDS.get(type) ?? type).join(' or ')}, but this is ${show(value)}`;
  }
  const { enum: allowed } = schema;
  if (Array.isArray(allowed) && !allowed.some(one => sameLiteral(one, value))) {
    return `must be ${listWords(allowed.map(one => (typeof one === 'string' ? one : JSON.stringify(one))))}, but this is ${show(value)}`;
  }
  return outsideLimits(value, schema) ?? misfitInside(value, schema, unknown);
}

function isOfType(value: JsonValue, type: string): boolean {
  if (type === 'integer') return typeof value === 'number' && Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function sameLiteral(left: JsonValue, right: JsonValue): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function show(value: JsonValue): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? `the text \`${value.slice(0, 60)}\`` : `\`${String(value)}\``;
}

/** Keyword, what is measured, whether it holds, and the words for it. */
const LIMITS: readonly (readonly [string, (measure: number, limit: number) => boolean, string])[] = [
  ['minimum', (measure, limit) => measure >= limit, 'at least'],
  ['maximum', (measure, limit) => measure <= limit, 'at most'],
  ['exclusiveMinimum', (measure, limit) => measure > limit, 'above'],
  ['exclusiveMaximum', (measure, limit) => measure < limit, 'below'],
];
const SIZES: typeof LIMITS = [
  ['minLength', (measure, limit) => measure >= limit, 'at least'],
  ['maxLength', (measure, limit) => measure <= limit, 'at most'],
];
const COUNTS: typeof LIMITS = [
  ['minItems', (measure, limit) => measure >= limit, 'at least'],
  ['maxItems', (measure, limit) => measure <= limit, 'at most'],
];

function outsideLimits(value: JsonValue, schema: JsonObject): string | undefined {
  if (typeof value === 'number') return outside(value, schema, LIMITS, '');
  if (typeof value === 'string') return outside([...value].length, schema, SIZES, ' characters long');
  return Array.isArray(value) ? outside(value.length, schema, COUNTS, ' items long') : undefined;
}

function outside(measure: number, schema: JsonObject, rows: typeof LIMITS, unit: string): string | undefined {
  for (const [keyword, holds, words] of rows) {
    const limit = schema[keyword];
    if (typeof limit === 'number' && !holds(measure, limit))
      return `must be ${words} ${limit}${unit}, but this is ${measure}`;
  }
  return undefined;
}

function misfitInside(
  value: JsonValue,
  schema: JsonObject,
  unknown: (value: JsonValue) => boolean,
): string | undefined {
  if (Array.isArray(value)) {
    const inside = value
      .map(item => misfit(item, asObject(schema.items), unknown))
      .find(one => one !== undefined);
    return inside === undefined ? undefined : `has an item that ${inside}`;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = asObject(value);
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const missing = required.find(field => !Object.hasOwn(fields, field));
  if (missing !== undefined) return `needs the field \`${missing}\``;
  const properties = asObject(schema.properties);
  for (const [field, one] of Object.entries(fields)) {
    const inside = Object.hasOwn(properties, field)
      ? misfit(one, asObject(properties[field]), unknown)
      : undefined;
    if (inside !== undefined) return `has a field \`${field}\` that ${inside}`;
  }
  return undefined;
}
