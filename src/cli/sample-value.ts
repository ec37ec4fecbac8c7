import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';

/**
 * A value that fits a plain schema: its default, its constant or first choice, else the least of its type; of an object the
 * required fields and those with a default. Not meant for schemas with references or patterns. Pure.
 */
export function sampleOf(schema: JsonSchema): JsonValue {
  if (typeof schema === 'boolean') return {};
  const { default: given, const: constant, enum: choices, oneOf, minItems } = schema;
  const [first] = [given, constant, Array.isArray(choices) ? choices[0] : undefined].filter(
    value => value !== undefined,
  );
  if (first !== undefined) return first as JsonValue;
  if (Array.isArray(oneOf)) return sampleOf((oneOf[0] ?? {}) as JsonSchema);
  switch ([schema.type ?? 'object'].flat()[0]) {
    case 'string':
      return 'sample';
    case 'number':
    case 'integer':
      return typeof schema.minimum === 'number' ? schema.minimum : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: Number(minItems ?? 0) }, () =>
        sampleOf((schema.items ?? {}) as JsonSchema),
      );
    default:
      return sampleObject(schema);
  }
}

function sampleObject({ properties, required }: JsonObject): JsonObject {
  const needed = new Set(Array.isArray(required) ? required : []);
  const rows = Object.entries((properties ?? {}) as { readonly [name: string]: JsonSchema });
  const taken = rows.filter(([name, field]) => needed.has(name) || hasDefault(field));
  return Object.fromEntries(taken.map(([name, field]) => [name, sampleOf(field)]));
}

function hasDefault(schema: JsonSchema): boolean {
  return typeof schema === 'object' && schema.default !== undefined;
}
