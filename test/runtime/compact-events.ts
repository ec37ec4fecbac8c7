import type { RunEvent } from '../../src/model/run-event.ts';
import type { CrewRun } from './run-crew.ts';

/** One short line for each event: its type, what it is about, how it came out. */
export function compact(events: readonly RunEvent[]): string[] {
  return events.map(event => {
    const about =
      'key' in event
        ? ` ${event.key}`
        : 'phase' in event && event.type !== 'run.ended'
          ? ` ${event.phase}`
          : '';
    return `${event.type}${about}${'outcome' in event ? ` ${event.outcome}` : ''}`;
  });
}

/** How a run ended; fails when it did not. */
export function resultOf(run: CrewRun) {
  if (run.outcome.type !== 'ended') throw new Error(`the run was left as ${run.outcome.type}`);
  return run.outcome.end;
}

/** Why a run waits; fails when it does not. */
export function suspensionOf(run: CrewRun) {
  if (run.outcome.type !== 'suspended') throw new Error(`the run was left as ${run.outcome.type}`);
  return run.outcome.state.suspension?.failure;
}

/** The events of one type. */
export function eventsOf<Type extends RunEvent['type']>(
  run: CrewRun,
  type: Type,
): Extract<RunEvent, { type: Type }>[] {
  return run.events.filter(event => event.type === type) as Extract<RunEvent, { type: Type }>[];
}
