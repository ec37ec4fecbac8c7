import { describe, expect, it } from 'vitest';
import { describeProblems, schemaProblems, validateValue } from '../../src/expressions/validate-value.ts';
import type { JsonObject } from '../../src/model/json.ts';

const schema: JsonObject = {
  $id: 'https://example.test/finding',
  type: 'object',
  required: ['severity', 'line'],
  additionalProperties: false,
  properties: {
    severity: { enum: ['major', 'minor'] },
    line: { type: ['integer', 'null'] },
    id: { type: 'string', pattern: '^[a-z]+$' },
    more: { $ref: '#/$defs/list' },
  },
  $defs: { list: { type: 'array', items: { type: 'integer' }, maxItems: 1 } },
};

describe('validateValue', () => {
  it('accepts what fits, under boolean schemas too', () => {
    expect(validateValue(schema, { severity: 'major', line: null, more: [1] })).toEqual([]);
    expect(validateValue(true, [1])).toEqual([]);
    expect(validateValue(false, 1)).toHaveLength(1);
  });

  it('says what is missing, unexpected and allowed, so that a model can mend it', () => {
    const problems = validateValue(schema, { severity: 'huge', lines: 3, id: 'A1', more: [1, 'x'] });
    expect(problems).toEqual([
      { path: '', message: 'lacks the property `line`' },
      {
        path: '',
        message: 'has the unexpected property `lines`; allowed are `severity`, `line`, `id`, `more`',
      },
      { path: '/severity', message: 'must be one of "major", "minor"; found "huge"' },
      { path: '/id', message: 'must match the pattern `^[a-z]+$`; found "A1"' },
      { path: '/more', message: 'must NOT have more than 1 items; found a list of 2' },
      { path: '/more/1', message: 'must be integer; found "x"' },
    ]);
  });

  it('serves two schemas with the same $id', () => {
    const other: JsonObject = { $id: 'https://example.test/finding', type: 'string' };
    expect(validateValue(schema, { severity: 'minor', line: 1 })).toEqual([]);
    expect(validateValue(other, 'x')).toEqual([]);
    expect(validateValue(other, 1)).toHaveLength(1);
  });

  it('does not hold long text against a pattern', () => {
    expect(validateValue({ pattern: '^a+$' }, 'a'.repeat(20_000))).toHaveLength(1);
    expect(validateValue({ pattern: '^a+$' }, 'a'.repeat(10_000))).toEqual([]);
  });

  it('bounds what it says', () => {
    const list: JsonObject = { type: 'array', items: { type: 'integer' } };
    expect(
      validateValue(
        list,
        Array.from({ length: 5_000 }, () => 'x'),
      ),
    ).toHaveLength(100);
  });
});

describe('schemaProblems', () => {
  it.each([
    [{ type: 'objct' }, '/type must be one of'],
    [{ $ref: '#/$defs/none' }, '#/$defs/none'],
    [{ $ref: 'findings.schema.json' }, 'findings.schema.json'],
    [{ type: 'string', pattern: '(' }, 'Unterminated group'],
    [{ $schema: 'http://json-schema.org/draft-07/schema#' }, '2020-12'],
  ] satisfies [JsonObject, string][])('%j', (bad, message) => {
    expect(schemaProblems(bad).join('\n')).toContain(message);
  });

  it('accepts good schemas, foreign keywords and formats', () => {
    expect(schemaProblems(schema)).toEqual([]);
    expect(schemaProblems({ 'x-note': 1, format: 'date', deprecated: true })).toEqual([]);
    expect(schemaProblems(true)).toEqual([]);
  });
});

describe('describeProblems', () => {
  it('writes one line each and counts the rest', () => {
    const problems = [1, 2, 3].map(n => ({ path: n === 1 ? '' : `/${n}`, message: 'is wrong' }));
    expect(describeProblems(problems, 2)).toBe('the value is wrong\n`/2` is wrong\nand 1 more');
    expect(describeProblems([], 2)).toBe('');
  });
});

it('many schemas one after another are each held to their own words', () => {
  const schemas = Array.from({ length: 600 }, (_, index) => ({ enum: [index] }));
  for (const [index, schema] of schemas.entries()) {
    expect(validateValue(schema, index)).toEqual([]);
    expect(validateValue(schema, index + 1)).toHaveLength(1);
  }
  expect(validateValue(schemas[0] ?? {}, 0)).toEqual([]);
});

it('may refer to the whole of itself', () => {
  const tree = { type: 'object', properties: { next: { $ref: '#' } }, additionalProperties: false };
  expect(schemaProblems(tree)).toEqual([]);
  expect(validateValue(tree, { next: { next: {} } })).toEqual([]);
  expect(validateValue(tree, { next: { other: 1 } })).toHaveLength(1);
});
