import type { JsonSchema } from '../model/json.ts';
import { schemaBlock } from './schema-block.ts';

/**
 * Builds the user message that asks a model to send its answer again, after `problem` (as `readOutput` words it) was
 * found in it. The model sees its own answer above. Without `schema` the answer is text. Pure.
 */
export function buildRepairPrompt(problem: string, schema?: JsonSchema): string {
  return `Your last message cannot be used:

<problem>
${problem.trim()}
</problem>

${schema === undefined ? TEXT_AGAIN : jsonAgain(schema)}`;
}

const TEXT_AGAIN = `Send the whole answer again, complete in itself. If it was too long and got cut, say the same in fewer words.`;

function jsonAgain(schema: JsonSchema): string {
  return `Send the whole answer again: one JSON value that fits the schema below, and nothing else. No words before or after it, no
code fence, never \`...\`. Mend what is named above and keep the rest as it was; do not make up values only to fill the
schema. If the answer was too long and got cut, say the same in fewer words.

${schemaBlock(schema)}`;
}
