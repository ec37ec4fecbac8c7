import { crewOf, type GoodCrew } from './good-crew.ts';

const OUTPUT = `{ type: object, required: [kind, items, owner, flag, count, shape, tags], properties: {
      kind: { enum: [bug, task, note] }, flag: { type: boolean }, count: { type: integer, minimum: 0 }, note: { type: string },
      owner: { anyOf: [{ type: object, required: [name], properties: { name: { type: string }, mail: { type: string } } }, { type: "null" }] },
      tags: { type: array, items: { enum: [red, green] } }, extra: { type: object, additionalProperties: true },
      shape: { oneOf: [{ type: object, required: [type, side], properties: { type: { const: square }, side: { type: number } } }, { type: object, required: [type, radius], properties: { type: { const: circle }, radius: { type: number } } }] },
      items: { type: array, items: { allOf: [{ $ref: "#/$defs/named" }, { type: object, properties: { parts: { type: array, items: { $ref: "#/$defs/named" } } } }] } } },
      $defs: { named: { type: object, required: [name], properties: { name: { type: string }, size: { type: number } } } } }`;

/** A crew whose second phase reads the first one's artifact with a template. */
function reads(name: string, template: string): GoodCrew {
  const phases = `
  a:
    role: worker
    task: Begin.
    output: ${OUTPUT}
    next: b
  b:
    role: worker
    task: |
      ${template}
    next: done
  done: { end: success, result: "{{ b }}" }`;
  return crewOf(name, {
    inputs: '{ words: { type: array, default: [a] }, n: { type: number, default: 1 } }',
    roles: { worker: 'Work.' },
    phases: phases.replace('Begin.', '"Begin with {{ inputs.words | size }} and {{ inputs.n }}."'),
  });
}

/** A crew that chooses with a condition. */
function chooses(name: string, ...conditions: readonly string[]): GoodCrew {
  const ways = conditions.map(condition => `\n      - { when: ${condition}, to: done }`).join('');
  const phases = `
  a:
    role: worker
    task: Begin.
    output: ${OUTPUT}
    next:${ways}
      - { to: other }
  done: { end: success, result: "{{ a }}" }
  other: { end: failure }`;
  return crewOf(name, { roles: { worker: 'Work.' }, phases });
}

/** Ways to write templates and conditions that are right, one to a file. */
export const IDIOM_CREWS: readonly GoodCrew[] = [
  reads('json-of-all', '{{ a | json }}'),
  reads(
    'loop',
    '{% for item in a.items %}{{ forloop.index }}/{{ forloop.length }} {{ item.name }}{% else %}none{% endfor %}',
  ),
  reads(
    'nested-loop',
    '{% for item in a.items %}{% if item.parts %}{% for part in item.parts %}{{ part.name }}{% endfor %}{% endif %}{% endfor %}',
  ),
  reads('optional-size', '{% for item in a.items %}{{ item.size | default: 0 }}{% endfor %}'),
  reads('guarded-optional', '{% if a.note %}{{ a.note | strip }}{% endif %}'),
  reads('guarded-with-and', '{% if a.flag and a.note != blank %}{{ a.note }}{% endif %}'),
  reads('guarded-null', '{% if a.owner %}{{ a.owner.name }}{% endif %}'),
  reads('guarded-deep', '{% if a.owner.mail %}{{ a.owner.name }} {{ a.owner.mail }}{% endif %}'),
  reads('unless-null', '{% unless a.owner == nil %}{{ a.owner.name }}{% endunless %}'),
  reads('else-null', '{% if a.owner == nil %}nobody{% else %}{{ a.owner.name }}{% endif %}'),
  reads('elsif', '{% if a.kind == "bug" %}b{% elsif a.kind == "task" %}t{% else %}n{% endif %}'),
  reads('case', '{% case a.kind %}{% when "bug", "task" %}work{% else %}{{ a.kind }}{% endcase %}'),
  reads(
    'variants',
    '{% if a.shape.type == "square" %}{{ a.shape.side }}{% else %}{{ a.shape.radius }}{% endif %}',
  ),
  reads(
    'variants-case',
    '{% case a.shape.type %}{% when "square" %}{{ a.shape.side }}{% when "circle" %}{{ a.shape.radius }}{% endcase %}',
  ),
  reads(
    'first-with-size',
    '{% if a.items.size > 0 %}{{ a.items[0].name }} {{ a.items.first.name }}{% endif %}',
  ),
  reads('first-filter', '{% assign first = a.items | first %}{% if first %}{{ first.name }}{% endif %}'),
  reads('where-map-join', "{{ a.items | where: 'name', 'x' | map: 'name' | join: ', ' }}"),
  reads('sort-reverse', "{{ a.items | sort: 'size' | reverse | map: 'name' | first | default: 'none' }}"),
  reads('sum', "{{ a.items | sum: 'size' | plus: a.count | at_most: 10 }}"),
  reads(
    'split',
    '{% assign words = a.kind | split: "u" %}{% for word in words %}{{ word | upcase }}{% endfor %}',
  ),
  reads(
    'capture',
    '{% capture text %}{% for t in a.tags %}{{ t }}{% endfor %}{% endcapture %}{{ text.size }}{{ text | truncate: 20 }}',
  ),
  reads('counter', '{% assign n = 0 %}{% for t in a.tags %}{% assign n = n | plus: 1 %}{% endfor %}{{ n }}'),
  reads(
    'assigned-in-both',
    '{% if a.flag %}{% assign w = "yes" %}{% else %}{% assign w = "no" %}{% endif %}{{ w }}',
  ),
  reads('range', '{% for i in (1..3) %}{{ i }}{% endfor %}{% for i in (1..a.count) %}{{ i }}{% endfor %}'),
  reads('limit', '{% for item in a.items limit: 2 offset: 1 reversed %}{{ item.name }}{% endfor %}'),
  reads(
    'pairs',
    '{% if a.extra %}{% for pair in a.extra %}{{ pair[0] }}={{ pair[1] }}{% endfor %}{{ a.extra.anything.inside | default: "" }}{% endif %}',
  ),
  reads('raw', '{% raw %}{{ not.read }}{% endraw %}{% comment %}{{ not.read }}{% endcomment %}'),
  reads('contains', '{% if a.tags contains "red" %}red{% endif %}{% if a.kind contains "u" %}u{% endif %}'),
  reads(
    'group',
    "{% assign groups = a.items | group_by: 'name' %}{% for group in groups %}{{ group.name }}: {{ group.items | size }}{% endfor %}",
  ),
  reads(
    'run-and-visit',
    '{{ run.id }} {{ run.goal }} {% if visit > 1 %}again{% endif %} {{ visit | times: 2 }}',
  ),
  reads('liquid-tag', '{% liquid assign x = a.kind\n         echo x %}'),
  chooses('two-values', 'a.kind == "bug"', 'a.kind == "task"'),
  chooses('all-values', 'a.kind == "bug"', 'a.kind == "task"', 'a.kind == "note"'),
  chooses('flag-and-not', 'a.flag', 'not a.flag'),
  chooses('numbers', 'a.count > 10', 'a.count > 5', 'a.count == 0'),
  chooses('with-null', 'a.owner == nil', 'a.count >= 3 and a.flag'),
  chooses('with-default', "'a.note | default: false'"),
  chooses('lists', 'a.tags contains "red"', 'a.items.size == 0', 'a.tags == empty'),
  chooses('narrowing', 'a.kind == "bug" and a.flag', 'a.kind == "bug"', 'a.flag'),
  crewOf('toolkit', {
    inputs: '{ text: { type: string, default: one two } }',
    roles: { worker: 'Work., tools: [reading]' },
    tools: `
  git: builtin:git
  text:
    module: ./text.js
    tools:
      count:
        description: Counts words.
        input: { type: object, required: [text], properties: { text: { type: string } } }
        output: { type: object, required: [words], properties: { words: { type: integer } } }
        read_only: true
      now: { description: Says what time it is. }
  history: [git.log, git.diff]
  reading: [history, text]`,
    phases: `
  a: { tool: text.count, with: { text: "{{ inputs.text }}" }, next: b }
  b: { tool: text.now, next: c }
  c: { role: worker, task: "Are these {{ a.words | plus: 0 }} words at {{ b }}?", next: done }
  done: { end: success, result: "{{ c }}" }`,
  }),
];
