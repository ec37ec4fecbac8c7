import { closePots, stopPotTime } from '../policy/budget.ts';
import { cancelActsOf } from './admission.ts';
import { phasePot } from './pots.ts';
import { type Draft, type OpenWork, publish } from './run-state.ts';
import { placeOf } from './scope.ts';
import { forgetWoven } from './steering.ts';

/** Takes a piece of work, all that is done inside it and all open effects of it off the run. */
export function removeWork(draft: Draft, work: OpenWork): void {
  closeInside(draft, work);
  cancelActsOf(draft, `${work.id}:`);
  forgetWoven(draft, `${work.id}:`);
  const { [work.id]: _closed, ...open } = draft.state.open;
  const { ledger, activeMs } = draft.state;
  draft.state = { ...draft.state, open, ledger: stopPotTime(ledger, phasePot(work.id), activeMs) };
}

/** Ends what is done inside: parts, and the procedures of crew phases; the innermost first. */
export function closeInside(draft: Draft, work: OpenWork): void {
  const inside = (id: string): boolean => id.startsWith(`${work.id}.`) || id.startsWith(`${work.id}:`);
  const works = Object.values(draft.state.open).filter(({ id }) => inside(id));
  for (const inner of works.toSorted((left, right) => depthOf(right.id) - depthOf(left.id))) {
    const place = placeOf(draft.state, inner);
    cancelActsOf(draft, `${inner.id}:`);
    const { [inner.id]: _closed, ...open } = draft.state.open;
    draft.state = { ...draft.state, open };
    publish(draft, { at: draft.state.at, type: 'phase.ended', phase: place, outcome: 'cancelled' });
  }
  const procedures = Object.entries(draft.state.procedures).filter(([id]) => !inside(id));
  if (procedures.length === Object.keys(draft.state.procedures).length) return;
  const ledger = closePots(draft.state.ledger, inside);
  draft.state = { ...draft.state, procedures: Object.fromEntries(procedures), ledger };
}

function depthOf(id: string): number {
  return id.split(/[/.]/).length;
}
