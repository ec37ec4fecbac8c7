import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonSchema } from '../../src/model/json.ts';
import {
  ANTHROPIC_STRICT,
  fitsStrict,
  OPENAI_STRICT,
  toolInputSchema,
} from '../../src/providers/strict-schema.ts';

const closed = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const text = { type: 'string' };

describe('a schema fits strict mode', () => {
  it.each<[string, JsonSchema, boolean, boolean]>([
    ['a closed object', closed({ a: text }), true, true],
    ['nested objects and lists', closed({ a: { type: 'array', items: closed({ b: text }) } }), true, true],
    ['a nullable object', closed({ a: { anyOf: [closed({ b: text }), { type: 'null' }] } }), true, true],
    ['an optional property', closed({ a: text, b: text }, ['a']), false, true],
    [
      'a deep optional property',
      closed({ a: { type: 'array', items: closed({ b: text }, []) } }),
      false,
      true,
    ],
    ['an open object', { type: 'object', properties: { a: text }, required: ['a'] }, false, false],
    ['a deep open object', closed({ a: { type: 'object', properties: {} } }), false, false],
    ['a nullable open object', closed({ a: { type: ['object', 'null'], properties: {} } }), false, false],
    [
      'an open object in $defs',
      { ...closed({ a: { $ref: '#/$defs/x' } }), $defs: { x: { type: 'object' } } },
      false,
      false,
    ],
    ['bounds on numbers', closed({ a: { type: 'integer', minimum: 1, maximum: 5 } }), true, false],
    ['a length', closed({ a: { type: 'string', minLength: 1 } }), false, false],
    ['a pattern', closed({ a: { type: 'string', pattern: '^a' } }), false, false],
    ['a local reference', { ...closed({ a: { $ref: '#/$defs/x' } }), $defs: { x: text } }, true, false],
    ['a foreign reference', closed({ a: { $ref: 'other.json' } }), false, false],
    ['a property named like a keyword', closed({ minLength: text, $ref: text }), true, true],
    ['anything', closed({ a: {} }), false, false],
    ['a schema that is true', closed({ a: true }), false, false],
    ['a choice at the root', { ...closed({ a: text }), anyOf: [closed({ a: text })] }, false, false],
    ['a list at the root', { type: 'array', items: text }, false, false],
    ['true at the root', true, false, false],
  ])('%s', (_name, schema, openai, anthropic) => {
    expect(fitsStrict(schema, OPENAI_STRICT)).toBe(openai);
    expect(fitsStrict(schema, ANTHROPIC_STRICT)).toBe(anthropic);
  });

  it('only up to ten levels', () => {
    const nested = (depth: number): JsonObject => closed({ a: depth === 0 ? text : nested(depth - 1) });
    expect(fitsStrict(nested(8), OPENAI_STRICT)).toBe(true);
    expect(fitsStrict(nested(5000), OPENAI_STRICT)).toBe(false);
  });
});

describe('the input schema of a tool', () => {
  it.each<[JsonSchema, JsonObject]>([
    [true, { type: 'object', properties: {} }],
    [{}, { type: 'object' }],
    [
      { $schema: 'x', $id: 'y', properties: { a: text } },
      { type: 'object', properties: { a: text } },
    ],
  ])('is an object on the wire: %j', (schema, expected) => {
    expect(toolInputSchema(schema)).toEqual(expected);
  });
});
