import type { JsonValue } from '../model/json.ts';
import { asTexts, namedRows } from './lower-values.ts';

/** The bundles of a crew by name: grants as they are written. */
export type Bundles = ReadonlyMap<string, readonly string[]>;

/** The bundles among what stands under `tools`. Pure. */
export function bundlesOf(tools: JsonValue | undefined): Bundles {
  const rows = namedRows(tools).filter(([, value]) => Array.isArray(value));
  return new Map(rows.map(([name, value]) => [name, asTexts(value)]));
}

/**
 * Writes out the bundles among grants, also bundles in bundles; each grant stands once, in the order of the first. What
 * is no bundle stays as it is, and a bundle inside itself adds nothing. Pure.
 */
export function expandGrants(grants: readonly string[], bundles: Bundles): readonly string[] {
  const expanded = new Set<string>();
  const open = new Set<string>();
  const add = (grant: string): void => {
    const members = bundles.get(grant);
    if (members === undefined) expanded.add(grant);
    if (members === undefined || open.has(grant)) return;
    open.add(grant);
    for (const member of members) add(member);
  };
  for (const grant of grants) add(grant);
  return [...expanded];
}
