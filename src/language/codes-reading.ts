import { loneUnitOf } from '../model/source.ts';
import { type CodeRow, GOOD_CREW, INCLUDED_SOP, INCLUDING_CREW, swap } from './code-row.ts';

const withOutput = (reference: string): string =>
  GOOD_CREW.replace('max_visits: 3', () => `output: { $ref: ${reference} }\n    max_visits: 3`);
const included = { 'hello.sop.yaml': INCLUDED_SOP };
const schemas = {
  'report.schema.json': '{ "type": "object" }',
  'broken.schema.json': '{ "type": ',
  'loop.schema.json': '{ "properties": { "inner": { "$ref": "loop.schema.json" } } }',
};

/** Codes about reading files: YAML, its limits, and includes. */
export const READING_CODES = {
  'yaml-syntax': swap(
    'The text is not YAML that can be read as plain values.',
    '{ end: failure }',
    '{ end: failure',
  ),
  'tab-indent': swap(
    'YAML is indented with spaces; a tab has no agreed width.',
    '    tool: git.diff',
    '\ttool: git.diff',
  ),
  'duplicate-key': swap(
    'A key stands twice in one mapping, so one of them would be lost.',
    'goal: Write a',
    'goal: Once more.\ngoal: Write a',
  ),
  'several-documents': {
    ...swap('A file holds one crew or one procedure.', '', ''),
    bad: `${GOOD_CREW}---\nversion: 1\n`,
  },
  'empty-file': {
    severity: 'error',
    meaning: 'The file holds nothing.',
    bad: '# nothing yet\n',
    good: GOOD_CREW,
  },
  'file-too-large': {
    ...swap('Files are read up to 1 MiB, so that no file can stall a check.', '', ''),
    bad: `# ${'long '.repeat(220_000)}\n`,
  },
  'not-utf8': swap(
    'Files are read as UTF-8; anything else would reach a model as other signs than were written.',
    'goal: Write a',
    `goal: Write ${loneUnitOf(0xe9)} a`,
  ),
  'too-deep': {
    ...swap('Values are nested at most 64 levels.', '', ''),
    bad: `x-deep: ${'['.repeat(80)}${']'.repeat(80)}\n`,
  },
  'too-many-aliases': {
    ...swap(
      'Aliases may not blow a small file up to a huge one: at most 50,000 values and 64 levels.',
      '',
      '',
    ),
    bad: `x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\nx-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nx-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nx-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\nx-e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n`,
  },
  'wrong-file-kind': {
    severity: 'error',
    meaning: 'A procedure was given where a crew is needed, or the other way round.',
    bad: INCLUDED_SOP,
    good: INCLUDING_CREW,
    files: included,
  },
  'file-not-found': {
    severity: 'error',
    meaning: 'A file that is named does not exist; paths are relative to the file that names them.',
    bad: INCLUDING_CREW.replace('hello.sop', 'helo.sop'),
    good: INCLUDING_CREW,
    files: included,
  },
  'include-not-relative': {
    severity: 'error',
    meaning:
      'Only files next to the crew are included, never URLs or absolute paths, so that a check reads nothing else.',
    bad: INCLUDING_CREW.replace('hello.sop.yaml', () => 'https://example.com/hello.sop.yaml'),
    good: INCLUDING_CREW,
    files: included,
  },
  'include-cycle': {
    severity: 'error',
    meaning: 'A file includes itself, directly or through others.',
    bad: withOutput('loop.schema.json'),
    good: withOutput('report.schema.json'),
    files: schemas,
  },
  'invalid-json': {
    severity: 'error',
    meaning: 'An included schema file is not JSON.',
    bad: withOutput('broken.schema.json'),
    good: withOutput('report.schema.json'),
    files: schemas,
  },
  'secret-in-file': swap(
    'A file holds something that looks like a key; crew files are shared, keys are not.',
    'crew: example',
    'crew: example\nx-key: AKIAABCDEFGHIJKLMNOP',
  ),
} as const satisfies Record<string, CodeRow>;
