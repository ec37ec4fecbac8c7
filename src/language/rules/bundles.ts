import { type Bundles, bundlesOf } from '../bundles.ts';
import { quote } from '../report.ts';
import { isReadable, type RuleContext } from '../rule.ts';
import { toJsonObject } from '../source-node.ts';

/** No bundle contains itself, not even through others. What bundles name is checked with the grants. */
export function checkBundles(context: RuleContext): void {
  if (context.file === 'sop' || !isReadable(context, ['tools'], 'map')) return;
  const bundles = bundlesOf(toJsonObject(context.places.node(['tools'])));
  const reported = new Set<string>();
  for (const name of bundles.keys()) {
    if (reported.has(name)) continue;
    const way = wayBack(name, bundles);
    if (way === undefined) continue;
    for (const one of way) reported.add(one);
    const index = bundles.get(name)?.indexOf(way[1] ?? name) ?? 0;
    const range = context.places.at(['tools', name, index]);
    const message = `The bundle contains itself: ${way.map(quote).join(' → ')}`;
    context.report({ code: 'bundle-cycle', range, message, hint: 'take it out' });
  }
}

/** The shortest way from a bundle to itself, with it at both ends. */
function wayBack(name: string, bundles: Bundles): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[name]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const member of bundles.get(way.at(-1) ?? name) ?? []) {
      if (member === name) return [...way, member];
      if (!bundles.has(member) || seen.has(member)) continue;
      seen.add(member);
      ways.push([...way, member]);
    }
  }
  return undefined;
}
