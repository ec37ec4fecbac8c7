import { groupByOrigin, type PhaseEdge, type PhaseGraph } from '../phase-graph.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';

/**
 * Every cycle is bounded. A phase with `max_visits` lets a run through only so often; after that only its `on_limit`
 * way is open, and that one stays open for ever. A subscriber is woken only while it has visits left.
 */
export function checkCycles({ graph, places, report }: RuleContext): void {
  const lasting = groupByOrigin(graph.edges.filter(edge => lasts(edge, graph)));
  const reported = new Set<string>();
  for (const name of graph.phases.keys()) {
    if (reported.has(name)) continue;
    const cycle = shortestCycle(name, lasting);
    if (!cycle) continue;
    for (const member of cycle) reported.add(member);
    const way = [...cycle, name].map(quote).join(' → ');
    const limited = cycle.some(member => hasLimit(graph, member));
    const message = `Nothing bounds the cycle ${way}`;
    const hint = limited
      ? 'let `on_limit` lead out of the cycle'
      : `give one of its phases \`max_visits\`, for example ${quote(name)}`;
    report({ code: 'unbounded-cycle', range: places.keyOf(['phases', name]), message, hint });
  }
}

function lasts(edge: PhaseEdge, graph: PhaseGraph): boolean {
  if (edge.via === 'subscribe') return false;
  return hasLimit(graph, edge.from) === (edge.via === 'on_limit');
}

function hasLimit(graph: PhaseGraph, name: string): boolean {
  const phase = graph.phases.get(name);
  return phase !== undefined && phase.kind !== 'end' && phase.maxVisits !== undefined;
}

/** The phases of a shortest cycle through `name`, beginning with it. */
function shortestCycle(
  name: string,
  leaving: ReadonlyMap<string, readonly PhaseEdge[]>,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [name];
  for (const phase of queue) {
    for (const { to } of leaving.get(phase) ?? []) {
      if (to === name) return walkBack(phase, name, cameFrom);
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, phase);
      queue.push(to);
    }
  }
  return undefined;
}

function walkBack(last: string, name: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [last];
  for (let phase = last; phase !== name; ) {
    phase = cameFrom.get(phase) ?? name;
    way.unshift(phase);
  }
  return way;
}
