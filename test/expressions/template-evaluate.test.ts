import { describe, expect, it } from 'vitest';
import {
  evaluateCondition,
  evaluateTemplate,
  renderTemplate,
} from '../../src/expressions/template-evaluate.ts';
import { CrewError } from '../../src/model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { fc } from '../laws.ts';

const scope: JsonObject = {
  inputs: { range: 'a..b', n: 3, none: null, on: false },
  collect: { files: [{ path: 'x.ts' }, { path: 'y.ts' }], patch: '+1' },
};

function failure(act: () => unknown): CrewError {
  try {
    act();
  } catch (error) {
    if (error instanceof CrewError) return error;
    throw error;
  }
  throw new Error('expected a failure');
}

describe('evaluateTemplate', () => {
  it.each([
    ['{{ collect }}', scope.collect],
    [' \n{{- collect.files -}} ', [{ path: 'x.ts' }, { path: 'y.ts' }]],
    ['{{ inputs.n }}', 3],
    ['{{ inputs.none }}', null],
    ['{{ inputs.on }}', false],
    ['{{ inputs.n | plus: 1 }}', 4],
    ['{{ collect.files | map: "path" }}', ['x.ts', 'y.ts']],
    ['{{ collect.files | json }}', '[{"path":"x.ts"},{"path":"y.ts"}]'],
    ['{{ collect.files.size }}', 2],
    ['{{ "}}" }}', '}}'],
    ['{{ (1..3) }}', [1, 2, 3]],
    ['{{ inputs.absent | default: "d" }}', 'd'],
    ['{% if inputs.absent %}y{% else %}n{% endif %}', 'n'],
    ['n = {{ inputs.n }}, none = {{ inputs.none }}.', 'n = 3, none = .'],
    ['{{ inputs.n }}{{ inputs.n }}', '33'],
    ['see {{ collect.files }}', 'see [{"path":"x.ts"},{"path":"y.ts"}]'],
    ['{% capture t %}{{ collect.files[0] }}{% endcapture %}[{{ t }}]', '[{"path":"x.ts"}]'],
    ['{{ collect.files[0] | append: "!" }}', '{"path":"x.ts"}!'],
    ['no template', 'no template'],
  ] satisfies [string, unknown][])('%s', (source, value) => {
    expect(evaluateTemplate(source, scope)).toEqual(value);
  });

  it('goes through lists and objects, and leaves keys alone', () => {
    const value: JsonValue = { '{{ k }}': ['{{ inputs.n }}', { a: 'v{{ inputs.n }}' }, 7, null, true] };
    expect(evaluateTemplate(value, scope)).toEqual({ '{{ k }}': [3, { a: 'v3' }, 7, null, true] });
  });

  it('never evaluates a value as a template', () => {
    const hostile = { a: { text: '{{ inputs.secret }}{% for x in (1..9) %}' }, inputs: { secret: 's' } };
    expect(evaluateTemplate('{{ a.text }}', hostile)).toBe(hostile.a.text);
    expect(evaluateTemplate('see {{ a }}', hostile)).toBe(`see ${JSON.stringify(hostile.a)}`);
  });

  it('renders a single value that is not text as JSON', () => {
    expect(renderTemplate('{{ collect.files }}', scope)).toBe('[{"path":"x.ts"},{"path":"y.ts"}]');
    expect(renderTemplate('{{ inputs.range }}', scope)).toBe('a..b');
    expect(renderTemplate('{{ inputs.none }}', scope)).toBe('null');
  });
});

describe('evaluateTemplate: failures', () => {
  it.each([
    ['{{ collect.pach }}', '`collect.pach` is not defined'],
    ['text {{ nobody }}', '`nobody` is not defined'],
    ['{{ toString }}', '`toString` is not defined'],
    ['{{ inputs.range.constructor }}', '`inputs.range.constructor` is not defined'],
    ['{{ inputs.n | nope }}', 'undefined filter: nope'],
    ['{{ "now" | date: "%s" }}', 'undefined filter: date'],
    ['{{ collect.files | sample }}', 'undefined filter: sample'],
    ['{% increment inputs %}', 'tag "increment" not found'],
    ['{% include "etc/passwd" %}', 'tag "include" not found'],
    ['{{ 1 | divided_by: 0 }}', 'not a finite number'],
    ['{{ (1..999999999) }}', 'memory'],
    ['{% for a in (1..9999) %}{% for b in (1..9999) %}{% endfor %}{% endfor %}', 'steps'],
    ['{{ inputs', 'not closed'],
  ])('%s', (source, message) => {
    const error = failure(() => evaluateTemplate(source, scope));
    expect(error.code).toBe('TEMPLATE_FAILED');
    expect(error.message).toContain(message);
    expect(error.message).toContain(source.slice(0, 20));
  });

  it('fails the same way twice: a template that does not parse is not kept', () => {
    const first = failure(() => evaluateTemplate('{{ a b', {})).message;
    expect(failure(() => evaluateTemplate('{{ a b', {})).message).toBe(first);
  });
});

describe('evaluateCondition', () => {
  it.each([
    ['inputs.n == 3 and inputs.range == "a..b"', true],
    ['inputs.n > 3', false],
    ['inputs.none', false],
    ['inputs.on', false],
    ['inputs.range', true],
    ['collect.files.size == 0', false],
    ['not inputs.on', true],
    ['inputs.absent | default: false', false],
    ['collect.patch contains "+"', true],
    ['inputs.none == nil', true],
    ['true', true],
  ])('%s', (source, holds) => {
    expect(evaluateCondition(source, scope)).toBe(holds);
  });

  it('fails on an absent variable, naming it', () => {
    const error = failure(() => evaluateCondition('collect.verdict == "x"', scope));
    expect(error.code).toBe('TEMPLATE_FAILED');
    expect(error.message).toContain('`collect.verdict` is not defined');
  });
});

describe('evaluateTemplate: laws', () => {
  const values = fc.jsonValue({ depthSize: 'small' }) as fc.Arbitrary<JsonValue>;

  it('gives back any value that is asked for alone, and changes nothing', () => {
    fc.assert(
      fc.property(values, value => {
        const given = { a: { value } } as JsonObject;
        const before = JSON.stringify(given);
        expect(JSON.stringify(evaluateTemplate('{{ a.value }}', given))).toBe(JSON.stringify(value));
        for (const filter of [
          'sort',
          'reverse',
          'uniq',
          'compact',
          'push: 1',
          'shift',
          'concat: a.list',
          'sort_natural',
        ]) {
          const source = `{% assign b = a.list | ${filter} %}{{ b }}`;
          const withList = { a: { list: [value, value, 'z', 'a'] } } as JsonObject;
          const listBefore = JSON.stringify(withList);
          attempt(() => evaluateTemplate(source, withList));
          expect(JSON.stringify(withList)).toBe(listBefore);
        }
        expect(JSON.stringify(given)).toBe(before);
      }),
    );
  });

  it('fails only with TEMPLATE_FAILED, and alike at every repetition', () => {
    const pieces = fc.constantFrom(
      ...[
        '{{ ',
        ' }}',
        '{% ',
        ' %}',
        'if a',
        'for x in a',
        'endif',
        'endfor',
        'a',
        '.b',
        '[0]',
        '[a]',
        ' | ',
      ],
      ...[
        'sort',
        'json',
        'first',
        'size',
        'default: 1',
        'split: ","',
        'join',
        'cycle a, 1',
        'assign x = a',
        'nil',
        '(1..a)',
      ],
    );
    const sources = fc.array(pieces, { maxLength: 14 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(sources, values, (source, a) => {
        const outcome = attempt(() => evaluateTemplate(source, { a }));
        expect(attempt(() => evaluateTemplate(source, { a }))).toEqual(outcome);
      }),
      { numRuns: 1_500 },
    );
  });
});

function attempt(act: () => JsonValue): unknown {
  try {
    return act();
  } catch (error) {
    expect(error).toBeInstanceOf(CrewError);
    return (error as CrewError).message;
  }
}
