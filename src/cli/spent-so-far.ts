import { CrewError } from '../model/crew-error.ts';
import type { Spend } from '../model/run-event.ts';
import type { Engine } from '../ports/engine.ts';
import { createChargeWatch } from '../reporters/charge-watch.ts';
import { callsUnderWay } from '../runtime/calls-under-way.ts';
import type { FoldStep } from '../runtime/records/fold-run.ts';
import { questionOf } from './mark-left.ts';
import { readRecordedRun } from './recorded-run.ts';
import { eventsOf } from './step-events.ts';

/** What a run has spent by what is recorded of it. */
export interface SpentSoFar {
  readonly spend: Spend;
  readonly workedMs: number;
  /** The model calls that have no outcome, with the most that they can take, beside `spend`; absent when there are none. */
  readonly underWay?: Spend;
  /** Calls are in it that never answered, counted with the most that they can take. */
  readonly isBounded: boolean;
  /** What was asked, of a run of `crew ask`. */
  readonly question?: string;
}

/** Reads what a run has spent that nobody has summed up yet; undefined where its record cannot be read. */
export async function spentSoFar(engine: Engine, runId: string): Promise<SpentSoFar | undefined> {
  try {
    const { steps } = await readRecordedRun(engine, runId);
    const state = steps.at(-1)?.after;
    if (state === undefined) return undefined;
    const underWay = callsUnderWay(state);
    return {
      spend: state.ledger.spent,
      workedMs: state.activeMs,
      isBounded: hasBounds(steps),
      ...(underWay === undefined ? {} : { underWay }),
      ...questionOf(state),
    };
  } catch (error) {
    if (error instanceof CrewError) return undefined;
    throw error;
  }
}

/** Whether calls were charged with the most that they can take, because nobody knows what they took. Pure. */
export function hasBounds(steps: readonly FoldStep[]): boolean {
  const charges = createChargeWatch();
  for (const step of steps) for (const event of eventsOf(step)) charges.take(event);
  return charges.isBounded();
}
