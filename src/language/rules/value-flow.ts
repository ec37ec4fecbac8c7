import { isSingle } from '../../expressions/read-value.ts';
import { typeCondition, typeTemplate } from '../../expressions/template-types.ts';
import { describeType } from '../../expressions/value-type.ts';
import type { RuleContext } from '../rule.ts';
import { scalarRange } from '../scalar-range.ts';
import { reportTypeProblem } from '../template-problems.ts';
import type { TemplateSite } from '../template-sites.ts';

/** Templates and conditions use what they read as its schema lets them. */
export function checkValueFlow(context: RuleContext): void {
  for (const site of context.templates) {
    if (site.check.problems.length > 0) continue;
    const scope = context.types.scopeOf(site);
    const typed =
      site.mode === 'condition' ? typeCondition(site.source, scope) : typeTemplate(site.source, scope);
    for (const problem of typed.problems) reportTypeProblem(site, problem, context.report);
    if (
      site.phase.kind !== 'each' ||
      !isEachList(context, site) ||
      !('type' in typed) ||
      !isSingle(typed.type)
    )
      continue;
    const message = `\`each\` goes through a list, but this is ${describeType(typed.type)}`;
    const range = scalarRange(site.node, 0, site.source.length);
    context.report({ code: 'not-a-list', range, message });
  }
}

/** A list that is written out has templates inside, which are its items. */
function isEachList({ places }: RuleContext, { path, node }: TemplateSite): boolean {
  return places.node(path) === node && path.length === 4 && path[2] === 'each' && path[3] === 'in';
}
