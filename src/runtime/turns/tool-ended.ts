import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { WorkContext } from '../work-context.ts';

/** The event that a tool call ended, for roles and tool phases alike. Pure. */
export function toolEnded(
  context: WorkContext,
  tool: string,
  fact: Extract<Fact, { type: 'tool.returned' | 'tool.failed' }>,
): Effect {
  const shared = { at: context.at, type: 'tool.ended', key: fact.key, phase: context.place, tool } as const;
  if (fact.type === 'tool.returned') {
    return {
      type: 'event.publish',
      event: { ...shared, outcome: 'returned', value: fact.value, ms: fact.ms },
    };
  }
  return {
    type: 'event.publish',
    event: { ...shared, outcome: 'failed', failure: fact.failure, ms: fact.ms },
  };
}
