import type { OutputRequest } from '../model/effect.ts';
import { schemaBlock } from './schema-block.ts';

/** How whoever is asked must deliver: a text that stands by itself, or one JSON value in a schema. Pure. */
export function deliveryRules(output: OutputRequest | undefined): string {
  return output === undefined ? TEXT_DELIVERY : jsonDelivery(output);
}

const TEXT_DELIVERY = `Your final message is what you deliver, and others go on with it as it stands. Make it complete in itself, with the
result first, and without remarks about how you worked.`;

function jsonDelivery({ name, schema }: OutputRequest): string {
  return `Your final message is the artifact \`${name}\`: one JSON value that fits the JSON Schema below, and nothing else. No
words before or after it, no code fence. Write all of it, never \`...\`. Leave out optional properties for which you have
no value; an empty list is a good answer where there is nothing to report.

${schemaBlock(schema)}`;
}
