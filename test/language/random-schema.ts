import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { fc } from '../laws.ts';

const FIELDS = ['a', 'b', 'c'] as const;

const inlineSchema: fc.Arbitrary<JsonObject> = fc.letrec<{ schema: JsonObject; object: JsonObject }>(tie => ({
  object: fc
    .record({
      fields: fc.subarray([...FIELDS], { minLength: 1 }),
      required: fc.oneof(fc.constant([...FIELDS]), fc.subarray([...FIELDS], { minLength: 1 })),
      types: fc.tuple(tie('schema'), tie('schema'), tie('schema')),
      closed: fc.boolean(),
    })
    .map(({ fields, required, types, closed }): JsonObject => {
      const rows = fields.map((name): [string, JsonValue] => [name, types[FIELDS.indexOf(name)] ?? true]);
      const known = required.filter(name => fields.includes(name));
      return {
        type: 'object',
        required: known,
        properties: Object.fromEntries(rows),
        ...(closed ? { additionalProperties: false } : {}),
      };
    }),
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema', withCrossShrink: true },
    fc.constantFrom<JsonObject>(
      { type: 'string' },
      { type: 'boolean' },
      { type: 'integer', minimum: 0, maximum: 9 },
      { enum: ['x', 'y'] },
      { type: ['string', 'null'] },
    ),
    tie('object'),
    fc
      .tuple(tie('schema'), fc.nat(1))
      .map(([items, minItems]): JsonObject => ({ type: 'array', items, minItems })),
    fc
      .tuple(tie('object'), tie('object'))
      .map(([one, two]): JsonObject => ({ oneOf: [tagged(one, 'x'), tagged(two, 'y')] })),
  ),
})).object;

/** Schemas of the subset that crews are written with, at most three levels deep. */
export const randomSchema: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 4, arbitrary: inlineSchema },
  { weight: 1, arbitrary: inlineSchema.map((it): JsonObject => ({ $ref: '#/$defs/it', $defs: { it } })) },
);

/** A variant that is told apart by the field `kind`. */
function tagged(object: JsonObject, kind: string): JsonObject {
  const properties = { ...(object.properties as JsonObject), kind: { const: kind } };
  return { ...object, properties, required: ['kind', ...((object.required as readonly string[]) ?? [])] };
}

/** Values that fit a schema of `randomSchema`; fields that may be absent sometimes are. */
export function randomValue(schema: JsonObject, root: JsonObject = schema): fc.Arbitrary<JsonValue> {
  if (typeof schema.$ref === 'string')
    return randomValue((schema.$defs as Record<string, JsonObject>).it ?? {}, schema);
  if (Array.isArray(schema.oneOf))
    return fc.oneof(...schema.oneOf.map(one => randomValue(one as JsonObject, root)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as JsonValue[]));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.type)) return fc.constantFrom<JsonValue>('text', null);
  switch (schema.type) {
    case 'string':
      return fc.constantFrom('', 'text', 'x');
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.nat(9);
    case 'array':
      return fc.array(randomValue(schema.items as JsonObject, root), {
        minLength: Number(schema.minItems),
        maxLength: 2,
      });
    default:
      return objectOf(schema, root);
  }
}

function objectOf(schema: JsonObject, root: JsonObject): fc.Arbitrary<JsonValue> {
  const fields = Object.entries(schema.properties as Record<string, JsonObject>);
  const required = schema.required as string[];
  const model = Object.fromEntries(fields.map(([name, one]) => [name, randomValue(one, root)]));
  return fc.record(model, { requiredKeys: required }).map(value => ({ ...value }));
}
