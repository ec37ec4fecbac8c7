import { CrewError } from '../model/crew-error.ts';
import type { MemoryRecallEffect, MemoryWriteEffect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
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
    const door = await memory();
    if (effect.type === 'memory.recall') {
      const recalled = await door.recall(effect.request, signal);
      return { type: 'memory.recalled', ...stamp(), recalled };
    }
    const written = await door.write(effect, signal);
    return { type: 'memory.written', ...stamp(), written };
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return { type: 'memory.failed', ...stamp(), failure: error.toFailure() };
  }
}
