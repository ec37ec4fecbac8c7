import { describeProblems, validateValue } from '../../expressions/validate-value.ts';
import { type CodedFailure, CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import type { Procedure } from '../run-state.ts';
import { bindInputs } from './bind-inputs.ts';

/**
 * What templates read as `inputs` when a run begins. Where a phase says one of them again, those that the run was given go
 * over those of the procedure until it has. Fails with TEMPLATE_FAILED as `bindInputs`. Pure.
 */
export function firstInputs(program: Program, inputs: JsonObject): JsonObject {
  const bound = bindInputs(program, inputs);
  return program.rewrites === undefined ? bound : { ...bound, ...inputs };
}

/**
 * The inputs of a procedure after an artifact of its own: the same, unless it says one of them again; then the values that
 * the crew gives its procedure are made of the new text. Fails with TEMPLATE_FAILED as `bindInputs`. Pure.
 */
export function inputsAfter(procedure: Procedure, path: string, artifact: JsonValue): JsonObject {
  const { program, inputs, given } = procedure;
  const { rewrites } = program;
  if (given === undefined || rewrites?.phase !== path) return inputs;
  const text = textOf(artifact);
  return text === undefined ? inputs : bindInputs(program, { ...given, [rewrites.input]: text });
}

/**
 * Why an artifact cannot stand for the input that it says again: its text does not fit what the crew declares, or the crew
 * cannot give it to its procedure. Undefined when it can. Pure.
 */
export function refusedRewrite(
  procedure: Procedure,
  path: string,
  artifact: JsonValue,
): CodedFailure | undefined {
  const { program, given } = procedure;
  const { rewrites } = program;
  const text = textOf(artifact);
  if (given === undefined || rewrites?.phase !== path || text === undefined) return undefined;
  const schema = program.inputs.find(({ name }) => name === rewrites.input)?.schema ?? {};
  const problems = validateValue(schema, text);
  if (problems.length > 0) {
    const message = `the input \`${rewrites.input}\` as \`${path}\` says it again does not fit: ${describeProblems(problems, 5)}`;
    return { code: 'INPUT_INVALID', message };
  }
  try {
    bindInputs(program, { ...given, [rewrites.input]: text });
    return undefined;
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return error.toFailure();
  }
}

function textOf(artifact: JsonValue): string | undefined {
  const text = (artifact as { readonly text?: JsonValue } | null)?.text;
  return typeof text === 'string' ? text : undefined;
}
