import { toolsetSpecs } from '../../model/toolset-specs.ts';
import { checkPolicyRules } from '../check-policy-rules.ts';
import type { RuleContext } from '../rule.ts';
import { entryOf, keyPlaceOf } from '../source-node.ts';

/** The rules of a crew speak of its own toolsets and tools, and can only narrow what the user allows. */
export function checkPolicy({ crew, file, inner, roots, catalog, report }: RuleContext): void {
  const [root] = roots;
  if (file === 'sop' || inner === true || root === undefined) return;
  const toolsets = new Map(crew.toolsets.map(each => [each.name, toolsetSpecs(each, catalog)]));
  checkPolicyRules({ root, path: ['policy'], file: 'crew', toolsets, report });
  const list = entryOf(root, 'policy')?.value;
  if (list?.kind !== 'list') return;
  for (const [index, node] of list.items.entries()) {
    if (entryOf(node, 'allow') === undefined) continue;
    const message =
      '`allow` in a crew allows nothing by itself: a crew only narrows what the policy of its user allows';
    const range = keyPlaceOf(root, ['policy', index, 'allow']);
    const hint = 'take it out, or put it into your own `crew.policy.yaml`';
    report({ code: 'allow-narrows-nothing', range, message, hint, severity: 'info' });
  }
}
