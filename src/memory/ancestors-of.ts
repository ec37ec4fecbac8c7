import type { Fact, ForkOrigin } from '../model/fact.ts';

/** A run that a fork comes from, with the keys of all that had come out in it where the fork began. */
export interface Ancestor {
  readonly runId: string;
  readonly keys: ReadonlySet<string>;
}

/**
 * The runs that a run comes from, out of its own facts, the latest first; none for a run that is no fork. What they wrote under
 * other keys came later, or never, as far as this run is concerned. Pure.
 */
export function ancestorsOf(facts: readonly Fact[]): readonly Ancestor[] {
  const [first] = facts;
  const found: Ancestor[] = [];
  let origin: ForkOrigin | undefined = first?.type === 'run.started' ? first.forkedFrom : undefined;
  let until = facts.length;
  while (origin !== undefined) {
    until = Math.min(until, origin.at);
    const from = origin.forkedFrom?.at ?? 0;
    const keys = facts.slice(from, until).flatMap(fact => ('key' in fact ? [fact.key] : []));
    found.push({ runId: origin.runId, keys: new Set(keys) });
    origin = origin.forkedFrom;
  }
  return found;
}
