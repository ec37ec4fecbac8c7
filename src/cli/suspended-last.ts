import type { RunEvent } from '../model/run-event.ts';

/** Takes the events of a run in their order. */
export interface EventTaker {
  readonly take: (event: RunEvent) => void;
  /** Says that no more follow. */
  readonly end: () => void;
}

/**
 * Hands events on, and keeps back that the run waits until it goes on, ends or is left: what was under way by then, such as
 * another answer of a person, is still told before, for how a run was left is read at its end.
 */
export function suspendedLast(handOn: (event: RunEvent) => void): EventTaker {
  let held: RunEvent | undefined;
  const end = (): void => {
    if (held !== undefined) handOn(held);
    held = undefined;
  };
  return {
    take: event => {
      if (event.type === 'run.resumed' || event.type === 'run.ended') end();
      if (event.type === 'run.suspended') held = event;
      else handOn(event);
    },
    end,
  };
}
