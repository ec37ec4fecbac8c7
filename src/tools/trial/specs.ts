import type { ToolSpec } from '../../model/tool-spec.ts';
import { arraySchema, flagSchema, numberSchema, objectSchema, textSchema } from '../spec-schemas.ts';

const PATH = textSchema('A path relative to the workspace; `.` is all of it.');

/** Spec of `trial.run`. It may run again after a crash: each trial runs it anew anyway. */
export const TRIAL_RUN: ToolSpec = {
  name: 'trial.run',
  description: [
    'Judges an artifact by a command: exit code 0 passes, anything else does not, nor does a command that is stopped because its time is over.',
    'With `artifact_as` it runs in a new folder, which is removed afterwards; else in the workspace.',
    'It gets a short list of variables and no keys, and nothing that it starts lives on.',
  ].join(' '),
  inputSchema: objectSchema(
    {
      command: {
        ...arraySchema({ type: 'string' }, 'The program and its arguments; there is no shell.'),
        minItems: 1,
        maxItems: 100,
      },
      timeout_ms: numberSchema('Milliseconds that it may take; 60,000 when left out.', {
        minimum: 100,
        maximum: 3_600_000,
      }),
      cwd: textSchema('The folder in which it runs, relative to the workspace or to the new folder.'),
      artifact: {
        description: 'What is judged: text as it is, anything else as JSON. Read with `artifact_as`.',
      },
      artifact_as: textSchema('The file of the new folder that the artifact is written to.'),
      copy: {
        ...arraySchema(
          PATH,
          'What is copied into the new folder first, without `.git`, `.crew` and links that lead out. A `node_modules` is linked.',
        ),
        maxItems: 100,
      },
      input: textSchema('What it reads from its standard input; nothing when left out.'),
      output_from: textSchema('A file that it writes, whose text is taken instead of what it prints.'),
      sandbox: {
        ...objectSchema(
          {
            fs: arraySchema(textSchema('`ro:` or `rw:` and a path.'), 'Paths that it may see.'),
            net: { type: 'string', enum: ['none', 'host'], description: 'Its network.' },
          },
          ['fs', 'net'],
        ),
        description:
          'What it may see of this machine, under bubblewrap; all that the user sees when left out.',
      },
    },
    ['command'],
  ),
  outputSchema: objectSchema(
    {
      passed: flagSchema('It ended with exit code 0.'),
      exit_code: {
        type: ['integer', 'null'],
        description: 'The exit code; null when it was stopped or a signal ended it.',
      },
      timed_out: flagSchema('It was stopped because its time was over.'),
      output: textSchema(
        'The end of what it printed, standard output and error together, or of `output_from`, at most 64,000 bytes.',
      ),
      truncated: flagSchema('There was more than that.'),
      json: {
        description: 'The output, or else its last line, as a JSON value; null when neither is one.',
      },
      said: textSchema('How it ended, and the end of its output, in at most 3,800 characters.'),
    },
    ['passed', 'exit_code', 'timed_out', 'output', 'truncated', 'json', 'said'],
  ),
  readOnly: false,
  repeatable: true,
};

/** The specs of `builtin:trial`. */
export const TRIAL_SPECS: readonly ToolSpec[] = [TRIAL_RUN];
