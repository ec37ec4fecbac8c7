import type { MemoryDoor } from '../../src/memory/memory-door.ts';
import type { OpenMemory } from '../../src/memory/open-memory.ts';
import { recallForWork } from '../../src/memory/recall-for-work.ts';
import { writeForWork } from '../../src/memory/write-for-work.ts';
import { messageText } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import type { Reply } from './fake-model.ts';
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

/** A crew with memory whose writer says yes or tries again; `more` are further keys of `reflect`. */
export const learningCrew = (more = '') => `memory: {}
inputs: { about: { type: string } }
roles:
  writer: { goal: Write., memory: true }
start: draft
phases:
  draft:
    role: writer
    task: "Write the word for {{ inputs.about }}."
    reflect: { evaluator: { expression: 'draft == "yes"' }, trials: 3${more} }
    next: done
  done: { end: success, result: "{{ draft }}" }
`;

/** Says no first, and yes as soon as it was told how. */
export function learner({ origin, messages }: ModelRequest): Reply {
  if (origin.role === 'lesson') return { text: 'Say the word yes.' };
  return { text: messages.map(messageText).join('\n').includes('Say the word yes.') ? 'yes' : 'no' };
}
