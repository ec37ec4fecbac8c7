import { describe, expect, test } from 'vitest';
import { adoptSchema } from '../../src/expressions/adopt-schema.ts';
import { foreignProblems } from '../../src/expressions/foreign-problems.ts';
import { isQuickPattern } from '../../src/expressions/quick-pattern.ts';
import type { JsonSchema, JsonValue } from '../../src/model/json.ts';
import { fc } from '../laws.ts';

const DRAFT_7 = 'http://json-schema.org/draft-07/schema#';

function fits(schema: JsonSchema, value: JsonValue): boolean {
  return foreignProblems(schema, value).length === 0;
}

describe('a schema of a server', () => {
  test.each<[string, JsonSchema, JsonValue, JsonValue]>([
    ['of draft 7', { $schema: DRAFT_7, type: 'object', required: ['a'] }, { a: 1 }, {}],
    [
      'with a tuple of draft 7',
      { $schema: DRAFT_7, items: [{ type: 'string' }], additionalItems: false },
      ['a'],
      ['a', 'b'],
    ],
    [
      'with dependencies of draft 7',
      { $schema: DRAFT_7, dependencies: { a: ['b'], c: { required: ['d'] } } },
      { a: 1, b: 2 },
      { c: 1 },
    ],
    [
      'with definitions and an $id',
      {
        $id: 'https://example.org/x',
        definitions: { n: { type: 'integer' } },
        properties: { a: { $ref: 'https://example.org/x#/definitions/n' } },
      },
      { a: 1 },
      { a: 'x' },
    ],
    ['with formats and words that nobody knows', { type: 'string', format: 'wild', colour: 'red' }, 'a', 1],
    ['with nullable', { type: 'string', nullable: true }, null, 1],
    ['that would check later', { $async: true, type: 'string' }, 'a', 1],
    ['with an id of draft 4', { id: 'here', properties: { id: { type: 'string' } } }, { id: 'a' }, { id: 1 }],
    ['with a limit of draft 4', { type: 'number', minimum: 1, exclusiveMinimum: true }, 2, 0],
  ])('%s is held against values', (_what, schema, good, bad) => {
    expect(foreignProblems(schema, good)).toEqual([]);
    expect(fits(schema, bad)).toBe(false);
  });

  test.each<[string, JsonSchema, string]>([
    ['refers to another place', { $ref: 'https://example.org/y.json' }, 'not inside it'],
    ['refers to an anchor', { $ref: '#there' }, 'not inside it'],
    ['is of an unknown dialect', { $schema: 'https://example.org/own' }, 'dialect'],
    ['has a part that is no schema', { properties: { a: 'string' } }, 'neither a mapping'],
    ['has too many parts', { allOf: Array.from({ length: 6_000 }, () => ({})) }, 'more than 5000 parts'],
  ])('that %s is refused', (_what, schema, why) => {
    expect(adoptSchema(schema).problem).toContain(why);
    expect(foreignProblems(schema, {})).toHaveLength(1);
  });

  test('is refused when it is deep, without an overflow', () => {
    let deep: JsonSchema = {};
    for (let level = 0; level < 50_000; level += 1) deep = { not: deep };
    expect(adoptSchema(deep).problem).toContain('levels');
  });

  test('never loops: one that refers to itself at once, and one whose references multiply', () => {
    expect(fits({ $ref: '#' }, 1)).toBe(false);
    expect(fits({ anyOf: [{ $ref: '#' }, { type: 'string' }] }, 1)).toBe(false);
    const bomb = Object.fromEntries(
      Array.from({ length: 40 }, (_, level) => {
        const next = { $ref: `#/$defs/d${level + 1}` };
        return [`d${level}`, level === 39 ? {} : { anyOf: [next, next] }];
      }),
    );
    expect(fits({ $defs: bomb, $ref: '#/$defs/d0' }, 'a')).toBe(false);
  });

  test('may describe a tree of any depth', () => {
    const tree = { type: 'object', properties: { next: { $ref: '#' } }, additionalProperties: false };
    expect(fits(tree, { next: { next: { next: {} } } })).toBe(true);
    expect(fits(tree, { next: { next: { other: {} } } })).toBe(false);
  });

  test('loses patterns that can last for ever, and keeps simple ones', () => {
    expect(fits({ pattern: '^(a+)+$' }, `${'a'.repeat(40)}!`)).toBe(true);
    expect(fits({ pattern: '^[a-z]+$' }, 'A')).toBe(false);
    const named = { patternProperties: { '^(x+)+$': {} }, additionalProperties: false };
    expect(fits(named, { y: 1 })).toBe(true);
  });

  test('that is broken is a problem of the value, never a crash', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const keys = fc.constantFrom(
      'type',
      'items',
      '$ref',
      'allOf',
      'properties',
      'not',
      'enum',
      'required',
      'pattern',
    );
    const schemas = fc.dictionary(keys, fc.oneof(json, fc.constantFrom('#', '#/not', 'object', 'string')));
    fc.assert(
      fc.property(schemas, json, (schema, value) => {
        expect(Array.isArray(foreignProblems(schema as JsonSchema, value as JsonValue))).toBe(true);
      }),
    );
  });
});

describe('a pattern', () => {
  test.each(['^[a-z]+$', '^\\d{4}-\\d{2}$', '^(yes|no)$', 'a{3}b', '^[0-9a-f]{8}-[0-9a-f]{4}$', '\\p{L}+'])(
    '%j is quick',
    pattern => expect(isQuickPattern(pattern)).toBe(true),
  );
  test.each([
    '(a+)+',
    '(a|a)*',
    'a*a*',
    '(a{1,50}){1,50}',
    '(a)\\1',
    `${'a?'.repeat(30)}`,
    '(a|a)'.repeat(20),
    'a{0,9}'.repeat(9),
    '(',
    'a'.repeat(501),
  ])('%j is not', pattern => expect(isQuickPattern(pattern)).toBe(false));
});
