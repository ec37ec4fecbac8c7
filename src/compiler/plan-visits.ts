import type { Phase } from '../model/crew.ts';

/** A way that a run can take. `limited` ways can be taken only `most` times in one run. */
interface Way {
  readonly to: string;
  readonly most?: number;
}

/** How often each phase can be visited, and which parts of the procedure hang together. */
export interface VisitBounds {
  /** By phase; Infinity where nothing bounds a cycle. */
  readonly visits: ReadonlyMap<string, number>;
  /** Phases that lie on common cycles, together; a run that leaves a group never comes back. */
  readonly groups: readonly PhaseGroup[];
}

/** Phases that lie on common cycles, and the groups that can follow, by their place in the list. */
interface PhaseGroup {
  readonly phases: readonly string[];
  readonly next: readonly number[];
}

/**
 * Bounds the visits of every phase, from `max_visits` and the shape of the procedure. A run passes a group once; inside
 * it, every stretch between two passages of a limited entrance is without a cycle, so it meets each phase at most once:
 * a phase is visited at most once for each passage of a limit from which it can be reached, and once for coming in.
 * Pure. Sound for every run of the compiled machine; exact where one limited phase governs a cycle.
 */
export function boundVisits(phases: readonly Phase[], start: string): VisitBounds {
  const ways = waysOf(phases);
  const groups = groupNodes([...ways.keys()], ways);
  const placeOf = new Map(groups.flatMap((group, place) => group.map(node => [node, place] as const)));
  const reached = reachable([entranceOf(phases, start)], ways);
  const visits = new Map(phases.map(phase => [phase.name, 0]));
  for (const group of groups) {
    const inside = new Set(group.filter(node => reached.has(node)));
    const entries = entriesOf(inside, { ways, reached, start: entranceOf(phases, start) });
    for (const node of inside) {
      if (!visits.has(node)) continue;
      const count = isCyclic(group, ways) ? visitsInside(node, { inside, entries, ways }) : 1;
      visits.set(node, count);
    }
  }
  return { visits, groups: groups.map(group => phaseGroup(group, { ways, placeOf, visits })) };
}

type Ways = ReadonlyMap<string, readonly Way[]>;

/** A phase with `max_visits` is two nodes, its entrance and itself, as in the compiled machine. */
function waysOf(phases: readonly Phase[]): Ways {
  const ways = new Map<string, Way[]>();
  const subscribers = phases.filter(phase => phase.subscribe !== undefined);
  for (const phase of phases) {
    if (phase.kind === 'end') {
      ways.set(phase.name, []);
      continue;
    }
    const targets = [...phase.next.map(({ to }) => to), ...subscribers.map(({ name }) => name)];
    if (phase.onError !== undefined) targets.push(phase.onError);
    const known = [...new Set(targets)].filter(name => phases.some(each => each.name === name));
    ways.set(
      phase.name,
      known.map(name => ({ to: entranceOf(phases, name) })),
    );
    if (phase.maxVisits === undefined) continue;
    const limit = phase.onLimit === undefined ? [] : [{ to: entranceOf(phases, phase.onLimit) }];
    ways.set(gateOf(phase.name), [{ to: phase.name, most: phase.maxVisits }, ...limit]);
  }
  return ways;
}

function entranceOf(phases: readonly Phase[], name: string): string {
  const phase = phases.find(each => each.name === name);
  return phase !== undefined && phase.kind !== 'end' && phase.maxVisits !== undefined ? gateOf(name) : name;
}

function gateOf(name: string): string {
  return `${name}$gate`;
}

/** Where a run can come into a group from outside. */
function entriesOf(
  inside: ReadonlySet<string>,
  {
    ways,
    reached,
    start,
  }: { readonly ways: Ways; readonly reached: ReadonlySet<string>; readonly start: string },
): readonly string[] {
  const outside = [...reached].filter(node => !inside.has(node));
  const targets = outside.flatMap(node => (ways.get(node) ?? []).map(way => way.to));
  return [...new Set([start, ...targets])].filter(node => inside.has(node));
}

interface Group {
  readonly inside: ReadonlySet<string>;
  readonly entries: readonly string[];
  readonly ways: Ways;
}

function visitsInside(node: string, { inside, entries, ways }: Group): number {
  const free = freeWays(inside, ways);
  if (onCycle(node, free)) return Number.POSITIVE_INFINITY;
  let visits = reachable(entries, free).has(node) ? 1 : 0;
  let own = Number.POSITIVE_INFINITY;
  for (const from of inside) {
    for (const { to, most } of ways.get(from) ?? []) {
      if (most === undefined || !inside.has(to)) continue;
      if (to === node) own = most;
      if (reachable([to], free).has(node)) visits += most;
    }
  }
  return Math.min(visits, own);
}

/** The ways inside a group that can be taken any number of times. */
function freeWays(inside: ReadonlySet<string>, ways: Ways): Ways {
  return new Map(
    [...inside].map(node => [
      node,
      (ways.get(node) ?? []).filter(way => way.most === undefined && inside.has(way.to)),
    ]),
  );
}

function onCycle(node: string, ways: Ways): boolean {
  return reachable(
    (ways.get(node) ?? []).map(way => way.to),
    ways,
  ).has(node);
}

function isCyclic(group: readonly string[], ways: Ways): boolean {
  const [first] = group;
  if (group.length > 1 || first === undefined) return group.length > 1;
  return (ways.get(first) ?? []).some(way => way.to === first);
}

function reachable(starts: readonly string[], ways: Ways): ReadonlySet<string> {
  const reached = new Set(starts);
  // A set yields what is added while it is walked.
  for (const node of reached) for (const way of ways.get(node) ?? []) reached.add(way.to);
  return reached;
}

/** The strongly connected components: nodes that can reach each other. */
function groupNodes(nodes: readonly string[], ways: Ways): readonly (readonly string[])[] {
  const reach = new Map(nodes.map(node => [node, reachable([node], ways)]));
  const groups: string[][] = [];
  const placed = new Set<string>();
  for (const node of nodes) {
    if (placed.has(node)) continue;
    const group = nodes.filter(other => reach.get(node)?.has(other) && reach.get(other)?.has(node));
    for (const member of group) placed.add(member);
    groups.push(group);
  }
  return groups;
}

function phaseGroup(
  group: readonly string[],
  {
    ways,
    placeOf,
    visits,
  }: {
    readonly ways: Ways;
    readonly placeOf: ReadonlyMap<string, number>;
    readonly visits: ReadonlyMap<string, number>;
  },
): PhaseGroup {
  const own = placeOf.get(group[0] ?? '');
  const targets = group.flatMap(node => (ways.get(node) ?? []).map(way => placeOf.get(way.to)));
  const next = [...new Set(targets)].filter(place => place !== undefined && place !== own);
  return { phases: group.filter(node => visits.has(node)), next: next as number[] };
}
