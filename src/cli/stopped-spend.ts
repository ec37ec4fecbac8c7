import type { RunEvent } from '../model/run-event.ts';
import { addUsage, NO_USAGE } from '../model/usage.ts';
import { formatCost, formatDuration, formatQuantity } from '../reporters/amounts.ts';
import { createChargeWatch } from '../reporters/charge-watch.ts';
import { onlyResponders } from '../reporters/describe-model.ts';
import { createRunClock } from '../reporters/run-clock.ts';
import { spendText, usageText } from '../reporters/spend-text.ts';
import type { RunState } from '../runtime/run-state.ts';

/** Says what a run has spent that was stopped: no event ends it, so no reporter does. */
export interface StoppedSpend {
  readonly take: (event: RunEvent) => void;
  /** The line `spent …` with its line break; '' while nothing is known of the run. */
  readonly text: (state: RunState | undefined) => string;
}

/** Watches the events of a run for what its ledger does not say. */
export function createStoppedSpend(): StoppedSpend {
  const charges = createChargeWatch();
  const clock = createRunClock();
  const uses: string[] = [];
  return {
    take: event => {
      charges.take(event);
      clock.tick(event);
      if (event.type === 'run.started') uses.push(...Object.values(event.models).map(({ use }) => use));
    },
    text: state => {
      if (state === undefined) return '';
      const responder = onlyResponders(uses);
      const isBounded = charges.isBounded();
      const spent = spendText(state.ledger.spent, {
        isBounded,
        ...(responder === undefined ? {} : { responder }),
      });
      return `spent   stopped · ${spent} · ${formatDuration(clock.elapsedMs())}\n${openText(state)}`;
    },
  };
}

/** What was cut off in the middle: nobody knows what it took, and a resume counts it in full. */
function openText({ ledger, acts }: RunState): string {
  const open = Object.entries(ledger.reserved).filter(([key]) => acts[key]?.type === 'model.call');
  if (open.length === 0) return '';
  const charges = open.map(([, charge]) => charge);
  const usage = charges.reduce((sum, charge) => addUsage(sum, charge.usage), NO_USAGE);
  const costs = charges.map(({ costMicroUsd }) => costMicroUsd);
  const cost = costs.reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0);
  const calls = formatQuantity(open.length, 'model call');
  return `        and ${calls} under way, at most ${usageText(usage)} · ${formatCost(cost)}\n`;
}
