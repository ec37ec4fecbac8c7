import type { JsonObject } from '../../model/json.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { arraySchema, flagSchema, numberSchema, objectSchema, textSchema } from '../spec-schemas.ts';

/** The result of a gate: whether it lets the work pass, why not, and what a crew routes on or shows beside that. */
function verdictSchema(properties: JsonObject): JsonObject {
  const all = {
    ok: flagSchema('The work passes.'),
    reasons: arraySchema({ type: 'string' }, 'Why it does not pass, one line each; empty when it does.'),
    ...properties,
  };
  return objectSchema(all, Object.keys(all));
}

/** A list of artifacts of which a gate reads some keys; the others may be there and are not looked at. */
function itemsSchema(properties: JsonObject, required: readonly string[], description: string): JsonObject {
  return arraySchema({ type: 'object', properties, required }, description);
}

const REQUIREMENT_IDS = arraySchema(textSchema('A requirement.'), 'Ids of the requirements that it serves.');

/** Spec of `gate.traced`. */
export const GATE_TRACED: ToolSpec = {
  name: 'gate.traced',
  description:
    'Passes when every requirement of a priority is traced to at least one task and one test, and no id is unknown or used twice.',
  inputSchema: objectSchema(
    {
      requirements: itemsSchema(
        { id: textSchema('Its id, such as R1.'), priority: textSchema('Its priority, such as P0.') },
        ['id'],
        'What is wanted.',
      ),
      tasks: itemsSchema(
        { id: textSchema('Its id.'), requirements: REQUIREMENT_IDS },
        ['requirements'],
        'What is to be done.',
      ),
      tests: itemsSchema(
        {
          id: textSchema('Its id.'),
          name: textSchema('Its name, when it has no id.'),
          requirements: REQUIREMENT_IDS,
        },
        ['requirements'],
        'What shows that it is done.',
      ),
      priority: textSchema('The priority that is gated; P0 when left out.'),
    },
    ['requirements', 'tasks', 'tests'],
  ),
  outputSchema: verdictSchema({
    checked: numberSchema('Requirements of that priority.'),
    missing: arraySchema(
      objectSchema(
        {
          requirement: textSchema('Its id.'),
          what: { type: 'string', enum: ['task', 'test'], description: 'What nothing traces it to.' },
        },
        ['requirement', 'what'],
      ),
      'Requirements of that priority without a task or without a test, in their order.',
    ),
    unknown: arraySchema(
      objectSchema(
        {
          requirement: textSchema('The id that no requirement has.'),
          what: { type: 'string', enum: ['task', 'test'], description: 'What names it.' },
          by: textSchema('Id or name of that task or test; its place, such as `#2`, when it has neither.'),
        },
        ['requirement', 'what', 'by'],
      ),
      'Ids that tasks and tests name and no requirement has.',
    ),
  }),
  readOnly: true,
};

/** The tools of `builtin:gate`, one row each. */
export const GATE_SPECS: readonly ToolSpec[] = [GATE_TRACED];
