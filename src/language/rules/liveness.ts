import { type PhaseEdge, reachedFrom } from '../phase-graph.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';

/** There is an end, and it can be reached from every phase. */
export function checkLiveness({ graph, places, report }: RuleContext): void {
  const ends = [...graph.phases.values()].filter(phase => phase.kind === 'end').map(phase => phase.name);
  if (!graph.complete || graph.phases.size === 0) return;
  if (ends.length === 0) {
    const message = 'The procedure has no phase with `end`, so no run could finish';
    report({
      code: 'no-end-phase',
      range: places.keyOf(['phases']),
      message,
      hint: 'add `done: { end: success }`',
    });
    return;
  }
  const back: PhaseEdge[] = graph.edges.map(({ from, to, via }) => ({ from: to, to: from, via }));
  const live = reachedFrom(ends, back);
  const stuck = [...graph.phases.keys()].filter(name => !live.has(name));
  const first = stuck[0];
  if (first === undefined) return;
  const message = `No way leads from the phase ${quote(first)} to an end`;
  const others = stuck.slice(1, 6).map(quote).join(', ');
  const hint =
    stuck.length > 1
      ? `the same holds for ${others}; give one of them a way out`
      : 'give it a way out in `next`';
  report({ code: 'no-way-to-end', range: places.keyOf(['phases', first]), message, hint });
}
