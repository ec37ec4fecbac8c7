import { reachedFrom, stuckPhases } from '../phase-graph.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';

/** Every phase can be reached from the start. */
export function checkReachability({ graph, places, report }: RuleContext): void {
  if (!graph.complete || graph.start === undefined) return;
  const reached = reachedFrom([graph.start], graph.edges);
  // What lies behind a phase without a way out is lost for that reason, which is reported.
  if (stuckPhases(graph).some(name => reached.has(name))) return;
  const lost = [...graph.phases.keys()].filter(name => !reached.has(name));
  // Of phases that only follow other lost ones, the first of each chain is the cause.
  const followers = new Set(
    graph.edges.filter(edge => lost.includes(edge.from) && edge.from !== edge.to).map(edge => edge.to),
  );
  const causes = lost.filter(name => !followers.has(name));
  for (const name of causes.length > 0 ? causes : lost.slice(0, 1)) {
    const message = `No way leads from ${quote(graph.start)} to the phase ${quote(name)}`;
    const hint = 'name it in `next`, `on_error` or `on_limit` of another phase, or take it out';
    report({ code: 'unreachable-phase', range: places.keyOf(['phases', name]), message, hint });
  }
}
