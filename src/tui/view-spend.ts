import type { RunEvent } from '../model/run-event.ts';
import { addUsage } from '../model/usage.ts';
import type { View } from './view.ts';

/** What the run has spent after an event; its own words about it count more than the sum of its calls. Pure. */
export function spendOf(view: View, event: RunEvent): Pick<View, 'spend' | 'isFinalSpend'> {
  const { spend, isFinalSpend } = view;
  switch (event.type) {
    case 'run.suspended':
      return {
        spend: { ...event.spend, calls: event.spend.calls + (event.underWay?.calls ?? 0) },
        isFinalSpend: true,
      };
    case 'run.ended':
      return { spend: event.spend, isFinalSpend: true };
    case 'tool.started':
      return { spend: { ...spend, toolCalls: spend.toolCalls + 1 }, isFinalSpend };
    case 'model.started':
      return { spend: { ...spend, calls: spend.calls + 1 }, isFinalSpend };
    case 'model.ended': {
      if (event.outcome === 'failed') return { spend, isFinalSpend };
      const known = spend.costMicroUsd !== null && event.costMicroUsd !== null;
      const costMicroUsd = known ? (spend.costMicroUsd ?? 0) + (event.costMicroUsd ?? 0) : null;
      return { spend: { ...spend, usage: addUsage(spend.usage, event.usage), costMicroUsd }, isFinalSpend };
    }
    default:
      return { spend, isFinalSpend };
  }
}
