import { describe, expect, it } from 'vitest';
import { checkTemplate } from '../../src/expressions/template-check.ts';
import { fc } from '../laws.ts';

const jinja: readonly (readonly [source: string, at: string, hint: string])[] = [
  ['{{ "a" if x else "b" }}', 'if', '{% if x %}a{% else %}b{% endif %}'],
  ['{% if 1 in xs %}y{% endif %}', 'in', 'contains'],
  ['{% if 1 not in xs %}y{% endif %}', 'not', 'not xs contains x'],
  ['{% if z is defined %}y{% endif %}', 'is', '{% if x %}'],
  ['{% for x in xs %}{{ loop.index }}{% endfor %}', 'loop.index', 'forloop.index'],
  ['{% for x in xs %}{{ loop.revindex0 }}{% endfor %}', 'loop.revindex0', 'forloop.rindex0'],
  ['{% assign l = [1,2] %}', '[1,2]', 'split'],
  ['{{ "abc"[1:] }}', '"abc"[1:]', 'slice'],
  ['{{ xs.ys[1:2] }}', 'xs.ys[1:2]', 'slice'],
  ['one\n{# note #} two', '{# note #}', '{% comment %}'],
  ['{% if a and b or c %}y{% endif %}', 'a and b or c', 'nested'],
  ['{% for x in xs if x.ok %}y{% endfor %}', '{% for x in xs if x.ok %}', 'inside the loop'],
  ['{% for x in xs | sort %}y{% endfor %}', '{% for x in xs | sort %}', 'assign'],
  ['{% set a = 1 %}', '{% set a = 1 %}', 'assign'],
  ['{% if a %}{% elif b %}{% endif %}', '{% elif b %}', 'elsif'],
];

describe('checkTemplate: paths', () => {
  it.each([
    [
      '{{ collect.patch }} {{ inputs["range"] }}',
      [
        ['collect', 'patch'],
        ['inputs', 'range'],
      ],
    ],
    ['{% for f in diff.files %}{{ f.path }}{{ forloop.index }}{% endfor %}', [['diff', 'files']]],
    ['{% assign x = a.b %}{{ x.c }}', [['a', 'b']]],
    ['{% capture x %}{{ a }}{% endcapture %}{{ x }}', [['a']]],
    ['{{ a[b.c].d }}', [['a'], ['b', 'c']]],
    ['{{ a.list[0].b }} {{ a.list[0].b }}', [['a', 'list', 0, 'b']]],
    ['{{ a | default: b.c }}', [['a'], ['b', 'c']]],
    ['{% for x in xs reversed limit: n %}{% endfor %}', [['xs'], ['n']]],
    ['{% raw %}{{ a }}{% endraw %}', []],
    ['plain { text }', []],
  ])('%s', (source, paths) => {
    expect(checkTemplate(source, 'text')).toMatchObject({ paths, problems: [] });
  });

  it('reads a condition without delimiters', () => {
    const check = checkTemplate('merge.verdict == "approve" and not n.m', 'condition');
    expect(check).toMatchObject({
      paths: [
        ['merge', 'verdict'],
        ['n', 'm'],
      ],
      problems: [],
    });
  });
});

describe('checkTemplate: problems', () => {
  it.each(jinja)('names the Liquid spelling of %s', (source, at, hint) => {
    const { problems } = checkTemplate(source, 'text');
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(problem?.code).toBe('template-jinja');
    expect(source.slice(problem?.offset, (problem?.offset ?? 0) + (problem?.length ?? 0))).toBe(at);
    expect(problem?.hint).toContain(hint);
  });

  it.each(['{{ x.upper() }}', '{{ a + b }}', '{{ a ~ b }}', '{{ a ? b : c }}', '{{ xs|join(", ") }}'])(
    'explains %s',
    source => {
      const [problem] = checkTemplate(source, 'text').problems;
      expect(problem?.code).toBe('template-jinja');
      expect(problem?.hint).toMatch(/^Liquid/);
    },
  );

  it('does not take the words of Jinja for variables', () => {
    expect(checkTemplate('{{ "a" if x else "b" }}', 'text').paths).toEqual([['x']]);
  });

  it('reports every unknown filter where it stands', () => {
    const source = '{{ a | nope }} {% if b | date: "%Y" %}{% endif %}';
    const { problems } = checkTemplate(source, 'text');
    expect(problems.map(({ code, offset, length }) => [code, source.slice(offset, offset + length)])).toEqual(
      [
        ['template-unknown-filter', 'nope'],
        ['template-unknown-filter', 'date'],
      ],
    );
    expect(problems[1]?.hint).toContain('clock');
  });

  it.each(['{{ a', '{% if a %}', '{{ }}', '{% endif %}', '{% if a == %}{% endif %}', '{% include "x" %}'])(
    'reports %s as syntax',
    source => {
      expect(checkTemplate(source, 'text').problems.map(problem => problem.code)).toEqual([
        'template-syntax',
      ]);
    },
  );

  it('leaves comments of Jinja alone inside raw, and a lone brace', () => {
    expect(checkTemplate('{% raw %}{# x #}{% endraw %} {#a', 'text').problems).toEqual([]);
  });

  it('says that a condition has no delimiters', () => {
    expect(checkTemplate('{{ a }}', 'condition').problems[0]?.hint).toContain('without `{{ }}`');
    expect(checkTemplate('a = b', 'condition').problems[0]?.hint).toContain('==');
    expect(checkTemplate('  ', 'condition').problems).toHaveLength(1);
  });

  it('survives nesting that no stack holds', () => {
    const source = '{% if a %}'.repeat(20_000);
    expect(checkTemplate(source, 'text').problems[0]?.code).toBe('template-syntax');
  });
});

describe('checkTemplate: laws', () => {
  const pieces = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{%',
      '%}',
      'if ',
      'for ',
      ' in ',
      'x',
      '.y',
      '[',
      ']',
      '"',
      "'",
      '|',
      ':',
      'endif',
      'endfor',
    ],
    ...[
      'assign ',
      '=',
      'and ',
      'or ',
      'not ',
      '(1..',
      ')',
      '#',
      '-',
      '\n',
      '1',
      'cycle ',
      'liquid\n',
      'case ',
      'when ',
    ],
    ...[
      'else',
      'raw',
      'endraw',
      'reversed',
      'limit:',
      'capture ',
      'tablerow ',
      'date',
      '__proto__',
      'loop.index',
    ],
  );
  const sources = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(pieces, { maxLength: 25 }).map(parts => parts.join('')),
  );

  it('never throws, and points into the source', () => {
    fc.assert(
      fc.property(sources, fc.constantFrom('text' as const, 'condition' as const), (source, mode) => {
        for (const problem of checkTemplate(source, mode).problems) {
          expect(problem.offset).toBeGreaterThanOrEqual(0);
          expect(problem.length).toBeGreaterThanOrEqual(0);
          expect(problem.offset + problem.length).toBeLessThanOrEqual(source.length);
          expect(problem.message).not.toBe('');
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
