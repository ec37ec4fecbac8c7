import { type PhaseGraph, reachedFrom, stuckPhases } from '../phase-graph.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';

/** There is an end, and it can be reached from every phase. */
export function checkLiveness({ graph, places, report }: RuleContext): void {
  const ends = [...graph.phases.values()].filter(phase => phase.kind === 'end');
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
  const trap = firstTrap(graph);
  const [first, ...others] = trap;
  if (first === undefined) return;
  const message = `No way leads from the phase ${quote(first)} to an end`;
  const named = others.slice(0, 5).map(quote).join(', ');
  const hint =
    named === '' ? 'give it a way out in `next`' : `the same holds for ${named}; give one of them a way out`;
  report({ code: 'no-way-to-end', range: places.keyOf(['phases', first]), message, hint });
}

/** Phases that lead only to one another: the cause of all that is stuck before them. */
function firstTrap(graph: PhaseGraph): readonly string[] {
  for (const name of stuckPhases(graph)) {
    const reached = reachedFrom([name], graph.edges);
    const members = [...graph.phases.keys()].filter(one => reached.has(one));
    if (members.every(one => reachedFrom([one], graph.edges).has(name))) return members;
  }
  return [];
}
