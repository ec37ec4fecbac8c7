import { describe, expect, test } from 'vitest';
import { schemaType } from '../../src/expressions/schema-type.ts';
import { typeCondition, typeTemplate } from '../../src/expressions/template-types.ts';
import { joinFacts, pathKey } from '../../src/expressions/type-facts.ts';
import { describeType, type ValueType } from '../../src/expressions/value-type.ts';
import type { JsonObject } from '../../src/model/json.ts';

const REVIEW: JsonObject = {
  type: 'object',
  required: ['verdict', 'score', 'owner', 'points', 'tags', 'meta', 'shape', 'free', 'done', 'pair', 'base'],
  properties: {
    verdict: { enum: ['approve', 'revise'] },
    score: { type: 'number', minimum: 0, maximum: 1 },
    done: { type: 'boolean' },
    owner: { type: ['object', 'null'], required: ['name'], properties: { name: { type: 'string' } } },
    remark: { type: 'string' },
    points: { type: 'array', items: { $ref: '#/$defs/point' } },
    tags: { type: 'array', minItems: 1, items: { enum: ['red', 'green'] } },
    meta: { type: 'object', additionalProperties: { type: 'number' } },
    free: true,
    pair: {
      type: 'object',
      additionalProperties: false,
      required: ['a'],
      properties: { a: { type: 'string' } },
    },
    base: {
      allOf: [
        { $ref: '#/$defs/point' },
        { type: 'object', required: ['extra'], properties: { extra: { type: 'integer' } } },
      ],
    },
    shape: {
      oneOf: [
        {
          type: 'object',
          required: ['kind', 'side'],
          properties: { kind: { const: 'square' }, side: { type: 'number' } },
        },
        {
          type: 'object',
          required: ['kind', 'radius'],
          properties: { kind: { const: 'circle' }, radius: { type: 'number' } },
        },
      ],
    },
  },
  $defs: {
    point: {
      type: 'object',
      required: ['title', 'parts'],
      properties: {
        title: { type: 'string' },
        line: { type: 'integer' },
        parts: { type: 'array', items: { $ref: '#/$defs/point' } },
      },
    },
  },
};
const TYPES = new Map<string, ValueType>([
  ['r', schemaType(REVIEW)],
  ['text', schemaType({ type: 'string' })],
  ['open', schemaType({ type: 'object' })],
]);
const scope = { rootType: (name: string) => TYPES.get(name) };

function found(source: string): readonly string[] {
  return typeTemplate(source, scope).problems.map(
    one => `${one.code} ${source.slice(one.offset, one.offset + one.length)}`,
  );
}

describe('a template is silent about', () => {
  test.each([
    '{{ r.verdict }} {{ r.points.size }} {{ r.tags.first }} {{ r.tags[0] | upcase }}',
    '{{ r.free.anything.at.all[3].x }} {{ open.anything }} {{ unknown.thing }}',
    '{% for p in r.points %}{{ forloop.index }} {{ p.title }}{% for q in p.parts %}{{ q.title }}{% endfor %}{% endfor %}',
    '{% if r.remark %}{{ r.remark }}{% endif %}',
    '{{ r.remark | default: "none" }}',
    '{% if r.owner %}{{ r.owner.name }}{% else %}nobody{% endif %}',
    '{% unless r.owner == nil %}{{ r.owner.name }}{% endunless %}',
    '{% if r.owner == nil %}{% elsif r.done %}{{ r.owner.name }}{% endif %}',
    '{% if r.points.size > 0 %}{{ r.points.first.title }}{{ r.points[0].title }}{% endif %}',
    '{% if r.points != empty %}{{ r.points.last.title }}{% endif %}',
    '{% if r.shape.kind == "circle" %}{{ r.shape.radius }}{% else %}{{ r.shape.side }}{% endif %}',
    '{% case r.shape.kind %}{% when "circle" %}{{ r.shape.radius }}{% when "square" %}{{ r.shape.side }}{% endcase %}',
    '{% assign first = r.points | first %}{% if first %}{{ first.title }}{% endif %}',
    '{% assign list = r.points | where: "title", "x" | map: "title" %}{% for t in list %}{{ t.size }}{% endfor %}',
    '{% capture all %}{{ r.score }}{% endcapture %}{{ all.size }} {{ all | split: "," | first }}',
    '{% if r.verdict == "approve" and r.score >= 0.5 %}ok{% endif %}',
    '{% if r.tags contains "red" %}x{% endif %} {% if text contains "x" %}y{% endif %}',
    '{{ r.owner | json }} {{ r.points | map: "line" | compact | join: ", " }}',
    '{{ r.base.title }} {{ r.base.extra }}',
    '{% for pair in r.meta %}{{ pair[0] }}: {{ pair[1] }}{% endfor %}',
    '{% if r.remark %}{% assign x = r.remark %}{% else %}{% assign x = "" %}{% endif %}{{ x }}',
    '{% for i in (1..3) %}{{ i | plus: 1 }}{% endfor %} {{ r.points | size | times: 2 }}',
    '{% assign n = 0 %}{% for p in r.points %}{% assign n = n | plus: 1 %}{% endfor %}{{ n }}',
    '{% if r.score > "0.7" %}high{% endif %}',
    '{% if r.remark == "x" or r.remark == "y" %}{{ r.remark }}{% endif %}',
    '{{ r.pair.b',
  ])('%s', source => {
    expect(found(source)).toEqual([]);
  });
});

describe('a template is told about', () => {
  test.each([
    ['{{ r.verdit }}', ['unknown-field verdit']],
    ['{{ text.title }}', ['unknown-field title']],
    ['{{ r.score.value }}', ['unknown-field value']],
    ['{{ r.pair.b | default: "" }}', ['unknown-field b']],
    ['{% if r.verdit == "approve" %}x{% endif %}', ['unknown-field verdit']],
    ['{% for p in r.points %}{{ p.titel }}{% endfor %}', ['unknown-field titel']],
    [
      '{% for p in r.points %}{% for q in p.parts %}{{ q.parts[0].name }}{% endfor %}{% endfor %}',
      ['optional-field 0', 'unknown-field name'],
    ],
    ['{% assign p = r.points | first %}{{ p.titel }}', ['nullable-field p', 'unknown-field titel']],
    ['{{ r.points | map: "titel" | join: ", " }}', ['unknown-field titel']],
    ['{{ r.points | where: "line", 3 | size }}', ['optional-field line']],
    ['{{ r.remark }}', ['optional-field remark']],
    ['{{ r.remark }} {{ r.remark }}', ['optional-field remark']],
    ['{% if r.remark %}x{% else %}{{ r.remark }}{% endif %}', ['optional-field remark']],
    ['{{ r.points[0].title }}', ['optional-field 0']],
    ['{{ r.points.first.title }}', ['optional-field first']],
    ['{{ r.meta.total }}', ['optional-field total']],
    ['{{ r.owner.name }}', ['nullable-field owner']],
    ['text {{ r.owner }}', ['nullable-field owner']],
    ['{{ r.shape.radius }}', ['optional-field radius']],
    ['{% if r.shape.kind == "circle" %}{{ r.shape.side }}{% endif %}', ['unknown-field side']],
    ['{% for x in r.verdict %}{{ x }}{% endfor %}', ['not-a-list r.verdict']],
    ['{% for x in r.score %}{{ x }}{% endfor %}', ['not-a-list r.score']],
    ['{{ text | map: "a" }}', ['not-a-list map']],
    ['{% if r.verdict == "aprove" %}x{% endif %}', ['impossible-value "aprove"']],
    ['{% if "aprove" == r.verdict %}x{% endif %}', ['impossible-value "aprove"']],
    ['{% if r.score == 3 %}x{% endif %}', ['impossible-value 3']],
    ['{% if r.tags contains "blue" %}x{% endif %}', ['impossible-value "blue"']],
    ['{% for t in r.tags %}{% if t == "blue" %}x{% endif %}{% endfor %}', ['impossible-value "blue"']],
    ['{% case r.verdict %}{% when "ok" %}x{% endcase %}', ['impossible-value "ok"']],
    ['{% if r.score == "high" %}x{% endif %}', ['incompatible-comparison "high"']],
    ['{% if r.score > "high" %}x{% endif %}', ['incompatible-comparison "high"']],
    ['{% if r.done == "true" %}x{% endif %}', ['incompatible-comparison "true"']],
    ['{% if r.points > 3 %}x{% endif %}', ['incompatible-comparison 3']],
    ['{% if r.pair contains "a" %}x{% endif %}', ['incompatible-comparison "a"']],
    ['{% assign r = 1 %}{{ r }}', ['shadowed-variable r']],
    ['{% for text in r.points %}{{ text.title }}{% endfor %}', ['shadowed-variable text']],
    ['{% if r.done %}{% assign x = 1 %}{% endif %}{{ x }}', ['unassigned-variable x']],
    ['{{ forloop.index }} {% for p in r.points %}{{ forloop.indx }}{% endfor %}', ['unknown-field indx']],
    ['{{ r.base.titel }}', ['unknown-field titel']],
    ['{{ r.free[r.verdit] }}', ['unknown-field verdit']],
    ['{{ r.free | append: r.verdit }}', ['unknown-field verdit']],
    ['{% cycle r.verdit, "b" %}', ['unknown-field verdit']],
    ['{% for p in r.points limit: r.limit %}{{ p.title }}{% endfor %}', ['unknown-field limit']],
    ['{% liquid\n assign a = r.verdit\n echo a\n%}', ['unknown-field verdit']],
  ])('%s', (source, expected) => {
    expect(found(source)).toEqual(expected);
  });
});

test.each([
  ['{{ r.points }}', 'a list'],
  ['{{ r.points | size }}', 'a number'],
  ['{{ r.points | json }}', 'text'],
  ['{{ r.points | first }}', 'an object or empty'],
  ['{{ r.tags | first }}', 'text or empty'],
  ['{{ r.owner | default: "x" }}', 'an object or text'],
  ['{{ r.points | map: "line" | first }}', 'a number or empty'],
  ['{{ text | split: "," }}', 'a list'],
  ['{{ text | slice: 0, 2 }}', 'text'],
  ['{{ r.points | slice: 0, 2 }}', 'a list'],
  ['{{ r.verdict == "approve" }}', '`true` or `false`'],
  ['a {{ r.points }}', 'text'],
  ['{{ r.free }}', 'anything'],
])('%s gives %s', (source, words) => {
  expect(describeType(typeTemplate(source, scope).type)).toBe(words);
});

describe('a condition', () => {
  const after = (earlier: string, later: string): boolean | undefined => {
    const facts = typeCondition(earlier, scope).whenFalse;
    return typeCondition(later, { ...scope, facts }).outcome;
  };

  test.each([
    ['r.verdict == "approve"', 'r.verdict == "approve" and r.done', false],
    ['r.done', 'r.done and r.score > 0.5', false],
    ['r.score > 0.3', 'r.score > 0.5', false],
    ['r.score >= 0.3', 'r.score == 0.2', undefined],
    ['r.score > 0.5', 'r.score > 0.3', undefined],
    ['r.verdict == "approve" or r.done', 'r.done', false],
    ['r.verdict == "approve" and r.done', 'r.done', undefined],
    ['r.verdict == "approve"', 'r.verdict == "revise"', undefined],
    ['r.verdict == "approve"', 'r.verdict != "revise"', undefined],
    ['not r.done', 'not r.done', false],
    ['open.a == open.b', 'open.a == open.b', undefined],
  ])('after %s did not hold, %s ends as %s', (earlier, later, outcome) => {
    expect(after(earlier, later)).toBe(outcome);
  });

  test('fails where an optional field is absent, so that is said, and once', () => {
    const { problems, whenTrue } = typeCondition('r.remark == "x"', scope);
    expect(problems.map(one => one.code)).toEqual(['optional-field']);
    expect(typeTemplate('{{ r.remark }}', { ...scope, facts: whenTrue }).problems).toEqual([]);
  });

  test('settles what is there', () => {
    const { whenTrue, whenFalse } = typeCondition('r.owner', scope);
    expect(typeTemplate('{{ r.owner.name }}', { ...scope, facts: whenTrue }).problems).toEqual([]);
    expect(typeTemplate('{{ r.owner.name }}', { ...scope, facts: whenFalse }).problems).toHaveLength(1);
    expect(joinFacts(whenFalse, whenTrue).get(pathKey(['r', 'owner']))).toMatchObject({ present: true });
  });
});

test.each<[string, JsonObject]>([
  ['refers to itself', { $ref: '#' }],
  [
    'refers to itself in turns',
    {
      $ref: '#/$defs/a',
      $defs: { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { anyOf: [{ $ref: '#/$defs/a' }] } },
    },
  ],
  ['multiplies itself', { anyOf: [{ $ref: '#' }, { $ref: '#' }, { $ref: '#' }] }],
  [
    'has a field that needs itself',
    {
      type: 'object',
      required: ['a'],
      properties: { a: { $ref: '#' } },
      allOf: [{ required: ['a'], properties: { a: { $ref: '#' } } }],
    },
  ],
  ['refers to nothing', { $ref: '#/$defs/none' }],
  ['contradicts itself', { type: 'string', allOf: [{ type: 'number' }] }],
])('a schema that %s ends, and nothing false is said', (_what, schema) => {
  const types = schemaType(schema);
  const { problems } = typeTemplate('{{ x.a.a.a.a.a }}', { rootType: () => types });
  expect(problems.filter(one => one.code === 'unknown-field')).toEqual([]);
});
