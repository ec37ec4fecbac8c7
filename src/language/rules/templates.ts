import type { RuleContext } from '../rule.ts';
import { reportTemplateProblems } from '../template-problems.ts';

/** Every template is well-formed Liquid. */
export function checkTemplates({ templates, report }: RuleContext): void {
  for (const site of templates) reportTemplateProblems(site, report);
}
