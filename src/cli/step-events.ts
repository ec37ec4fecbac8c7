import type { RunEvent } from '../model/run-event.ts';
import type { FoldStep } from '../runtime/records/fold-run.ts';

/** What the watchers were told at one fact, in order. Pure. */
export function eventsOf({ effects }: FoldStep): readonly RunEvent[] {
  return effects.flatMap(effect => (effect.type === 'event.publish' ? [effect.event] : []));
}
