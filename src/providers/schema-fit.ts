import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';

/** How deep schemas and values are followed; beyond it everything is taken to fit. */
const MAX_DEPTH = 24;
const MAX_REFS = 16;

/**
 * Follows local `$ref`s (`#/$defs/x`) of a schema within `root`. What cannot be resolved accepts everything.
 * Pure.
 */
export function resolveSchema(schema: JsonValue | undefined, root: JsonSchema): JsonObject {
  let current = schema;
  for (let count = 0; count < MAX_REFS; count += 1) {
    if (!isObject(current)) return current === false ? { enum: [] } : {};
    const reference = current.$ref;
    if (typeof reference !== 'string') return current;
    const { $ref: _reference, ...beside } = current;
    const target = referenced(reference, root);
    current = isObject(target) ? { ...target, ...beside } : beside;
  }
  return {};
}

function referenced(reference: string, root: JsonSchema): JsonValue | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  let current: JsonValue | undefined = root;
  for (const part of reference.split('/').slice(1)) {
    const key = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
    current = isObject(current) ? ownValue(current, key) : undefined;
  }
  return current;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray percent sign: the key is meant as it is written.
    return part;
  }
}

/**
 * Whether a value has the shape of a schema: type, enum, const, items, properties, required, alternatives, lengths.
 * A rough check for picking values; the artifact is validated in full elsewhere. Pure.
 */
export function fitsSchema(
  value: JsonValue,
  schema: JsonValue | undefined,
  root: JsonSchema,
  depth = 0,
): boolean {
  if (depth > MAX_DEPTH) return true;
  const resolved = resolveSchema(schema, root);
  if (!fitsType(value, schemaTypes(resolved))) return false;
  if (isList(resolved.enum) && !resolved.enum.some(each => sameValue(each, value))) return false;
  if (resolved.const !== undefined && !sameValue(resolved.const, value)) return false;
  const fits = (each: JsonValue) => fitsSchema(value, each, root, depth + 1);
  if (isList(resolved.allOf) && !resolved.allOf.every(fits)) return false;
  for (const alternatives of [resolved.anyOf, resolved.oneOf]) {
    if (isList(alternatives) && !alternatives.some(fits)) return false;
  }
  if (typeof value === 'string') return inRange(value.length, resolved.minLength, resolved.maxLength);
  if (typeof value === 'number') return inRange(value, resolved.minimum, resolved.maximum);
  if (isList(value)) {
    if (!inRange(value.length, resolved.minItems, resolved.maxItems)) return false;
    return value.every(item => fitsSchema(item, resolved.items, root, depth + 1));
  }
  return isObject(value) ? fitsObject(value, resolved, root, depth) : true;
}

function fitsObject(value: JsonObject, schema: JsonObject, root: JsonSchema, depth: number): boolean {
  if (requiredNames(schema).some(name => !Object.hasOwn(value, name))) return false;
  const properties = propertySchemas(schema);
  return Object.entries(value).every(([name, item]) => {
    const property = ownValue(properties, name);
    if (property !== undefined) return fitsSchema(item, property, root, depth + 1);
    return schema.additionalProperties !== false;
  });
}

/** The types that a schema names; empty when it names none. Pure. */
export function schemaTypes(schema: JsonObject): readonly string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  return isList(type) ? type.filter(each => typeof each === 'string') : [];
}

/** The properties of an object schema by name. Pure. */
export function propertySchemas(schema: JsonObject): JsonObject {
  return isObject(schema.properties) ? schema.properties : {};
}

/** The required names of an object schema. Pure. */
export function requiredNames(schema: JsonObject): readonly string[] {
  return isList(schema.required) ? schema.required.filter(each => typeof each === 'string') : [];
}

/** An own property, or undefined; safe for keys such as `__proto__`. Pure. */
export function ownValue(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether a value is a JSON object: neither null nor a list. Pure. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON list. Pure. */
export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Equal as JSON, whatever the order of keys. Pure. */
function sameValue(left: JsonValue, right: JsonValue): boolean {
  return left === right || canonicalJson(left) === canonicalJson(right);
}

/** JSON text with sorted keys, as an identity of a value. Pure. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, (_key, item: JsonValue) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

function fitsType(value: JsonValue, types: readonly string[]): boolean {
  if (types.length === 0) return true;
  if (value === null) return types.includes('null');
  if (isList(value)) return types.includes('array');
  if (typeof value === 'number' && Number.isInteger(value) && types.includes('integer')) return true;
  return types.includes(typeof value);
}

function inRange(size: number, least: JsonValue | undefined, most: JsonValue | undefined): boolean {
  return (typeof least !== 'number' || size >= least) && (typeof most !== 'number' || size <= most);
}
