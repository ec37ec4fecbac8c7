import { describe, expect, test } from 'vitest';
import { templateBytes } from '../../src/compiler/plan-sizes.ts';
import { renderTemplate } from '../../src/expressions/template-evaluate.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { fc } from '../laws.ts';

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
const name = fc.constantFrom('a', 'b', 'c');
const read = fc.constantFrom('one', 'two', 'a', 'b', 'c');
const expression = fc
  .tuple(
    read,
    fc.constantFrom('', ' | json', ' | truncate_tokens: 9', ' | default: two', ' | default: b', ' | first'),
  )
  .map(([root, filter]) => `${root}${filter}`);
const output = expression.map(text => `{{ ${text} }}`);
const piece = fc.oneof(
  output,
  fc.constantFrom('plain ', '"\\', '\n', 'ü'),
  fc.tuple(name, expression).map(([to, from]) => `{% assign ${to} = ${from} %}`),
  fc
    .tuple(name, fc.constantFrom('5', 'true', 'nil', '"x"'))
    .map(([to, from]) => `{% assign ${to} = ${from} %}`),
  fc
    .tuple(name, fc.array(fc.oneof(output, fc.constant('<"')), { maxLength: 3 }))
    .map(([to, parts]) => `{% capture ${to} %}${parts.join('')}{% endcapture %}`),
  fc.tuple(read, output).map(([test_, text]) => `{% if ${test_} %}${text}{% else %}no{% endif %}`),
);
const START = '{% assign a = one %}{% assign b = two %}{% capture c %}{{ one }}{% endcapture %}';
const template = fc.array(piece, { maxLength: 12 }).map(parts => START + parts.join(''));
const scope = fc.record({
  one: fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 })),
  two: fc.oneof(fc.string(), fc.integer(), fc.record({ x: fc.string() })),
});

describe('the bound of a template that sets names of its own', () => {
  test('is never less than what it writes', () => {
    let bounded = 0;
    fc.assert(
      fc.property(template, scope, (source, values) => {
        const sizes = new Map(Object.entries(values).map(([key, value]) => [key, bytes(value)]));
        const bound = templateBytes(source, sizes);
        if (Number.isFinite(bound)) bounded += 1;
        const text = renderTemplate(source, values as JsonObject);
        expect(bytes(text)).toBeLessThanOrEqual(bound);
      }),
    );
    expect(bounded).toBeGreaterThan(50);
  });

  test('follows a name through others, and is not there for what nobody knows', () => {
    const sizes = new Map([['one', 1000]]);
    expect(templateBytes('{% assign a = one %}{% assign b = a %}{{ b }}', sizes)).toBeLessThan(20_000);
    expect(templateBytes('{% assign a = nil %}{{ a }}', sizes)).toBeLessThan(200);
    expect(templateBytes('{{ a }}', sizes)).toBe(Number.POSITIVE_INFINITY);
    expect(templateBytes('{% assign a = one | append: one %}{{ a }}', sizes)).toBe(Number.POSITIVE_INFINITY);
    expect(templateBytes('{% assign a = run.talks %}{{ a }}', sizes)).toBe(Number.POSITIVE_INFINITY);
    expect(templateBytes('{% for x in one %}{% assign a = one %}{% endfor %}{{ a }}', sizes)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
