import { type CodeRow, swap } from './code-row.ts';

/** Codes about the ways through the phases, and about templates and what they read. */
export const FLOW_CODES = {
  'unreachable-phase': swap(
    'No way leads to this phase from the start, so it can never run.',
    'on_limit: failed',
    'on_limit: done',
  ),
  'no-way-to-end': swap(
    'From this phase no end can be reached, so a run that enters it could not finish.',
    '{ end: failure }',
    '{ tool: git.diff, with: { range: HEAD }, max_visits: 2, next: failed }',
  ),
  'no-end-phase': {
    ...swap('A procedure needs a phase with `end`.', '', ''),
    bad: `version: 1
crew: example
goal: Never finish.
tools: { git: builtin:git }
start: collect
phases:
  collect: { tool: git.diff, with: { range: HEAD }, max_visits: 2, next: collect }
`,
  },
  'unbounded-cycle': swap(
    'A cycle of phases has no limit, so a run could go round for ever.',
    '    max_visits: 3\n    on_limit: failed\n',
    '    on_error: failed\n',
  ),
  'guards-not-exhaustive': swap(
    'The last way out has a condition, so there may be no way on.',
    '- { to: done }',
    '- { when: visit >= 2, to: done }',
  ),
  'shadowed-transition': swap(
    'An earlier way out has no condition, so the later ones are never taken.',
    '{ when: visit < 2, to: write }',
    '{ to: write }',
  ),
  'template-syntax': swap(
    'A template or condition is not well-formed Liquid.',
    '{{ collect | json }}',
    '{{ collect | json ',
  ),
  'template-unknown-filter': swap('Liquid has no filter of this name.', '| json', '| jsson'),
  'template-jinja': swap(
    'This is how other template languages spell it; Liquid would take it in silence for something else.',
    '{{ collect | json }}',
    '{{ collect if visit else 1 }}',
  ),
  'unknown-variable': swap(
    'A template reads a name that does not exist there.',
    '{{ collect | json }}',
    '{{ colect | json }}',
  ),
  'unknown-input': swap(
    'A template reads an input that the crew does not declare.',
    '{{ inputs.range }}',
    '{{ inputs.rnge }}',
  ),
  'unassigned-artifact': swap(
    'A template reads the artifact of a phase that has not run on every way to it. Where it may be absent, read it inside `{% if … %}` or with `| default:`.',
    'range: "{{ inputs.range }}"',
    'range: "{{ write }}"',
  ),
} as const satisfies Record<string, CodeRow>;
