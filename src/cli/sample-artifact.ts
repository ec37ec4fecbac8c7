import { resolvePointer } from '../expressions/resolve-pointer.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';

const DEEPEST = 8;

/**
 * A value that shows what templates make of an artifact: every field of its schema is there, a list has one item, and a text
 * says where it stands, as `<collect.patch>`. A default, a constant or the first choice counts first. What no schema speaks
 * of is such a text. Pure.
 */
export function sampleArtifact(name: string, schema: JsonSchema | undefined): JsonValue {
  return sampleAt(schema, { place: name, root: schema ?? true, depth: 0 });
}

interface Place {
  readonly place: string;
  readonly root: JsonSchema;
  readonly depth: number;
}

function sampleAt(schema: JsonSchema | undefined, at: Place): JsonValue {
  if (schema === undefined || typeof schema === 'boolean' || at.depth > DEEPEST) return `<${at.place}>`;
  const { default: given, const: constant, enum: choices, examples } = schema;
  const fixed = [given, constant, first(choices), first(examples)].find(value => value !== undefined);
  if (fixed !== undefined) return fixed;
  const whole = followed(schema, at);
  const type = [whole.type ?? (whole.items === undefined ? 'object' : 'array')]
    .flat()
    .find(one => one !== 'null');
  switch (type) {
    case 'string':
      return `<${at.place}>`;
    case 'number':
    case 'integer':
      return typeof whole.minimum === 'number' ? whole.minimum : 1;
    case 'boolean':
      return true;
    case 'array':
      return [sampleAt(schemaOf(whole.items), { ...at, place: `${at.place}[0]`, depth: at.depth + 1 })];
    case 'object':
      return sampleFields(whole, at);
    default:
      return null;
  }
}

function sampleFields({ properties, type }: JsonObject, at: Place): JsonValue {
  const rows = Object.entries(asObject(properties));
  if (rows.length === 0 && type === undefined) return `<${at.place}>`;
  return Object.fromEntries(
    rows.map(([name, field]) => [
      name,
      sampleAt(schemaOf(field), { ...at, place: `${at.place}.${name}`, depth: at.depth + 1 }),
    ]),
  );
}

/** The schema with what it refers to, its `allOf` and the first of its alternatives put together. */
function followed(schema: JsonObject, at: Place): JsonObject {
  if (at.depth > DEEPEST) return schema;
  const reference = typeof schema.$ref === 'string' ? resolvePointer(schema.$ref, at.root) : undefined;
  const parts = [reference, ...list(schema.allOf), first(schema.anyOf), first(schema.oneOf)];
  const inner = { ...at, depth: at.depth + 1 };
  const found = parts.flatMap(part => (part === undefined ? [] : [followed(asObject(part), inner)]));
  const properties = Object.assign({}, ...[schema, ...found].map(one => asObject(one.properties)));
  return Object.assign({}, schema, ...found, { properties });
}

function schemaOf(value: JsonValue | undefined): JsonSchema | undefined {
  return typeof value === 'boolean' ? value : value === undefined ? undefined : asObject(value);
}

function asObject(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function first(value: JsonValue | undefined): JsonValue | undefined {
  return list(value)[0];
}
