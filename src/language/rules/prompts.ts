import { schemaType } from '../../expressions/schema-type.ts';
import { checkTemplate } from '../../expressions/template-check.ts';
import type { PlacedPrompt } from '../resolve-prompts.ts';
import type { RuleContext } from '../rule.ts';
import { checkTemplated } from './argument-types.ts';

/** Values that templates give to the inputs of prompt files are of the kinds that these take. */
export function checkPrompts(context: RuleContext): void {
  for (const placed of (context.prompts ?? []).flatMap(one => one.placed)) checkPlaced(context, placed);
}

function checkPlaced(context: RuleContext, { used, node, bound }: PlacedPrompt): void {
  const site = context.templates.find(one => one.node === node);
  if (site === undefined) return;
  for (const { input, source, node: written } of bound) {
    const given = { ...site, node: written, source, check: checkTemplate(source, 'text') };
    const argument = { name: input.name, owner: used.name, required: true };
    checkTemplated(context, given, argument, schemaType(input.schema));
  }
}
