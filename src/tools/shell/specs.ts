import type { ToolSpec } from '../../model/tool-spec.ts';
import { arraySchema, flagSchema, numberSchema, objectSchema, textSchema } from '../spec-schemas.ts';

/** Spec of `shell.run`. */
export const SHELL_RUN: ToolSpec = {
  name: 'shell.run',
  description:
    'Runs one program in the workspace to its end and gives what it printed. A program that fails is a result, not an error.',
  inputSchema: objectSchema(
    {
      command: {
        ...arraySchema(
          { type: 'string', minLength: 1 },
          'The program and its arguments, such as ["npm", "test"]; nothing in them is expanded, and there are no pipes.',
        ),
        minItems: 1,
        maxItems: 200,
      },
      input: textSchema('What it reads from its standard input; nothing when left out.'),
      timeout_s: numberSchema('Seconds that it may take; 120 when left out.', { minimum: 1, maximum: 3600 }),
    },
    ['command'],
  ),
  outputSchema: objectSchema(
    {
      exit_code: {
        type: ['integer', 'null'],
        description: 'The exit code; null when it was stopped or a signal ended it.',
      },
      timed_out: flagSchema('It was stopped because its time was over.'),
      output: textSchema(
        'The end of what it printed, standard output and error together, at most 64,000 bytes.',
      ),
      truncated: flagSchema('It printed more than that.'),
    },
    ['exit_code', 'timed_out', 'output', 'truncated'],
  ),
  readOnly: false,
};

/** The specs of `builtin:shell`. */
export const SHELL_SPECS: readonly ToolSpec[] = [SHELL_RUN];
