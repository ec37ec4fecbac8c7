import type { JsonObject } from '../../model/json.ts';
import type { ToolAnnotations, ToolSpec } from '../../model/tool-spec.ts';
import { arraySchema, flagSchema, numberSchema, objectSchema, textSchema } from '../spec-schemas.ts';

/** Runs have checkouts of their own, and a patch touches only what git can bring back. */
const KEEPS: ToolAnnotations = { destructiveHint: false };
const MAX_FILES = 200;
const MAX_CONTENT_LENGTH = 500_000;

const BASE = textSchema('The revision that the change is made to; HEAD when left out.');
const PATH = textSchema('The file, relative to the workspace, without symbolic links on the way.');
const CONTENT: JsonObject = {
  ...textSchema('The whole new content.'),
  maxLength: MAX_CONTENT_LENGTH,
};
const COMMAND: JsonObject = {
  ...arraySchema(
    { type: 'string', minLength: 1 },
    'The program and its arguments, such as ["node", "--test"]; there is no shell.',
  ),
  minItems: 1,
  maxItems: 100,
};
const TIMEOUT = numberSchema('Seconds that one run of the command may take; 120 when left out.', {
  minimum: 1,
  maximum: 3600,
});

const FILES: JsonObject = {
  ...arraySchema(
    {
      type: 'object',
      properties: { path: PATH, content: CONTENT, delete: flagSchema('Takes the file away.') },
      required: ['path'],
    },
    'What the change writes: whole files, or `delete`. Other keys are not read.',
  ),
  maxItems: MAX_FILES,
};
const TESTS: JsonObject = {
  ...arraySchema(
    { type: 'object', properties: { path: PATH, content: CONTENT }, required: ['path', 'content'] },
    'The tests of the change, as whole files. Other keys are not read.',
  ),
  maxItems: MAX_FILES,
};

const RUN_PROPERTIES: JsonObject = {
  exit_code: {
    type: ['integer', 'null'],
    description: 'The exit code; null when the command was stopped or a signal ended it.',
  },
  timed_out: flagSchema('It was stopped because its time was over.'),
  passes: flagSchema('It ended with exit code 0.'),
  output: textSchema('The end of what it printed, standard output and error together, at most 16,000 bytes.'),
  truncated: flagSchema('It printed more than that.'),
  messages: arraySchema(
    { type: 'string' },
    'Lines of the output that name what failed, at most 20; none when it passed.',
  ),
  places: arraySchema(
    objectSchema({ path: textSchema('A file of the checkout.'), line: numberSchema('A line of it.') }, [
      'path',
      'line',
    ]),
    'Places that the output names, at most 20, in its order; none when it passed.',
  ),
};
const RUN = objectSchema(RUN_PROPERTIES, Object.keys(RUN_PROPERTIES));

const HOW = [
  'The command runs in a fresh checkout under `.crew/worktrees/`, which is removed afterwards; the working tree stays as it is.',
  'It runs with the rights of the user and without a sandbox: only its variables, its time and its output are limited.',
  'A `node_modules` folder that git ignores is linked into the checkout.',
].join(' ');

/** Spec of `change.requirements`. */
export const CHANGE_REQUIREMENTS: ToolSpec = {
  name: 'change.requirements',
  description:
    'Finds candidates of requirements in the text of a request by rules: items of lists, and sentences with must, should or may. Judges nothing.',
  inputSchema: objectSchema({ text: textSchema('The request, as Markdown or plain text.') }, ['text']),
  outputSchema: objectSchema(
    {
      requirements: arraySchema(
        objectSchema(
          {
            id: textSchema('R1, R2 and so on, in the order of the request.'),
            priority: {
              type: 'string',
              enum: ['P0', 'P1', 'P2'],
              description: 'P0 must, P1 should, P2 may; an item without such words is P0.',
            },
            text: textSchema('Its words.'),
            line: numberSchema('Where it begins, counted from 1.'),
          },
          ['id', 'priority', 'text', 'line'],
        ),
        'What is asked for, at most 50.',
      ),
      questions: arraySchema({ type: 'string' }, 'What the request asks instead of saying it.'),
      excluded: arraySchema({ type: 'string' }, 'What it says is not wanted.'),
    },
    ['requirements', 'questions', 'excluded'],
  ),
  readOnly: true,
};

/** Spec of `change.test`. */
export const CHANGE_TEST: ToolSpec = {
  name: 'change.test',
  description: `Runs a test command on a revision, with further tests if there are any, and tells what failed. ${HOW}`,
  inputSchema: objectSchema({ base: BASE, tests: TESTS, command: COMMAND, timeout_s: TIMEOUT }, ['command']),
  outputSchema: objectSchema({ base: textSchema('Id of the tested commit.'), ...RUN_PROPERTIES }, [
    'base',
    ...Object.keys(RUN_PROPERTIES),
  ]),
  readOnly: false,
  annotations: KEEPS,
  repeatable: true,
};

const CHECK_PROPERTIES: JsonObject = {
  ok: flagSchema('The tests tell the change from its absence: they fail without it and pass with it.'),
  reasons: arraySchema({ type: 'string' }, 'Why it is not ok, one line each; empty when it is.'),
  base: textSchema('Id of the commit that the change was made to.'),
  before: { ...RUN, description: 'The command with the tests and without the change.' },
  after: { ...RUN, description: 'The command with the tests and the change.' },
  fails_before: flagSchema('Without the change the command does not pass.'),
  passes_after: flagSchema('With the change the command passes.'),
  changed_tests: arraySchema(
    { type: 'string' },
    'Files of the patch that look like tests and were there before: a reader should see why they had to change.',
  ),
  patch: textSchema('Tests and change as a unified patch against the base, for `change.apply`.'),
  files_changed: numberSchema('Files in the patch.'),
  paths: arraySchema({ type: 'string' }, 'The files in the patch.'),
};

/** Spec of `change.check`. */
export const CHANGE_CHECK: ToolSpec = {
  name: 'change.check',
  description: `Checks a change by its tests: the command must fail with the tests alone and pass with tests and change. Each run has a checkout of its own. ${HOW}`,
  inputSchema: objectSchema(
    { base: BASE, files: FILES, tests: TESTS, command: COMMAND, timeout_s: TIMEOUT },
    ['files', 'tests', 'command'],
  ),
  outputSchema: objectSchema(CHECK_PROPERTIES, Object.keys(CHECK_PROPERTIES)),
  readOnly: false,
  annotations: KEEPS,
  repeatable: true,
};

/** Spec of `change.apply`. */
export const CHANGE_APPLY: ToolSpec = {
  name: 'change.apply',
  description:
    'Applies a unified patch to the working tree, all of it or nothing. Refuses when one of its files has other changes that are not committed, and patches of links, submodules, `.git` or `.crew`.',
  inputSchema: objectSchema(
    { patch: textSchema('A patch as `git diff` prints it, with paths relative to the workspace.') },
    ['patch'],
  ),
  outputSchema: objectSchema(
    {
      files_changed: numberSchema('Files that were changed.'),
      files: arraySchema(
        objectSchema(
          {
            path: textSchema('The file.'),
            status: {
              type: 'string',
              enum: ['added', 'modified', 'deleted'],
              description: 'What happened to it.',
            },
          },
          ['path', 'status'],
        ),
        'The files that were changed.',
      ),
    },
    ['files_changed', 'files'],
  ),
  readOnly: false,
  annotations: KEEPS,
};

/** The tools of `builtin:change`, one row each. */
export const CHANGE_SPECS: readonly ToolSpec[] = [
  CHANGE_REQUIREMENTS,
  CHANGE_TEST,
  CHANGE_CHECK,
  CHANGE_APPLY,
];
