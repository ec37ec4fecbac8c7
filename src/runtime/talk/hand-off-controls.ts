import { schemaProblems } from '../../expressions/validate-value.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../../model/json.ts';
import { BRIEF, describeHandOff } from '../../prompts/talk-hand-off.ts';
import type { Control } from '../turns/turn-loop-state.ts';

const PREFIX = 'hand_off_to_';

/**
 * The tools by which a speaker hands over, one for each whom it may hand over to; with a schema of replies the reply is
 * an argument too. A call ends the turn. Pure; equal arguments give the same schema object, which is compiled once.
 */
export function handOffControls(
  candidates: readonly string[],
  reply: JsonSchema | undefined,
): readonly Control[] {
  const inputSchema = schemaOf(reply);
  return candidates.map(name => ({
    spec: { name: `${PREFIX}${name}`, description: describeHandOff(name), inputSchema, readOnly: true },
    ends: true,
  }));
}

/** Whom a call of a hand-off tool hands over to. Pure. */
export function handOffTarget(tool: string): string {
  return tool.slice(PREFIX.length);
}

const BRIEF_SCHEMA = { type: 'string', pattern: '\\S', description: BRIEF } as const;
const TEXT_SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['brief'],
  properties: { brief: BRIEF_SCHEMA },
};
const typedSchemas = new WeakMap<object, JsonObject>();

function schemaOf(reply: JsonSchema | undefined): JsonObject {
  if (reply === undefined) return TEXT_SCHEMA;
  if (typeof reply === 'boolean') return withReply(reply, undefined);
  const known = typedSchemas.get(reply);
  if (known !== undefined) return known;
  const { $schema: _dialect, $id: _name, $defs, ...shape } = reply;
  const moved = withReply(moveSchema(shape) as JsonObject, $defs);
  // References that cannot be moved are rare; the reply is then held against its own schema alone.
  const schema = schemaProblems(moved).length === 0 ? moved : withReply(true, undefined);
  typedSchemas.set(reply, schema);
  return schema;
}

function withReply(reply: JsonSchema, definitions: JsonValue | undefined): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['reply', 'brief'],
    properties: { reply, brief: BRIEF_SCHEMA },
    ...(definitions === undefined ? {} : { $defs: moveNamed(definitions) }),
  };
}

const DATA_KEYS = new Set(['const', 'enum', 'default', 'examples']);
const NAMED_KEYS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** A schema as it stands below `properties.reply`: its `$defs` stay at the top, other references move with it. */
function moveSchema(schema: JsonValue): JsonValue {
  if (schema === null || typeof schema !== 'object') return schema;
  if (Array.isArray(schema)) return schema.map(moveSchema);
  return mapEntries(schema as JsonObject, (key, inside) => {
    if (DATA_KEYS.has(key)) return inside;
    if (key === '$ref' && typeof inside === 'string') return moveReference(inside);
    return NAMED_KEYS.has(key) ? moveNamed(inside) : moveSchema(inside);
  });
}

/** Schemas by names of the author's. */
function moveNamed(schemas: JsonValue): JsonValue {
  if (schemas === null || typeof schemas !== 'object' || Array.isArray(schemas)) return schemas;
  return mapEntries(schemas as JsonObject, (_name, schema) => moveSchema(schema));
}

function mapEntries(object: JsonObject, change: (key: string, inside: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, inside]) => [key, change(key, inside)]));
}

function moveReference(reference: string): string {
  const isPointer = reference === '#' || reference.startsWith('#/');
  if (!isPointer || reference.startsWith('#/$defs/')) return reference;
  return `#/properties/reply${reference.slice(1)}`;
}
