import { suggest } from '../closest.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';

/** What a phase subscribes to is the artifact of another phase. */
export function checkSubscriptions({ crew, graph, places, report }: RuleContext): void {
  const makers = crew.sop.phases.filter(phase => phase.kind !== 'end').map(phase => phase.name);
  for (const { name, subscribe } of crew.sop.phases) {
    for (const [index, artifact] of (subscribe ?? []).entries()) {
      if (artifact !== name && makers.includes(artifact)) continue;
      const isEnd = graph.phases.has(artifact) && artifact !== name;
      const none = isEnd
        ? `${quote(artifact)} is an end, which has no artifact`
        : `There is no artifact ${quote(artifact)}`;
      const message = artifact === name ? `${quote(name)} cannot wait for its own artifact` : none;
      const hint = suggest(
        artifact,
        makers.filter(maker => maker !== name),
      );
      const range = places.at(['phases', name, 'subscribe', index]);
      report({ code: 'unknown-artifact', range, message, hint });
    }
  }
}
