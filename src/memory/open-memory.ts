import type { RecallWeights } from '../model/crew-memory.ts';
import type { RunMemory } from '../model/fact.ts';
import type { RecallScoring } from '../model/recall.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { MemoryStore } from '../ports/memory-store.ts';
import type { Ancestor } from './ancestors-of.ts';

/** How notes are chosen and how long they count. */
export interface MemorySettings {
  readonly scoring: RecallScoring;
  readonly weights: Partial<RecallWeights>;
  readonly halfLifeMs: number;
  /** Absent: notes do not expire. */
  readonly expiresAfterMs?: number;
}

/** A memory with everything that reading and writing it needs. The store is that of the scopes: see `stores/`. */
export interface OpenMemory {
  readonly store: MemoryStore;
  /** Undefined when notes are found by words alone. */
  readonly embedder?: Embedder;
  /** Why notes are found by words alone, although vectors were wished for; undefined while nothing is wrong. */
  readonly wordsAlone?: () => string | undefined;
  readonly settings: MemorySettings;
  /** Wall-clock milliseconds. */
  readonly now: () => number;
  /** Absent outside of runs: everything is read as it is now. */
  readonly run?: RunMemory & {
    readonly runId: string;
    /** The runs that a fork comes from, the latest first; what they had written where it began is its own. */
    readonly ancestors?: readonly Ancestor[];
  };
  /** Finds secrets in a text; what it gives is never written. Gives the text with the secrets taken out. */
  readonly redact: (text: string) => string;
}
