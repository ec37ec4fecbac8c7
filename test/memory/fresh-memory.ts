import type { OpenMemory } from '../../src/memory/open-memory.ts';
import type { BlockDeclaration } from '../../src/model/crew-memory.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';

/** 2026-01-01T00:00:00Z; every reading of the clock is a second later. */
export const FIRST_MOMENT = Date.UTC(2026, 0, 1);

/** An empty memory of this process, found by words alone. */
export function freshMemory(more: Partial<OpenMemory> = {}): OpenMemory {
  let now = FIRST_MOMENT;
  return {
    store: createInMemoryStore(),
    settings: { scoring: 'hybrid', weights: {}, halfLifeMs: 259_200_000 },
    now: () => {
      now += 1000;
      return now;
    },
    redact: text => text.replaceAll(/sk-\w+/g, '[secret]'),
    ...more,
  };
}

/** A block as crew files declare it. */
export function blockCalled(name: string, more: Partial<BlockDeclaration> = {}): BlockDeclaration {
  return { name, level: 'crew', value: '', limit: 200, description: '', readOnly: false, ...more };
}
