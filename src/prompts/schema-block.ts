import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';

/** Keys of a schema that tell a model nothing about the value. */
const SILENT_KEYS = new Set(['$schema', '$id', '$comment']);

/** A JSON Schema as a model is shown it: indented JSON, without the keys that only name the schema itself. Pure. */
export function schemaBlock(schema: JsonSchema): string {
  const shown = isObject(schema)
    ? Object.fromEntries(Object.entries(schema).filter(([key]) => !SILENT_KEYS.has(key)))
    : schema;
  return `<schema>\n${JSON.stringify(shown, null, 2)}\n</schema>`;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
