import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';

/** Some way out is always open: the last one has no `when`, and none before it lacks one. */
export function checkGuards({ crew, places, report }: RuleContext): void {
  for (const phase of crew.sop.phases) {
    if (phase.kind === 'end' || phase.next.length === 0) continue;
    const path = ['phases', phase.name, 'next'];
    const last = phase.next.length - 1;
    const always = phase.next.findIndex(way => way.when === undefined);
    if (phase.next[last]?.when !== undefined && always === -1) {
      const message = `When no condition of ${quote(phase.name)} holds, there is no way on`;
      const range = places.keyOf([...path, last, 'when']);
      report({
        code: 'guards-not-exhaustive',
        range,
        message,
        hint: 'end the list with `- { to: … }` without `when`',
      });
    }
    if (always === -1 || always === last) continue;
    const message = `This way is never taken, because an earlier one of ${quote(phase.name)} has no \`when\``;
    const range = places.at([...path, always + 1, 'to']);
    report({ code: 'shadowed-transition', range, message, hint: 'move the way without `when` to the end' });
  }
}
