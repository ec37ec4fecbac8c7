import type { JsonObject } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import { type FlagValues, type Terminal, textFlag, textFlags } from './command.ts';
import { readNamedFile } from './read-files.ts';
import { readInputs } from './read-inputs.ts';

/** The inputs that `-i` and `--inputs` give a crew. Fails with INPUT_INVALID, FILE_NOT_FOUND or FILE_UNREADABLE. */
export async function givenInputs(
  program: Program,
  values: FlagValues,
  terminal: Terminal,
): Promise<JsonObject> {
  const file = textFlag(values, 'inputs');
  return readInputs({
    declared: program.inputs,
    pairs: textFlags(values, 'input'),
    ...(file === undefined ? {} : { file: { path: file, text: readNamedFile(terminal.cwd, file) } }),
  });
}
