import { TRIAGE_CREW } from './triage-crew.ts';

/** A file with one mistake: the code that it must be answered with, and the line where a person would point. */
export interface BrokenCrew {
  readonly name: string;
  readonly code: string;
  readonly text: string;
  readonly line: number;
}

/** Changes one place of the crew. `⟦` stands before what the diagnostic must point at. */
function broken(code: string, from: string, to: string): BrokenCrew {
  if (!TRIAGE_CREW.includes(from)) throw new Error(`the crew has no ${from}`);
  const marked = TRIAGE_CREW.replace(from, () => to);
  const at = marked.indexOf('⟦');
  if (at === -1) throw new Error(`nothing is marked in ${to}`);
  const text = marked.replace('⟦', '');
  return {
    name: `${code}: ${to.replace('⟦', '').trim().split('\n')[0]}`,
    code,
    text,
    line: text.slice(0, at).split('\n').length,
  };
}

const ANSWER = '{{ inputs.report }}"\n    max_visits';
const inAnswer = (code: string, template: string): BrokenCrew =>
  broken(code, ANSWER, `⟦${template}"\n    max_visits`);
const GUARD = 'classify.kind == "spam"';
const inGuard = (code: string, condition: string): BrokenCrew => broken(code, GUARD, `⟦${condition}`);

const TYPE_MISTAKES: readonly BrokenCrew[] = [
  inAnswer('unknown-field', '{{ classify.knd }}'),
  inAnswer('unknown-field', '{{ classify.kind.name }}'),
  inAnswer('unknown-field', '{{ classify.score.value }}'),
  inAnswer('unknown-field', '{{ classify.areas.names }}'),
  inAnswer('unknown-field', '{% for a in classify.areas %}{{ a.nme }}{% endfor %}'),
  inAnswer('unknown-field', '{% for a in classify.areas %}{{ forloop.idx }}{% endfor %}'),
  inAnswer('unknown-field', "{{ classify.areas | map: 'nam' | join }}"),
  inAnswer('unknown-field', "{{ classify.areas | where: 'nam', 'x' | size }}"),
  inAnswer('unknown-field', '{% assign a = classify.areas | last %}{% if a %}{{ a.label }}{% endif %}'),
  inAnswer('unknown-field', '{% if classify.urgent %}Hurry{% endif %}'),
  inAnswer('unknown-field', '{% capture t %}{{ classify.titel }}{% endcapture %}{{ t }}'),
  inAnswer('unknown-field', '{{ classify.score | append: classify.unit }}'),
  inAnswer('unknown-field', '{{ inputs.report.title }}'),
  inAnswer('unknown-field', '{{ visit.count }}'),
  broken('unknown-field', 'Is this a good answer? {{ answer }}', 'Is this good? {{ answer.⟦text }}'),
  broken('unknown-field', 'when: judge.good,', 'when: judge.⟦god,'),
  broken('unknown-field', 'when: judge.good,', 'when: judge.⟦good.enough,'),
  broken('unknown-field', 'kind: "{{ classify.kind }}"', 'kind: "{{ classify.⟦kinds }}"'),
  broken('unknown-field', 'path: "{{ classify.files[0] }}"', 'path: "{{ classify.⟦file }}"'),
  broken('unknown-field', '{{ area.name }}', '{{ area.⟦title }}'),
  inAnswer('optional-field', '{{ classify.note }}'),
  inAnswer('optional-field', '{{ classify.areas[0].name }}'),
  inAnswer('optional-field', '{{ classify.areas.first.name }}'),
  inAnswer('optional-field', '{% for a in classify.areas %}{{ a.weight }}{% endfor %}'),
  inAnswer('optional-field', '{% unless classify.note %}{{ classify.note }}{% endunless %}'),
  inAnswer('optional-field', "{{ classify.areas | where: 'weight', 2 | size }}"),
  inAnswer('optional-field', '{{ classify.files[1] }}'),
  inGuard('optional-field', 'classify.note == "spam"'),
  broken('optional-field', 'when: judge.good,', 'when: ⟦judge.why,'),
  inAnswer('nullable-field', '{{ classify.owner }}'),
  inAnswer('nullable-field', '{{ classify.owner | upcase }}'),
  inAnswer('nullable-field', '{% if classify.score > 1 %}{{ classify.owner }}{% endif %}'),
  broken('nullable-field', 'path: "{{ classify.files[0] }}"', 'path: ⟦"{{ classify.owner }}"'),
  inAnswer('not-a-list', '{% for a in classify.kind %}{{ a }}{% endfor %}'),
  inAnswer('not-a-list', '{% for a in inputs.report %}{{ a }}{% endfor %}'),
  inAnswer('not-a-list', '{% for a in classify.score %}{{ a }}{% endfor %}'),
  inAnswer('not-a-list', "{{ inputs.report | map: 'a' | join }}"),
  inAnswer('not-a-list', '{{ classify.score | sort | join }}'),
  inAnswer('filter-argument', '{{ inputs.report | indent: inputs.report }}'),
  inAnswer('filter-argument', '{{ inputs.report | truncate_tokens: classify.areas }}'),
  inGuard('impossible-value', 'classify.kind == "spm"'),
  inGuard('impossible-value', 'classify.kind != "Spam"'),
  inGuard('impossible-value', 'classify.score == 11'),
  inGuard('impossible-value', 'classify.score > 3 and classify.kind == "feature"'),
  inAnswer('impossible-value', "{% if classify.kind == 'bugs' %}x{% endif %}"),
  inAnswer('impossible-value', "{% case classify.kind %}{% when 'defect' %}x{% endcase %}"),
  inGuard('incompatible-comparison', 'classify.score == "high"'),
  inGuard('incompatible-comparison', 'classify.kind == 3'),
  inGuard('incompatible-comparison', 'classify.areas == "x"'),
  inGuard('incompatible-comparison', 'classify.areas > 2'),
  inGuard('incompatible-comparison', 'classify.score contains "7"'),
  broken('incompatible-comparison', 'when: judge.good,', 'when: judge.good == ⟦"yes",'),
  inGuard('incompatible-comparison', 'inputs.limit == "3"'),
  inAnswer('shadowed-variable', '{% assign classify = 1 %}{{ classify }}'),
  inAnswer('shadowed-variable', '{% for inputs in classify.areas %}{{ inputs.name }}{% endfor %}'),
  inAnswer('unassigned-variable', '{% if classify.score > 5 %}{% assign w = 1 %}{% endif %}{{ w }}'),
  inAnswer('unassigned-variable', '{% for a in classify.areas %}{% assign w = a.name %}{% endfor %}{{ w }}'),
  broken('invalid-argument', 'path: "{{ classify.files[0] }}"', 'path: ⟦"{{ classify.files }}"'),
  broken('invalid-argument', 'limit: "{{ inputs.limit }}"', 'limit: ⟦"{{ inputs.report }}"'),
  broken('invalid-argument', 'limit: "{{ inputs.limit }}"', 'limit: ⟦"no. {{ inputs.limit }}"'),
  broken('invalid-argument', 'limit: "{{ inputs.limit }}"', 'limit: ⟦many'),
  broken('unknown-argument', 'limit: "{{ inputs.limit }}"', '⟦limits: "{{ inputs.limit }}"'),
  broken('missing-argument', 'with: { path: "{{ classify.files[0] }}" }', '⟦with: {}'),
];

const FLOW_MISTAKES: readonly BrokenCrew[] = [
  inGuard('constant-guard', '1 == 2'),
  inGuard('constant-guard', "'false'"),
  inGuard('wrong-type', 'false'),
  broken(
    'constant-guard',
    'when: judge.good, to: done }\n      - { to: answer }',
    'when: judge.good, to: done }\n      - { when: ⟦1 < 2, to: answer }',
  ),
  broken('shadowed-transition', 'when: classify.score > 7', 'when: ⟦classify.kind  == "spam"'),
  broken('shadowed-transition', 'when: classify.score > 7', "when: ⟦classify.kind == 'spam'"),
  broken(
    'shadowed-transition',
    'when: classify.score > 7',
    'when: ⟦classify.kind == "spam" and classify.score > 7',
  ),
  broken(
    'shadowed-transition',
    '- { when: classify.score > 7, to: look }',
    '- { when: classify.score > 7, to: look }\n      - { when: ⟦classify.score > 9, to: look }',
  ),
  broken(
    'shadowed-transition',
    '- { when: judge.good, to: done }\n      - { to: answer }',
    '- { to: done }\n      - { to: ⟦answer }',
  ),
  broken(
    'guards-not-exhaustive',
    '- { to: answer }\n  look',
    '- { ⟦when: classify.score > 1, to: answer }\n  look',
  ),
  broken(
    'unreachable-phase',
    '  dropped: { end: success }',
    '  dropped: { end: success }\n  ⟦extra: { end: success }',
  ),
  broken(
    'unreachable-phase',
    '  dropped: { end: success }',
    '  dropped: { end: success }\n  ⟦extra: { tool: git.log, next: done }',
  ),
  broken(
    'no-way-to-end',
    '  failed: { end: failure, result: "{{ run.error }}" }',
    '  ⟦failed: { tool: git.log, max_visits: 2, next: failed }',
  ),
  broken(
    'unbounded-cycle',
    '  answer:\n    role: writer\n    task: "Answer as {{ classify.owner | default: \'nobody\' }}, try {{ visit }}: {{ inputs.report }}"\n    max_visits: 3\n    on_limit: failed\n',
    '  ⟦answer:\n    role: writer\n    task: "Answer {{ inputs.report }}"\n',
  ),
  broken('unknown-phase', 'to: look }', 'to: ⟦loook }'),
  broken('unknown-phase', 'on_limit: failed', 'on_limit: ⟦faild'),
  broken('unknown-phase', 'on_error: failed', 'on_error: ⟦filed'),
  broken('unknown-phase', 'start: classify', 'start: ⟦clasify'),
  inAnswer('unassigned-artifact', '{{ look.view }}'),
  inAnswer('unassigned-artifact', '{{ judge.good }}'),
  broken('unassigned-artifact', 'Classify this report, with', 'Classify ⟦{{ answer }} with'),
  broken('unassigned-artifact', '"Look at ', '"Look ⟦{{ look.text | json }} at '),
  inAnswer('unknown-variable', '{{ clasify.kind }}'),
  inAnswer('unknown-variable', '{{ done }}'),
  inAnswer('unknown-variable', '{{ run.nmae }}'),
  broken('unknown-variable', 'Is this a good answer? {{ answer }}', 'Is it {{ ⟦anwser }}'),
  inAnswer('unknown-input', '{{ inputs.reprt }}'),
];

const TEMPLATE_MISTAKES: readonly BrokenCrew[] = [
  inAnswer('template-syntax', '{{ inputs.report '),
  inAnswer('template-syntax', '{% if classify.score %}x'),
  inAnswer('template-syntax', '{% for a of classify.areas %}{% endfor %}'),
  inAnswer('template-unknown-filter', '{{ inputs.report | shout }}'),
  inAnswer('template-unknown-filter', "{{ inputs.report | date: '%Y' }}"),
  inAnswer('template-jinja', "{{ 'a' if classify.score else 'b' }}"),
  inAnswer('template-jinja', '{% for a in classify.areas %}{{ loop.index }}{% endfor %}'),
  inAnswer('template-jinja', '{% elif %}'),
  inAnswer('template-jinja', '{% set x = 1 %}'),
  inAnswer('template-jinja', '{# note #}'),
  inAnswer('template-jinja', '{{ inputs.report.upper() }}'),
  inGuard('template-jinja', 'classify.kind == "spam" && classify.score > 3'),
  inGuard('template-jinja', 'classify.kind in inputs.labels'),
  inGuard('template-jinja', 'classify.kind == "spam" and classify.score > 3 or classify.score < 1'),
  inGuard('template-syntax', "'{{ classify.kind }}'"),
];

const NAME_MISTAKES: readonly BrokenCrew[] = [
  broken('unknown-role', 'role: writer', 'role: ⟦wrter'),
  broken('unknown-role', 'role: reader\n        task', 'role: ⟦critic\n        task'),
  broken('unknown-model', 'model: careful', 'model: ⟦carefull'),
  broken('unknown-toolset', 'tools: [files]', 'tools: [⟦filse]'),
  broken('unknown-toolset', 'tool: git.log', 'tool: ⟦gti.log'),
  broken('unknown-tool', 'tool: files.read', 'tool: ⟦files.raed'),
  broken('unknown-tool', 'tools: [files]', 'tools: [⟦files.delete]'),
  broken('unknown-builtin', 'builtin:git', '⟦builtin:gti'),
  broken('invalid-default', 'default: 3', 'default: ⟦three'),
  broken('invalid-default', 'default: []', 'default: ⟦none'),
  broken('unused-role', 'tools:\n  files', '  ⟦idle: { goal: Do nothing. }\ntools:\n  files'),
  broken('unused-model', 'roles:\n  reader', '  ⟦spare: { use: "openai:gpt-5" }\nroles:\n  reader'),
  broken('unused-toolset', 'budget:', '  ⟦review: builtin:review\nbudget:'),
  broken('unused-input', 'models:\n', '  ⟦spare: { type: string, default: x }\nmodels:\n'),
  broken('no-budget', 'budget: { calls: 40, tokens: 200k, usd: 1.50, time: 10m }', '⟦budget: { time: 10m }'),
  broken('secret-in-file', 'backstory: You', `backstory: ⟦${'ghp'}_${'a1B2'.repeat(9)} You`),
];

const SHAPE_MISTAKES: readonly BrokenCrew[] = [
  broken('unknown-key', 'backstory: You', '⟦backstroy: You'),
  broken('unknown-key', 'timeout: 2m', '⟦timout: 2m'),
  broken('unknown-key', 'budget: { calls: 40', 'budget: { ⟦call: 40'),
  broken('missing-key', '  writer:\n    goal: Answer kindly.\n', '  ⟦writer:\n'),
  broken('invalid-value', 'end: failure', 'end: ⟦fialure'),
  broken('wrong-type', 'max_visits: 3', 'max_visits: ⟦three'),
  broken('invalid-value', 'timeout: 2m', 'timeout: ⟦2 minutes'),
  broken('invalid-value', 'usd: 1.50', 'usd: ⟦-1'),
  broken('several-kinds', 'role: writer\n', 'role: writer\n    ⟦tool: git.log\n'),
  broken('no-kind', '  dropped: { end: success }', '  ⟦dropped: { next: failed }'),
  broken('invalid-output-schema', 'type: [string, "null"]', 'type: ⟦strng'),
  broken('invalid-output-schema', '"#/$defs/area"', '⟦"#/$defs/aera"'),
  broken('duplicate-key', 'timeout: 2m\n', 'timeout: 2m\n    ⟦timeout: 3m\n'),
  broken('ignore-without-reason', 'timeout: 2m', '⟦# crew-ignore: optional-field\n    timeout: 2m'),
  broken('ignore-unknown-code', 'timeout: 2m', '⟦# crew-ignore: optional-feild it is fine\n    timeout: 2m'),
  broken('ignore-refused', 'timeout: 2m', '⟦# crew-ignore: unknown-role it is fine\n    timeout: 2m'),
  broken('unused-ignore', 'timeout: 2m', '⟦# crew-ignore: optional-field it is fine\n    timeout: 2m'),
];

/** Every broken file, by family. */
export const BROKEN_CREWS: readonly BrokenCrew[] = [
  ...TYPE_MISTAKES,
  ...FLOW_MISTAKES,
  ...TEMPLATE_MISTAKES,
  ...NAME_MISTAKES,
  ...SHAPE_MISTAKES,
];
