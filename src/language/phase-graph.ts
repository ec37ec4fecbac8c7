import type { Phase, Sop } from '../model/crew.ts';
import { closest } from './closest.ts';

/** A way from one phase to another; `via` is how it is taken. A subscriber has a way from each phase that it watches. */
export interface PhaseEdge {
  readonly from: string;
  readonly to: string;
  readonly via: 'next' | 'on_error' | 'on_limit' | 'subscribe';
}

/** The phases of a procedure and the ways between them. */
export interface PhaseGraph {
  readonly phases: ReadonlyMap<string, Phase>;
  /** Absent when `start` names no phase. */
  readonly start?: string;
  readonly edges: readonly PhaseEdge[];
  /** The same edges by the phase that they leave. */
  readonly leaving: ReadonlyMap<string, readonly PhaseEdge[]>;
  /** False when a way is missing or leads to an unknown place, so that nothing can be said of what is not reached. */
  readonly complete: boolean;
}

/**
 * Builds the graph of a procedure. A mistyped target counts as the phase that was most likely meant, so that one typing
 * error does not make half of the phases unreachable. Pure.
 */
export function buildPhaseGraph(sop: Sop): PhaseGraph {
  const phases = new Map(sop.phases.map(phase => [phase.name, phase]));
  const meant = (name: string): string | undefined =>
    phases.has(name) ? name : closest(name, phases.keys());
  const edges: PhaseEdge[] = [];
  const start = meant(sop.start);
  let complete = start !== undefined;
  for (const phase of sop.phases) {
    const written = writtenEdges(phase);
    if (phase.kind !== 'end' && phase.next.length === 0) complete = false;
    for (const edge of written) {
      const to = meant(edge.to);
      const from = meant(edge.from);
      if (to === undefined || from === undefined) complete = false;
      else if (phases.get(from)?.kind !== 'end') edges.push({ ...edge, from, to });
    }
  }
  return {
    phases,
    ...(start === undefined ? {} : { start }),
    edges,
    leaving: groupByOrigin(edges),
    complete,
  };
}

function writtenEdges(phase: Phase): PhaseEdge[] {
  const from = phase.name;
  const edges: PhaseEdge[] = (phase.subscribe ?? []).map(name => ({
    from: name,
    to: from,
    via: 'subscribe',
  }));
  if (phase.kind === 'end') return edges;
  edges.push(...phase.next.map(({ to }): PhaseEdge => ({ from, to, via: 'next' })));
  if (phase.onError !== undefined) edges.push({ from, to: phase.onError, via: 'on_error' });
  if (phase.onLimit !== undefined) edges.push({ from, to: phase.onLimit, via: 'on_limit' });
  return edges;
}

/** The phases from which no end can be reached, in the order of the file. Pure. */
export function stuckPhases(graph: PhaseGraph): readonly string[] {
  const ends = [...graph.phases.values()].filter(phase => phase.kind === 'end').map(phase => phase.name);
  const back = graph.edges.map(({ from, to, via }): PhaseEdge => ({ from: to, to: from, via }));
  const live = reachedFrom(ends, back);
  return [...graph.phases.keys()].filter(name => !live.has(name));
}

/** The edges by the phase that they leave. Pure. */
export function groupByOrigin(edges: readonly PhaseEdge[]): ReadonlyMap<string, readonly PhaseEdge[]> {
  const leaving = new Map<string, PhaseEdge[]>();
  for (const edge of edges) {
    const others = leaving.get(edge.from);
    if (others) others.push(edge);
    else leaving.set(edge.from, [edge]);
  }
  return leaving;
}

/** The phases that can be reached from `starts` along edges. Pure. */
export function reachedFrom(starts: Iterable<string>, edges: readonly PhaseEdge[]): ReadonlySet<string> {
  const leaving = groupByOrigin(edges);
  const reached = new Set(starts);
  // A set yields what is added while it is walked.
  for (const phase of reached) for (const { to } of leaving.get(phase) ?? []) reached.add(to);
  return reached;
}
