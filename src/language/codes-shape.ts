import { type CodeRow, GOOD_CREW, swap, swapTalk, swapWarning } from './code-row.ts';

/** Codes about the shape of a file: keys, types, names and kinds. */
export const SHAPE_CODES = {
  'unknown-key': swap(
    'A key is not part of the language; keys of your own start with `x-`.',
    'goal: Write clearly.',
    'gaol: x, goal: Write clearly.',
  ),
  'missing-key': swap(
    'A key that is needed is not there.',
    'goal: Write a short report about a change.\n',
    '',
  ),
  'wrong-type': swap('A value has another type than its key needs.', 'max_visits: 3', 'max_visits: three'),
  'invalid-value': swap(
    'A value has the right type but not a form or size that its key allows.',
    '{ end: failure }',
    '{ end: fail }',
  ),
  'invalid-name': swap(
    'Names are lower-case letters, digits and `_`, because templates read them.',
    'models:',
    'models:\n  Big-One: auto',
  ),
  'reserved-name': {
    ...swap('Templates have something else under this name.', '', ''),
    bad: GOOD_CREW.replaceAll('collect', 'visit'),
  },
  'shadowed-name': swapTalk(
    'An item or a step has the name of a phase, whose artifact could not be read there.',
    'as: point, max: 5 }\n    do: { role: writer, task: "Expand {{ point | json }}" }',
    'as: draft, max: 5 }\n    do: { role: writer, task: "Expand {{ draft | json }}" }',
  ),
  'idle-setting': swapTalk(
    'A key has no effect beside the others of its phase.',
    'speaker: handoff',
    'speaker: handoff\n    selector: { model: default }',
  ),
  'self-judged': swapWarning(
    'Only the role that makes an artifact judges it; what one wrote oneself looks good to oneself.',
    '    max_visits: 3\n',
    '    reflect: { evaluator: { role: writer, task: "Is it clear? {{ write }}" } }\n    max_visits: 3\n',
  ),
  'unsupported-version': swap(
    'The file is written in a version of the language that this program does not read.',
    'version: 1',
    'version: 2',
  ),
  'outdated-version': {
    ...swap(
      'The file is written in an earlier version of the language; it is read as one of the current version.',
      'version: 1',
      'version: 0',
    ),
    severity: 'info',
  },
  'no-kind': swap(
    'A phase, branch or toolset does not say which kind it is of.',
    '{ end: failure }',
    '{ result: sorry }',
  ),
  'several-kinds': swap(
    'A phase or branch does exactly one kind of work, and a toolset comes from one place.',
    '{ end: failure }',
    '{ end: failure, tool: git.diff }',
  ),
  'wrong-kind-inside': swapTalk(
    'A branch of `parallel`, or the work that `each` does for an item, is of a kind that only a phase of its own can be; inside it a `crew` can run a file with such phases.',
    'do: { role: writer, task: "Expand {{ point | json }}" }',
    'do: { talk: [writer, critic], task: "Expand {{ point | json }}" }',
  ),
  'several-procedures': swap(
    'A crew follows one procedure: a file, or phases of its own.',
    'start: collect',
    'sop: other.sop.yaml\nstart: collect',
  ),
  'invalid-default': swap(
    'The default of an input does not fit its own declaration.',
    'default: HEAD~1..HEAD',
    'default: 3',
  ),
  'invalid-output-schema': swap(
    '`output` is a JSON Schema of draft 2020-12, and its references resolve.',
    'max_visits: 3',
    'output: { type: text }\n    max_visits: 3',
  ),
  'unknown-schema-keyword': swapWarning(
    'A key in `output` is no keyword of JSON Schema, so it checks nothing; properties stand below `properties`.',
    'max_visits: 3',
    'output: { good: boolean }\n    max_visits: 3',
  ),
} as const satisfies Record<string, CodeRow>;
