import { schemaType } from '../../expressions/schema-type.ts';
import { checkTemplate } from '../../expressions/template-check.ts';
import { isUnclear } from '../../expressions/value-type.ts';
import { quote } from '../report.ts';
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
    const what = `The input ${quote(input.name)} of the prompt ${quote(used.name)}`;
    const takes = schemaType(input.schema);
    if (!isUnclear(takes)) checkTemplated(context, given, { what, required: true }, takes);
  }
}
