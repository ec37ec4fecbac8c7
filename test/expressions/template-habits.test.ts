import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkTemplate } from '../../src/expressions/template-check.ts';
import { readPromptFile } from '../../src/language/read-prompt-file.ts';

/** What Liquid takes in silence for something else: the template, the stretch that is pointed at, and what to write. */
const SILENT: readonly (readonly [template: string, at: string, hint: string])[] = [
  ['{{ "a" if x else "b" }}', 'if', '{% if x %}a{% else %}b{% endif %}'],
  ['{% assign y = "a" if x else "b" %}', 'if', '{% if x %}a{% else %}b{% endif %}'],
  ['{% if 1 in xs %}y{% endif %}', 'in', 'xs contains x'],
  ['{% if 1 not in xs %}y{% endif %}', 'not', 'not xs contains x'],
  ['{% if z is defined %}y{% endif %}', 'is', '{% if x %}'],
  ['{% if z is not defined %}y{% endif %}', 'is', '{% if x %}'],
  ['{% unless z is none %}y{% endunless %}', 'is', 'x == nil'],
  ['{% if z == None %}y{% endif %}', 'None', '`nil`'],
  ['{% if z == True %}y{% endif %}', 'True', '`true`'],
  ['{% assign z = False %}{{ z }}', 'False', '`false`'],
  ['{% for x in xs %}{{ loop.index }}{% endfor %}', 'loop.index', 'forloop.index'],
  ['{% for x in xs %}{% if loop.last %}.{% endif %}{% endfor %}', 'loop.last', 'forloop.last'],
  ['{% for x in xs %}{{ x | append: loop.index0 }}{% endfor %}', 'loop.index0', 'forloop.index0'],
  ['{% assign l = [1,2] %}{{ l }}', '[1,2]', 'split'],
  ['{% assign l = [] %}{{ l }}', '[]', 'split'],
  ['{% for x in [1,2] %}{{ x }}{% endfor %}', '[1,2]', 'split'],
  ['{{ "abc"[1:] }}', '"abc"[1:]', '| slice: start, length'],
  ['{{ xs[:2] }}', 'xs[:2]', '| slice: start, length'],
  ['{{ xs.ys[-1:] | json }}', 'xs.ys[-1:]', '| slice: start, length'],
  ['one {# two #} three', '{# two #}', '{% comment %}'],
  ['{#- one\ntwo -#}', '{#- one\ntwo -#}', '{% comment %}'],
  ['{# {"a": 1} #}', '{# {"a": 1} #}', '{% comment %}'],
  ['a {# {{ old }} #} b', '{# {{ old }} #}', '{% comment %}'],
  ['{% if false and true or true %}y{% endif %}', 'false and true or true', 'nested `{% if %}`'],
  ['{% if a or b and not c %}y{% endif %}', 'a or b and not c', 'nested `{% if %}`'],
  ['{% for x in xs if x.ok %}y{% endfor %}', '{% for x in xs if x.ok %}', 'inside the loop'],
  ['{% tablerow x in xs if x.ok %}y{% endtablerow %}', '{% tablerow x in xs if x.ok %}', 'inside the loop'],
  ['{{ a - b }}', '-', '| minus: x'],
  ['{% for i in range(5) %}x{% endfor %}', '{% for i in range(5) %}', '{% for i in (0..4) %}'],
  ['{% for i in range(2, n) %}x{% endfor %}', '{% for i in range(2, n) %}', '{% for i in (a..b) %}'],
  ['{% for i in range(2, 5) %}x{% endfor %}', '{% for i in range(2, 5) %}', '{% for i in (2..4) %}'],
  ['Hi {{ inputs.event or "you" }}', 'inputs.event or "you"', '| default: "you"'],
  ['{{ x or "y" }}', 'x or "y"', '| default: "y"'],
  ['{{ x or 5 | json }}', 'x or 5', '| default: 5'],
  ['Hi {{ nick or name }}', 'nick or name', '| default: name'],
  ['{% echo x or "y" %}', 'x or "y"', '| default: "y"'],
  ['{{ x and "y" }}', 'x and "y"', '{% if x %}{{ "y" }}{% endif %}'],
  ['{% assign x = inputs.event or "b" %}', 'inputs.event or "b"', '| default: "b"'],
  ['{% if z %}Hi {{ z and w }}{% endif %}', 'z and w', '{% if z %}{{ w }}{% endif %}'],
];

/** What Liquid refuses by itself, in words that say what to write. */
const REFUSED: readonly (readonly [template: string, hint: string])[] = [
  ['{% set x = 1 %}', 'assign'],
  ['{% macro m() %}{% endmacro %}', 'no macros'],
  ['{{ xs | map(attribute="x") }}', '`| map: "field"`'],
  ['{{ xs | selectattr("ok") | list }}', '`| where: "field", value`'],
  ['{{ xs | join(sep=", ") }}', 'after a colon'],
  ['{{#if x}}y{{/if}}', '`{% if x %}…{% endif %}` and `{% for x in xs %}…{% endfor %}`'],
  ['y{{/each}}', '`{% if x %}…{% endif %}` and `{% for x in xs %}…{% endfor %}`'],
  ['{{{ x }}}', 'two braces'],
  ['{{> x}}', '`{% render "x" %}`'],
  ['{% extends "x" %}', 'a prompt file `{% render "name" %}`'],
  ['{% from "x" import y %}', 'a prompt file `{% render "name" %}`'],
  ['{% with x = 1 %}{% endwith %}', 'assign'],
  ['{% filter upper %}x{% endfilter %}', 'capture'],
  ['{% autoescape true %}{% endautoescape %}', 'never escaped'],
  ['{{ x|default("y") }}', 'after a colon'],
  ['{{ x | default: y if z }}', '{% if x %}a{% else %}b{% endif %}'],
  ['{{ a + b }}', '| plus: x'],
  ['{{ a ~ b }}', '| append: x'],
  ['{{ a * b }}', '| times: x'],
  ['{{ a ? b : c }}', '{% if x %}a{% else %}b{% endif %}'],
  ['{{ {"a":1} }}', 'no object literals'],
  ['{{ x.upper() }}', 'calls no methods'],
  ['{{ f(x) }}', 'calls no functions'],
  ['{% if (a or b) and c %}{% endif %}', 'no parentheses'],
  ['{% for k, v in d %}{% endfor %}', 'pair[0]'],
  ['{% if a %}{% elif b %}{% endif %}', 'elsif'],
  ['{% if a && b %}{% endif %}', '`and`'],
];

/** What means the same in both. */
const SHARED: readonly string[] = [
  '{% if not a %}y{% endif %}',
  '{% for x in xs %}a{% else %}b{% endfor %}',
  '{% raw %}{{ "a" if x }}{# c #}{% endraw %}',
  '{% comment %}{# c #}{% endcomment %}',
  '{{ a | default: "b" }}',
  '{% case a %}{% when "b" %}c{% else %}d{% endcase %}',
  '{% capture a %}b{% endcapture %}{{ a }}',
  '{{ xs | where: "ok" | map: "name" | join: ", " }}',
  '{{ xs[0].name }} {{ xs["a b"] }} {{ xs.last }}',
  '{% if a and b and c %}y{% endif %}{% if a or b or c %}y{% endif %}',
  'Is it large: {{ size > 3 and lines > 100 }}, or not: {{ not large }}',
  '{{ inputs.strict or inputs.careful }}',
  '{% assign strict = inputs.strict or inputs.careful %}',
  '{% if a or "b" %}y{% endif %}{% case a %}{% when "b" or "c" %}y{% endcase %}',
  '{%- # a remark of Liquid -%} text',
  'color: {#fff}; a lone {# is text',
  '{% for x in xs %}{{ forloop.index }}{% endfor %}',
  '{% for loop in loops %}{{ loop.name }}{% endfor %}',
  '# a heading\n\n- none of it is True',
];

describe('a habit of Jinja that Liquid would take in silence', () => {
  test.each(SILENT)('%s is told at its place, with what to write', (template, at, hint) => {
    const { problems } = checkTemplate(template, 'text');
    expect(problems.map(({ code }) => code)).toEqual(['template-jinja']);
    const [{ offset, length, hint: told }] = problems as [(typeof problems)[number]];
    expect(template.slice(offset, offset + length)).toBe(at);
    expect(told).toContain(hint);
  });

  test.each(SILENT)('%s is told behind other text too, at its own place', (template, at) => {
    const before = 'Read {{ inputs.text }} first.\n';
    const [problem] = checkTemplate(before + template, 'text').problems;
    expect(problem?.offset).toBe(before.length + template.indexOf(at, template === '{{ a - b }}' ? 5 : 0));
  });
});

test.each(REFUSED)('%s is refused with what to write', (template, hint) => {
  const { problems } = checkTemplate(template, 'text');
  expect(problems).toHaveLength(1);
  expect(problems[0]?.code).toBe('template-jinja');
  expect(problems[0]?.hint).toContain(hint);
});

test.each(SHARED)('%s is fine', template => {
  expect(checkTemplate(template, 'text').problems).toEqual([]);
});

test('no prompt file of ours has such a habit', () => {
  const root = new URL('../../', import.meta.url);
  const files = ['crews', 'sops', 'examples'].flatMap(folder =>
    readdirSync(new URL(`${folder}/`, root), { recursive: true, withFileTypes: true }).flatMap(entry =>
      entry.name.endsWith('.prompt.md') ? [`${entry.parentPath}/${entry.name}`] : [],
    ),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const { prompt } = readPromptFile(file, readFileSync(file, 'utf8'));
    const jinja = checkTemplate(prompt.body, 'text').problems.filter(({ code }) => code === 'template-jinja');
    expect([file, ...jinja]).toEqual([file]);
  }
});
