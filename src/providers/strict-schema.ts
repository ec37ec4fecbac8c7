import type { JsonObject, JsonSchema } from '../model/json.ts';
import { isRecord } from './wire-value.ts';

/** What a provider demands of a schema before it enforces it while the model writes. */
export interface StrictRules {
  readonly keywords: ReadonlySet<string>;
  /** Every property must also be in `required`. */
  readonly allRequired: boolean;
  readonly maxDepth: number;
}

const SHAPE_KEYWORDS = [
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
  'title',
  'description',
];
const NUMBER_KEYWORDS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];

/** OpenAI's strict mode, with the keywords that are safe on every model of theirs. */
export const OPENAI_STRICT: StrictRules = {
  keywords: new Set([...SHAPE_KEYWORDS, ...NUMBER_KEYWORDS, 'minItems', 'maxItems', '$ref', '$defs']),
  allRequired: true,
  maxDepth: 10,
};

/** Anthropic's structured output: no bounds on numbers, texts or lists, and no references, which may recurse. */
export const ANTHROPIC_STRICT: StrictRules = {
  keywords: new Set([...SHAPE_KEYWORDS, 'default']),
  allRequired: false,
  maxDepth: 10,
};

/**
 * Whether a provider can enforce a schema as it is: an object at the root, every object closed with
 * `additionalProperties: false`, no schema that says nothing, only known keywords, references only inside the
 * document. Pure.
 */
export function fitsStrict(schema: JsonSchema, rules: StrictRules): boolean {
  if (!isObjectSchema(schema) || Object.hasOwn(schema, 'anyOf')) return false;
  return fits(schema, rules, 0);
}

/** Whether a schema demands a JSON object at its root, as providers want it for artifacts and tools. Pure. */
export function isObjectSchema(schema: JsonSchema): schema is JsonObject {
  return isRecord(schema) && schema.type === 'object';
}

/** The schema as providers want it: without `$schema` and `$id`, which strict modes refuse. Pure. */
export function wireSchema(schema: JsonObject): JsonObject {
  const { $schema: _dialect, $id: _id, ...rest } = schema;
  return rest;
}

/** The input schema of a tool as providers want it: an object at the root, whatever the tool said. Pure. */
export function toolInputSchema(schema: JsonSchema): JsonObject {
  if (!isRecord(schema)) return { type: 'object', properties: {} };
  return { ...wireSchema(schema), type: 'object' };
}

function fits(schema: unknown, rules: StrictRules, depth: number): boolean {
  if (!isRecord(schema) || depth > rules.maxDepth) return false;
  if (!Object.keys(schema).every(key => rules.keywords.has(key))) return false;
  if (!['type', 'anyOf', '$ref', 'enum', 'const'].some(key => Object.hasOwn(schema, key))) return false;
  const inner = depth + 1;
  return (
    referenceFits(schema.$ref) &&
    objectFits(schema, rules) &&
    each(schema.properties, child => fits(child, rules, inner)) &&
    each(schema.$defs, child => fits(child, rules, inner)) &&
    each(schema.anyOf, child => fits(child, rules, inner)) &&
    (schema.items === undefined || fits(schema.items, rules, inner))
  );
}

function referenceFits(reference: unknown): boolean {
  return reference === undefined || (typeof reference === 'string' && reference.startsWith('#'));
}

function objectFits(schema: { readonly [key: string]: unknown }, rules: StrictRules): boolean {
  const { type, properties, required } = schema;
  const mayBeObject = type === 'object' || (Array.isArray(type) && type.includes('object'));
  if (!mayBeObject && properties === undefined) return true;
  if (schema.additionalProperties !== false) return false;
  if (!rules.allRequired) return true;
  const names = Array.isArray(required) ? required : [];
  return isRecord(properties) && Object.keys(properties).every(name => names.includes(name));
}

function each(children: unknown, test: (child: unknown) => boolean): boolean {
  if (children === undefined) return true;
  return typeof children === 'object' && children !== null && Object.values(children).every(test);
}
