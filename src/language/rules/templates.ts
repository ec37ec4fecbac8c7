import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import { scalarRange } from '../scalar-range.ts';

/** Every template is well-formed Liquid. */
export function checkTemplates({ templates, report }: RuleContext): void {
  for (const { node, check } of templates) {
    for (const { code, message, hint, offset, length } of check.problems) {
      const text = message.charAt(0) === '`' ? message : message.charAt(0).toUpperCase() + message.slice(1);
      report({ code, range: scalarRange(node, offset, length), message: text || quote(code), hint });
    }
  }
}
