import type { Severity } from '../model/diagnostic.ts';
import type { CodeRow } from './code-row.ts';

/** A small crew whose phases have schemas, from which most bad examples here differ in one place. */
const TYPED_CREW = `version: 1
crew: example
goal: Judge a text.
inputs:
  text: { type: string, default: Hello }
  rounds: { type: integer, default: 2 }
roles:
  critic: { goal: Find what is missing. }
tools:
  files: builtin:files
budget: { calls: 20 }
start: judge
phases:
  judge:
    role: critic
    task: "Judge this text {{ inputs.rounds }} times: {{ inputs.text }}"
    output:
      type: object
      required: [verdict, points, score, owner]
      properties:
        verdict: { enum: [approve, revise] }
        score: { type: number }
        owner: { type: [string, "null"] }
        remark: { type: string }
        points:
          type: array
          items: { type: object, required: [title], properties: { title: { type: string } } }
    next:
      - { when: judge.verdict == "approve", to: done }
      - { to: read }
  read:
    parallel:
      first: { tool: files.read, with: { path: a.md } }
      second: { tool: files.read, with: { path: b.md } }
    next: explain
  explain:
    role: critic
    task: "Explain: {% for point in judge.points %}{{ point.title }}{% endfor %}"
    next: done
  done: { end: success }
`;

function typed(severity: Severity, meaning: string, from: string, to: string): CodeRow {
  return { severity, meaning, bad: TYPED_CREW.replace(from, () => to), good: TYPED_CREW };
}

/** Codes about what templates do with the values that they read. */
export const TYPE_CODES = {
  'unknown-field': typed(
    'error',
    'A template reads a field that the schema of the value does not have, so it would fail or be empty.',
    '{{ point.title }}',
    '{{ point.titel }}',
  ),
  'optional-field': typed(
    'warning',
    'A template reads a field or an item that may be absent; the run fails where it is.',
    'Explain: ',
    'Explain {{ judge.remark }}: ',
  ),
  'nullable-field': typed(
    'warning',
    'A template takes a value that may be null for a text; an empty text would stand there in silence.',
    'Explain: ',
    'Explain to {{ judge.owner }}: ',
  ),
  'not-a-list': typed(
    'error',
    'A loop or a filter for lists is given a single value.',
    'point in judge.points',
    'point in judge.verdict',
  ),
  'filter-argument': typed(
    'error',
    'A filter is given a value that it refuses by its type, so the run fails there.',
    'Explain: ',
    'Explain {{ inputs.text | indent: judge.verdict }}: ',
  ),
  'impossible-value': typed(
    'error',
    'A value is compared with one that its schema does not allow, so the comparison never holds.',
    '== "approve"',
    '== "aprove"',
  ),
  'incompatible-comparison': typed(
    'error',
    'Two values of different kinds are compared, so the comparison never holds.',
    'judge.verdict == "approve"',
    'judge.score == "high"',
  ),
  'shadowed-variable': typed(
    'warning',
    'A template sets a name that it is given from outside, which is out of reach from there on.',
    '{% for point in judge.points %}{{ point.title }}{% endfor %}',
    '{% assign inputs = judge.points | json %}{{ inputs }}',
  ),
  'unassigned-variable': typed(
    'warning',
    'A template reads a name that it sets on some ways only; the run fails on the others.',
    '{% for point in judge.points %}{{ point.title }}{% endfor %}',
    '{% if judge.score > 1 %}{% assign word = 1 %}{% endif %}{{ word }}',
  ),
  'constant-guard': typed(
    'error',
    'The condition of a way out always ends alike, so it chooses nothing.',
    'when: judge.verdict == "approve"',
    'when: 1 == 2',
  ),
  'write-conflict': {
    ...typed('warning', 'Branches that work at the same time write to the same place.', '', ''),
    bad: TYPED_CREW.replace(
      'files.read, with: { path: a.md }',
      'files.write, with: { path: a.md, text: One }',
    ).replace('files.read, with: { path: b.md }', 'files.write, with: { path: a.md, text: Two }'),
  },
  'no-budget': typed(
    'info',
    'The crew calls models, and nothing limits how many calls or tokens a run may use.',
    'budget: { calls: 20 }\n',
    '',
  ),
} as const satisfies Record<string, CodeRow>;
