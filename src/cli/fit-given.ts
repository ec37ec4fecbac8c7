import { artifactSchema } from '../model/artifact-schema.ts';
import { CrewError } from '../model/crew-error.ts';
import type { JsonSchema, JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import { loadValidation } from './wire.ts';

/**
 * Holds values that stand for artifacts against what their phases deliver. Fields may be left out: what is not read need not be
 * there. Fails with USAGE for the first that does not fit.
 */
export async function fitGiven(program: Program, given: ReadonlyMap<string, JsonValue>): Promise<void> {
  for (const [name, value] of given) {
    const schema = schemaOf(program, name);
    if (schema === undefined) continue;
    const { schemaMismatches, describeProblems } = await loadValidation();
    const problems = schemaMismatches(schema, value).filter(({ keyword }) => keyword !== 'required');
    if (problems.length === 0) continue;
    throw new CrewError(
      'USAGE',
      `\`--with ${name}\` is not what the phase \`${name}\` delivers: ${describeProblems(problems, 3)}`,
    );
  }
}

function schemaOf({ phases, tools }: Program, name: string): JsonSchema | undefined {
  const phase = Object.hasOwn(phases, name) ? phases[name] : undefined;
  if (phase === undefined || phase.kind === 'end') return undefined;
  const own = artifactSchema(phase);
  if (own !== undefined || phase.kind !== 'tool') return own;
  return tools.find(spec => spec.name === phase.tool)?.outputSchema;
}
