import type { MemoryDoor } from '../memory/memory-door.ts';
import { CrewError } from '../model/crew-error.ts';
import type { MemoryRecallEffect, MemoryWriteEffect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import { MAX_MEMORY_MS } from '../model/limits.ts';
import type { ExecutorDoors } from './executor.ts';

/** Reads or writes memory and says what came of it. A memory that cannot be reached is a fact, too. */
export async function actOnMemory(
  { memory, world }: Pick<ExecutorDoors, 'memory' | 'world'>,
  effect: MemoryRecallEffect | MemoryWriteEffect,
  signal: AbortSignal,
): Promise<Fact> {
  const start = world.monotonic();
  const stamp = () => ({
    at: world.now(),
    key: effect.key,
    ms: Math.round(world.monotonic() - start),
  });
  try {
    if (memory === undefined) throw new CrewError('MEMORY_UNAVAILABLE', 'this run has no memory at hand');
    const left = new AbortController();
    const late = world.sleep(MAX_MEMORY_MS, left.signal).then((): never => {
      const seconds = MAX_MEMORY_MS / 1000;
      throw new CrewError('MEMORY_UNAVAILABLE', `the memory did not answer within ${seconds} seconds`);
    });
    const act = actThrough(memory, effect, AbortSignal.any([signal, left.signal]));
    try {
      return { ...(await Promise.race([act, late])), ...stamp() };
    } finally {
      act.catch(() => undefined);
      late.catch(() => undefined);
      left.abort();
    }
  } catch (error) {
    if (signal.aborted) {
      const failure = { code: 'RUN_INTERRUPTED', message: 'memory was left before it answered' } as const;
      return { type: 'memory.failed', ...stamp(), failure };
    }
    if (!(error instanceof CrewError)) throw error;
    return { type: 'memory.failed', ...stamp(), failure: error.toFailure() };
  }
}

async function actThrough(
  memory: () => Promise<MemoryDoor>,
  effect: MemoryRecallEffect | MemoryWriteEffect,
  signal: AbortSignal,
) {
  const door = await memory();
  return effect.type === 'memory.recall'
    ? ({ type: 'memory.recalled', recalled: await door.recall(effect.request, signal) } as const)
    : ({ type: 'memory.written', written: await door.write(effect, signal) } as const);
}
