import type { RunEvent } from '../model/run-event.ts';
import { formatDuration } from '../reporters/amounts.ts';
import { createChargeWatch } from '../reporters/charge-watch.ts';
import { onlyResponders } from '../reporters/describe-model.ts';
import { createRunClock } from '../reporters/run-clock.ts';
import { spendText } from '../reporters/spend-text.ts';
import { underWayText } from '../reporters/under-way-text.ts';
import { callsUnderWay } from '../runtime/calls-under-way.ts';
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
      const open = callsUnderWay(state);
      const cutOff = open === undefined ? '' : `        ${underWayText(open)}\n`;
      return `spent   stopped · ${spent} · ${formatDuration(clock.elapsedMs())}\n${cutOff}`;
    },
  };
}
