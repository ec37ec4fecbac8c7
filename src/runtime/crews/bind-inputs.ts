import { evaluateTemplate } from '../../expressions/template-evaluate.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';

/**
 * What templates read as `inputs`: the inputs of the crew, over which the values stand that it gives to those of its
 * procedure. Fails with TEMPLATE_FAILED when such a value cannot be rendered. Pure.
 */
export function bindInputs({ bindings }: Program, inputs: JsonObject): JsonObject {
  if (bindings === undefined) return inputs;
  const rows = Object.entries(bindings).map(
    ([name, value]) => [name, evaluateTemplate(value, { inputs })] as const,
  );
  return { ...inputs, ...Object.fromEntries(rows) };
}
