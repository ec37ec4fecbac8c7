import type { RunEvent } from '../../model/run-event.ts';
import type { MemoryTrouble } from '../../model/run-record.ts';
import type { FoldStep } from './fold-run.ts';

/** Why a run went on without memory, or with less of it than was wished, out of the steps of its fold; each message once. Pure. */
export function memoryTroubles(steps: readonly FoldStep[]): readonly MemoryTrouble[] {
  const first = new Map<string, MemoryTrouble>();
  for (const effect of steps.flatMap(({ effects }) => effects)) {
    if (effect.type !== 'event.publish') continue;
    for (const trouble of troublesOf(effect.event)) {
      if (!first.has(trouble.message)) first.set(trouble.message, trouble);
    }
  }
  return [...first.values()];
}

function troublesOf(event: RunEvent): readonly MemoryTrouble[] {
  if (event.type === 'memory.recalled') {
    return event.remarks.map(message => ({ phase: event.phase, message }));
  }
  if (event.type !== 'memory.failed') return [];
  const { code, message } = event.failure;
  return [{ phase: event.phase, message: `went on without memory: ${code}: ${message}` }];
}
