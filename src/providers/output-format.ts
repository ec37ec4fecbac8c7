import type { OutputRequest } from '../model/effect.ts';
import type { JsonObject } from '../model/json.ts';
import { fitsStrict, isObjectSchema, OPENAI_STRICT, wireSchema } from './strict-schema.ts';

/** OpenAI's `json_schema` format without its wrapping, which differs between its two interfaces. */
export interface JsonSchemaFormat {
  readonly name: string;
  readonly schema: JsonObject;
  readonly strict: boolean;
}

/**
 * The artifact as OpenAI's structured output: strict when the schema qualifies, else a hint to the model that the
 * caller checks. Undefined for a schema that is no object at its root, which OpenAI refuses. Pure.
 */
export function jsonSchemaFormat(output: OutputRequest): JsonSchemaFormat | undefined {
  if (!isObjectSchema(output.schema)) return undefined;
  const schema = wireSchema(output.schema);
  const name = output.name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'artifact';
  return { name, schema, strict: fitsStrict(schema, OPENAI_STRICT) };
}

/** Words that ask for an artifact where the provider has no form for its schema. Pure. */
export function outputInstruction(output: OutputRequest): string {
  return `Your final answer is one JSON value and nothing else. It fits this JSON Schema: ${JSON.stringify(output.schema)}`;
}
