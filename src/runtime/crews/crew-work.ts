import { evaluateTemplate } from '../../expressions/template-evaluate.ts';
import { describeProblems, validateValue } from '../../expressions/validate-value.ts';
import type { CrewWork } from '../../model/crew.ts';
import type { CodedFailure } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import { splitPath } from '../scope.ts';
import { failed, type PartOutcome, type Step } from '../step.ts';
import type { WorkContext } from '../work-context.ts';

/** A crew phase has its procedure under way and nothing else to remember. */
export interface CrewState {
  readonly kind: 'crew';
  readonly work: CrewWork;
}

/**
 * Another crew or procedure as one piece of work, as a decider: its artifact is the result of the procedure inside.
 * Fails with INPUT_INVALID when what it is given does not fit the inputs that it declares, and with the failure of the
 * procedure. Pure.
 */
export function startCrew(work: CrewWork, context: WorkContext): Step<CrewState> {
  const state = { kind: 'crew', work } as const;
  const path = programPath(context);
  const program = context.program.crews?.[path];
  if (program === undefined) throw new Error(`compiled program has no crew at ${path}`);
  const given = evaluateTemplate(work.inputs, context.scope) as JsonObject;
  const filled = fillInputs(program, given, work.file);
  if ('code' in filled) return failed(state, filled);
  const crewPath = `${context.crewPath}${path}/`;
  const procedure = { program, inputs: filled.inputs, crewPath, isCast: work.holds === 'sop' };
  return { state, effects: [], procedure };
}

/** The procedure inside has ended, so the work has. Pure. */
export function endCrew(state: CrewState, _context: WorkContext, outcome: PartOutcome): Step<CrewState> {
  return { state, effects: [], outcome };
}

/** Items share one program; branches and phases have their own. */
function programPath({ path, program }: WorkContext): string {
  const { phase } = splitPath(path);
  return program.phases[phase]?.kind === 'each' ? `${phase}.do` : path;
}

/** What the procedure is given, with the defaults of what is left out. */
function fillInputs(
  program: Program,
  given: JsonObject,
  file: string,
): CodedFailure | { readonly inputs: JsonObject } {
  const inputs: { [name: string]: JsonValue } = {};
  for (const { name, schema, required, default: fallback } of program.inputs) {
    const value = Object.hasOwn(given, name) ? given[name] : fallback;
    if (value === undefined) {
      if (!required) continue;
      return {
        code: 'INPUT_INVALID',
        message: `\`${file}\` needs the input \`${name}\`, which it was not given`,
      };
    }
    const problems = validateValue(schema, value);
    if (problems.length > 0) {
      const message = `the input \`${name}\` of \`${file}\` does not fit: ${describeProblems(problems, 5)}`;
      return { code: 'INPUT_INVALID', message };
    }
    inputs[name] = value;
  }
  return { inputs };
}
