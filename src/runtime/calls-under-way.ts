import type { Spend } from '../model/run-event.ts';
import { sumCharges } from './records/step-charges.ts';
import type { RunState } from './run-state.ts';

/**
 * The model calls that have begun and have no outcome, with the most that all of them can take: nobody knows what they took,
 * and a resume counts them in full. Undefined where there is none. Pure.
 */
export function callsUnderWay({ ledger, acts }: Pick<RunState, 'ledger' | 'acts'>): Spend | undefined {
  const open = Object.entries(ledger.reserved).filter(([key]) => acts[key]?.type === 'model.call');
  return open.length === 0 ? undefined : sumCharges(open.map(([, charge]) => charge));
}
