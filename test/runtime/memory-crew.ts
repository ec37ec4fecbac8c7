import type { MemoryDoor } from '../../src/memory/memory-door.ts';
import type { OpenMemory } from '../../src/memory/open-memory.ts';
import { recallForWork } from '../../src/memory/recall-for-work.ts';
import { writeForWork } from '../../src/memory/write-for-work.ts';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import { EPOCH } from './fake-world.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

/** A memory over a store, as one run reaches it. Its clock stands still, so equal runs write equal notes. */
export function memoryFor(
  store: MemoryStore,
  run: { readonly runId: string; readonly version?: number },
): OpenMemory {
  return {
    store,
    settings: { scoring: 'hybrid', weights: {}, halfLifeMs: 259_200_000 },
    now: () => EPOCH,
    redact: text => text,
    run: { place: 'a test', embedder: 'none', ...run },
  };
}

/** The memory of one run as its executor reaches it. */
export function doorOf(memory: OpenMemory): MemoryDoor {
  return {
    recall: (request, signal) => recallForWork(memory, request, signal),
    write: (effect, signal) => writeForWork(memory, effect, signal),
  };
}

/** Runs crews one after the other on one store; each run is pinned to what the ones before it left. */
export function createRememberingRuns(store: MemoryStore = createInMemoryStore()) {
  let nth = 0;
  const run = async (options: CrewRunOptions): Promise<CrewRun> => {
    nth += 1;
    const runId = options.runId ?? `run${nth}`;
    const version = await store.version();
    const door = doorOf(memoryFor(store, { runId, version }));
    return runCrew({ ...options, runId, memory: { door, version } });
  };
  return { store, run };
}
