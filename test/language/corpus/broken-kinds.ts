import { GOOD_CREWS } from './good-crews.ts';

/** A good crew of this name with one place changed; `⟦` stands before what the diagnostic must point at. */
function changed(code: string, name: string, from: string, to: string) {
  const good = GOOD_CREWS.find(one => one.name === name)?.text ?? '';
  if (!good.includes(from)) throw new Error(`${name} has no ${from}`);
  const marked = good.replace(from, () => to);
  const at = marked.indexOf('⟦');
  if (at === -1) throw new Error(`nothing is marked in ${to}`);
  const text = marked.replace('⟦', '');
  return {
    name: `${code} in ${name}: ${to.replace('⟦', '').split('\n')[0]}`,
    code,
    text,
    line: marked.slice(0, at).split('\n').length,
  };
}

/** Mistakes in the kinds of phases that the other broken files do not have, and those of whole files. */
export const BROKEN_KINDS = [
  changed('unknown-role', 'round-robin', 'talk: [primary, critic]', 'talk: [primary, critic, ⟦editor]'),
  changed(
    'handoff-unknown-role',
    'swarm',
    'speaker: handoff',
    'speaker: handoff, transitions: { agent: [⟦refund], refunds: [agent] }',
  ),
  changed(
    'unreachable-speaker',
    'swarm',
    'talk: [agent, refunds], task',
    'talk: [agent, ⟦refunds], transitions: { agent: [agent], refunds: [agent] }, task',
  ),
  changed('unknown-role', 'nested-talk', 'talk: [author, panel]', 'talk: [author, ⟦panl]'),
  changed('unknown-role', 'nested-talk', 'talk: [lawyer, engineer]', 'talk: [lawyer, ⟦enginer]'),
  changed(
    'inner-not-in-talk',
    'nested-talk',
    '      panel: {',
    '      ⟦jury: { talk: [author, lawyer], task: Judge }\n      panel: {',
  ),
  changed(
    'inner-is-role',
    'nested-talk',
    '      panel: {',
    '      ⟦author: { talk: [lawyer, engineer], task: Write }\n      panel: {',
  ),
  changed('invalid-value', 'nested-talk', '    until: reply.agreed', '    by: ⟦panel'),
  changed(
    'handoff-unknown-role',
    'nested-talk',
    'max_turns: 4',
    'transitions: { lawyer: [⟦author, engineer] }',
  ),
  changed(
    'unreachable-speaker',
    'nested-talk',
    '[lawyer, engineer]',
    '[lawyer, ⟦engineer], transitions: { lawyer: [lawyer] }',
  ),
  changed('unknown-field', 'nested-talk', '{{ reply.says }}', '{{ reply.⟦said }}'),
  changed('unknown-field', 'nested-talk', `'reply contains "DONE"'`, '"reply.⟦agreed"'),
  changed('unknown-key', 'nested-talk', 'max_turns: 4', '⟦timeout: 1m'),
  changed('unknown-variable', 'thread-read', 'in run.talks.debate', 'in run.talks.⟦debat'),
  changed('unknown-variable', 'thread-read', 'in run.talks.debate', 'in run.talks.⟦judge'),
  changed('unknown-field', 'thread-read', 'said.reply.says', 'said.reply.⟦said'),
  changed('unknown-field', 'thread-read', 'said.speaker', 'said.⟦role'),
  changed('unassigned-artifact', 'thread-read', "debate | default: 'nothing'", '⟦debate'),
  changed('idle-setting', 'nested-talk', 'max_turns: 4', '⟦output: { type: string }'),
  changed(
    'missing-key',
    'nested-talk',
    'panel: { talk: [lawyer, engineer], task: "{{ speaker }} says {{ reply.says }}",',
    '⟦panel: { talk: [lawyer, engineer],',
  ),
  changed('wrong-type', 'nested-talk', 'max_turns: 4', 'max_turns: ⟦four'),
  changed(
    'guards-not-exhaustive',
    'nested-talk',
    'max_turns: 4',
    'speaker: rules, rules: [{ ⟦when: turn > 3, to: lawyer }]',
  ),
  changed('unknown-field', 'swarm', 'when: help.refunded', 'when: help.⟦refund'),
  changed('unknown-role', 'hierarchical', 'workers: [researcher, writer]', 'workers: [researcher, ⟦wirter]'),
  changed('unknown-field', 'hierarchical', '{{ point.title }}', '{{ point.⟦titel }}'),
  changed('optional-field', 'hierarchical', '{{ point.title }}', '{{ point.⟦url }}'),
  changed('unknown-field', 'map-reduce', '{{ index }}: {{ point.title }}', '{{ index }}: {{ point.⟦name }}'),
  changed('not-a-list', 'map-reduce', 'in: "{{ plan.points }}"', 'in: ⟦"{{ plan.points.size }}"'),
  changed('unknown-variable', 'map-reduce', '{{ index }}', '{{ ⟦idx }}'),
  changed('nullable-field', 'map-with-failures', '{% if one %}{{ one.text }}{% endif %}', '{{ ⟦one.text }}'),
  changed('unknown-field', 'map-with-failures', '{{ one.text }}', '{{ one.⟦txt }}'),
  changed('unknown-model', 'chain', 'name: outline, model: quick', 'name: outline, model: ⟦quik'),
  changed(
    'unknown-variable',
    'chain',
    'prompt_template: Outline a story.',
    'prompt_template: "⟦{{ previous_response }}"',
  ),
  changed('unknown-model', 'ensemble', 'models: [one, two]', 'models: [one, ⟦tow]'),
  changed('unknown-variable', 'ensemble', '{{ question }}', '{{ ⟦qestion }}'),
  changed('unknown-field', 'ensemble', '{{ a.model }}', '{{ ⟦a.model.name }}'),
  changed('optional-field', 'ensemble', '{{ a.answer | default: a.failure.code }}', '{{ ⟦a.answer }}'),
  changed('impossible-value', 'sign-off', 'approve.choice == "release"', 'approve.choice == ⟦"relaese"'),
  changed('unknown-field', 'sign-off', 'approve.choice == "release"', 'approve.⟦answer == "release"'),
  changed('nullable-field', 'free-answer', "{{ ask.text | default: 'anything' }}", '{{ ask.⟦text }}'),
  changed('unknown-role', 'reflexion', 'evaluator: { role: judge', 'evaluator: { role: ⟦jude'),
  changed('unknown-field', 'reflexion', 'write.points | json', 'write.⟦point | json'),
  changed('incompatible-comparison', 'reflexion-by-expression', 'write.points.size > 2', 'write.points > ⟦2'),
  changed(
    'nullable-field',
    'race',
    "{{ race.quick | default: race.slow | default: 'nothing' }}",
    'Tell {{ race.⟦quick }}',
  ),
  changed('unknown-variable', 'race', 'race.quick |', 'race.⟦quik |'),
  changed('unsupported-version', 'race', 'version: 1', 'version: ⟦9'),
  changed('file-not-found', 'toolkit', './text.js', '⟦./txt.js'),
  changed('invalid-value', 'toolkit', './text.js', '⟦./text.py'),
  changed('include-not-relative', 'toolkit', './text.js', '⟦/srv/text.js'),
  changed('missing-key', 'toolkit', 'now: { description: Says what time it is. }', '⟦now: {}'),
  changed('unknown-key', 'toolkit', 'read_only: true', '⟦readOnly: true'),
  changed('invalid-tool-schema', 'toolkit', 'input: { type: object, required', 'input: ⟦{ required'),
  changed('invalid-tool-schema', 'toolkit', 'words: { type: integer }', 'words: { type: ⟦int }'),
  changed('unknown-schema-keyword', 'toolkit', '{ type: integer }', '{ ⟦typ: integer }'),
  changed('unknown-argument', 'toolkit', 'tool: text.now', 'tool: text.now, with: { ⟦zone: UTC }'),
  changed('missing-argument', 'toolkit', ', with: { text: "{{ inputs.text }}" }', ', ⟦with: {}'),
  changed('invalid-argument', 'toolkit', '"{{ inputs.text }}"', '⟦[one]'),
  changed('unknown-field', 'toolkit', 'a.words', 'a.⟦wrods'),
  changed('unknown-tool', 'toolkit', 'tool: text.now', 'tool: ⟦text.then'),
  changed('unknown-tool', 'toolkit', '[history, text]', '[history, ⟦text.cuont, text]'),
  changed('unknown-toolset', 'toolkit', '[history, text]', '[⟦hsitory, text, git]'),
  changed('bundle-cycle', 'toolkit', '[git.log, git.diff]', '[git.log, ⟦reading]'),
  changed('bundle-as-toolset', 'toolkit', 'tools: [reading]', 'tools: [⟦reading.count]'),
  changed('bundle-as-toolset', 'toolkit', 'tool: text.now', 'tool: ⟦reading.now'),
  changed('unused-toolset', 'toolkit', 'reading: [', '⟦spare: [git]\n  reading: ['),
];
