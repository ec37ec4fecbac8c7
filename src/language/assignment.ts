import type { PhaseEdge, PhaseGraph } from './phase-graph.ts';

/** How far it is followed that a subscriber watches subscribers; beyond that a way counts as open. */
const DEEPEST_PROOF = 8;

/**
 * Finds a way from the start to `reader` on which `producer` has not completed, as phase names, or undefined when its
 * artifact is there on every way. A phase that fails has no artifact behind its `on_error` way; its `on_limit` way is
 * taken only after completed visits, unless failures have a way of their own. A subscriber is entered only when all
 * that it watches is there, and then before any `next` way is taken. Pure.
 */
export function findWayAround(
  graph: PhaseGraph,
  producer: string,
  reader: string,
): readonly string[] | undefined {
  return search({ graph, depth: 0, known: new Map() }, producer, reader);
}

interface Proof {
  readonly graph: PhaseGraph;
  readonly depth: number;
  /** What was found before, by depth, artifact and phase. */
  readonly known: Map<string, boolean>;
}

function search(proof: Proof, producer: string, reader: string): readonly string[] | undefined {
  const { graph } = proof;
  if (graph.start === undefined) return undefined;
  const cameFrom = new Map<string, string | undefined>([[graph.start, undefined]]);
  for (const phase of cameFrom.keys()) {
    if (phase === reader) break;
    const isThere = (name: string): boolean => name !== producer && cameFrom.has(name);
    for (const edge of graph.leaving.get(phase) ?? []) {
      if (cameFrom.has(edge.to) || completes(edge, graph, producer)) continue;
      if (!mayWake(edge, graph, isThere) || isPreceded(edge, proof, producer)) continue;
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

/**
 * Whether the producer is a subscriber that comes before a `next` way: all that it watches is there by then, so either
 * it has been entered before, and then it completed because its failure ends the run, or it is entered now.
 */
function isPreceded({ from, via }: PhaseEdge, proof: Proof, producer: string): boolean {
  const subscriber = proof.graph.phases.get(producer);
  const watched = subscriber?.subscribe ?? [];
  if (via !== 'next' || subscriber?.kind === 'end' || watched.length === 0) return false;
  if (subscriber?.onError !== undefined || proof.depth >= DEEPEST_PROOF) return false;
  const deeper = { ...proof, depth: proof.depth + 1 };
  return watched.every(artifact => artifact === from || isThereAfter(deeper, artifact, from));
}

/** Whether an artifact is there whenever a `next` way of a phase is taken. */
function isThereAfter(proof: Proof, artifact: string, phase: string): boolean {
  const key = `${proof.depth} ${artifact} ${phase}`;
  const before = proof.known.get(key);
  if (before !== undefined) return before;
  const preceded = isPreceded({ from: phase, to: artifact, via: 'next' }, proof, artifact);
  const found = preceded || search(proof, artifact, phase) === undefined;
  proof.known.set(key, found);
  return found;
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
