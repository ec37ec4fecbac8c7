import type { Transition } from '../../model/crew.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { listWorks } from '../works.ts';

/** Some way is always open: the last one has no `when`, and none before it lacks one. So it is with rules of speakers. */
export function checkGuards(context: RuleContext): void {
  for (const phase of context.crew.sop.phases) {
    if (phase.kind === 'end') continue;
    const path = ['phases', phase.name];
    checkWays(context, phase.next, { name: phase.name, path: [...path, 'next'] });
  }
  for (const { work, path } of listWorks(context.crew)) {
    if (work.kind === 'talk') checkWays(context, work.rules, { name: work.name, path: [...path, 'rules'] });
  }
}

function checkWays(
  context: RuleContext,
  ways: readonly Transition[],
  { name, path }: { readonly name: string; readonly path: NodePath },
): void {
  if (ways.length === 0) return;
  const { places, report } = context;
  const last = ways.length - 1;
  const always = ways.findIndex(way => way.when === undefined);
  if (always === -1 && !isConstant(context, [...path, last, 'when'])) {
    const message = `When no condition of ${quote(name)} holds, there is no way on`;
    const range = places.keyOf([...path, last, 'when']);
    const hint = 'end the list with `- { to: … }` without `when`';
    report({ code: 'guards-not-exhaustive', range, message, hint });
  }
  if (always === -1 || always === last) return;
  const message = `This way is never taken, because an earlier one of ${quote(name)} has no \`when\``;
  const range = places.at([...path, always + 1, 'to']);
  report({ code: 'shadowed-transition', range, message, hint: 'move the way without `when` to the end' });
}

/** A condition that reads nothing is a mistake of its own. */
function isConstant({ places, templates }: RuleContext, path: NodePath): boolean {
  const node = places.node(path);
  return templates.some(site => site.node === node && site.check.paths.length === 0);
}
