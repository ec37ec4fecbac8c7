import type { PhaseEdge, PhaseGraph } from './phase-graph.ts';

/**
 * Finds a way from the start to `reader` on which `producer` has not completed, as phase names, or undefined when its
 * artifact is there on every way. A phase that fails has no artifact behind its `on_error` way; its `on_limit` way is
 * taken only after completed visits, unless failures have a way of their own. A subscriber is entered only when all
 * that it watches is there. Pure.
 */
export function findWayAround(
  graph: PhaseGraph,
  producer: string,
  reader: string,
): readonly string[] | undefined {
  if (graph.start === undefined) return undefined;
  const cameFrom = new Map<string, string | undefined>([[graph.start, undefined]]);
  for (const phase of cameFrom.keys()) {
    if (phase === reader) break;
    const open = (graph.leaving.get(phase) ?? []).filter(edge => !completes(edge, graph, producer));
    for (const edge of open) {
      if (cameFrom.has(edge.to) || !mayWake(edge, graph, name => name !== producer && cameFrom.has(name)))
        continue;
      cameFrom.set(edge.to, edge.from);
    }
  }
  if (!cameFrom.has(reader)) return undefined;
  const way: string[] = [];
  for (let phase: string | undefined = reader; phase !== undefined; phase = cameFrom.get(phase))
    way.unshift(phase);
  return way;
}

/** Whether a subscriber can have all that it watches without the producer; other ways are open by themselves. */
function mayWake({ to, via }: PhaseEdge, graph: PhaseGraph, isThere: (artifact: string) => boolean): boolean {
  if (via !== 'subscribe') return true;
  const watched = graph.phases.get(to)?.subscribe ?? [];
  return watched.every(name => isThere(name) || !graph.phases.has(name));
}

function completes({ from, via }: PhaseEdge, graph: PhaseGraph, producer: string): boolean {
  if (from !== producer || via === 'on_error') return false;
  const phase = graph.phases.get(from);
  return (
    via === 'next' ||
    via === 'subscribe' ||
    (phase !== undefined && phase.kind !== 'end' && phase.onError === undefined)
  );
}
