import { expect, test } from 'vitest';
import { checkTemplate } from '../../src/expressions/template-check.ts';
import { renderTemplate } from '../../src/expressions/template-evaluate.ts';
import { fc } from '../laws.ts';

const guarded = (source: string) => checkTemplate(source, 'text').guarded;

test.each([
  ['{% if review %}{{ review.advice }}{% endif %}'],
  ['{% if review.good and other %}{{ review }}{% endif %}'],
  ['{{ review.advice | default: "none" | upcase }}'],
  [
    '{% if other %}a{% elsif review %}\n{% for x in review.items %}{{ x }}{{ review.title }}{% endfor %}{% endif %}',
  ],
  ['{% unless review %}first try{% endunless %}'],
  ['{% if review.good == false %}again{% endif %}'],
  ['{% assign advice = review.advice | default: "none" %}{{ advice }}'],
])('an artifact may be absent in %s', source => {
  expect(guarded(source)).toContain('review');
  expect(() => renderTemplate(source, { other: 1 })).not.toThrow();
});

test.each([
  ['{{ review }}'],
  ['{% if review %}{{ review }}{% endif %} {{ review }}'],
  ['{% if review %}a{% else %}{{ review }}{% endif %}'],
  ['{% unless review %}{{ review }}{% endunless %}'],
  ['{% if review or other %}{{ review }}{% endif %}'],
  ['{% if review != "x" %}{{ review }}{% endif %}'],
  ['{{ review | upcase | default: "x" }}'],
  ['{% if other %}{{ review }}{% endif %}'],
  ['{% for x in review %}{{ x }}{% endfor %}'],
])('an artifact must be there in %s', source => {
  expect(guarded(source)).not.toContain('review');
  expect(() => renderTemplate(source, { other: 1 })).toThrow(
    expect.objectContaining({ code: 'TEMPLATE_FAILED' }),
  );
});

test.each([
  ['{% if run.talks.debate %}{{ run.talks["debate"].size }}{% endif %}', true],
  ['{% if run.talks.debate and run.id %}{{ run.talks.debate.last.reply }}{% endif %}', true],
  ['{{ run.talks.debate.last.reply | default: "none" }}', true],
  ['{% if run.talks.other %}{{ run.talks.debate }}{% endif %}', false],
  ['{% if run.talks %}{{ run.talks.debate }}{% endif %}', false],
  ['{% if debate %}{{ run.talks.debate }}{% endif %}', false],
  ['{% if run.talks.debate %}{% endif %}{{ run.talks.debate }}', false],
])('what was said in a conversation may be absent by itself: %s is %s', (source, isGuarded) => {
  expect(guarded(source).includes('run.talks.debate')).toBe(isGuarded);
  const render = () => renderTemplate(source, { debate: 1, run: { id: 'r', talks: { other: [] } } });
  if (isGuarded) expect(render).not.toThrow();
  else expect(render).toThrow(expect.objectContaining({ code: 'TEMPLATE_FAILED' }));
});

test('law: a template whose roots are all guarded renders without any of them', () => {
  const root = fc.constantFrom('a', 'b');
  const leaf = fc.oneof(
    root.map(name => `{{ ${name}.x }}`),
    root.map(name => `{{ ${name} | default: 1 }}`),
    fc.constant('text\n'),
  );
  const { node } = fc.letrec<{ node: string }>(tie => ({
    node: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc
        .tuple(root, tie('node'), tie('node'))
        .map(([name, yes, no]) => `{% if ${name} %}${yes}{% else %}${no}{% endif %}`),
      fc.tuple(root, root, tie('node')).map(([x, y, body]) => `{% if ${x}.k and ${y} %}${body}{% endif %}`),
      fc.tuple(tie('node'), tie('node')).map(([left, right]) => `${left} ${right}`),
    ),
  }));
  fc.assert(
    fc.property(node, source => {
      const { paths, guarded: safe } = checkTemplate(source, 'text');
      fc.pre(paths.every(path => safe.includes(String(path[0]))));
      expect(() => renderTemplate(source, {})).not.toThrow();
    }),
    { numRuns: 300 },
  );
});
