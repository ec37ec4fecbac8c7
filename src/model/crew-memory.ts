import type { MemoryLevel } from './memory.ts';
import type { RecallScoring } from './recall.ts';

/** A block of core memory that a crew declares. `value` is what it holds until somebody edits it; `level` says who shares it. */
export interface BlockDeclaration {
  readonly name: string;
  readonly level: MemoryLevel;
  readonly value: string;
  /** Most characters. */
  readonly limit: number;
  readonly description: string;
  readonly readOnly: boolean;
}

/** What the parts of a score weigh; see `memory/retrieve.ts`. */
export interface RecallWeights {
  readonly vector: number;
  readonly neighbours: number;
  readonly session: number;
  readonly author: number;
  readonly importance: number;
  readonly recency: number;
  readonly outcome: number;
  readonly relevance: number;
}

/** The half-life of recency where an author says none: six days, as measured. */
export const DEFAULT_HALF_LIFE_MS = 518_400_000;

/** How the stream of notes is kept (Generative Agents, arXiv 2304.03442 §4). */
interface StreamDeclaration {
  /** Only those that the author gave; the rest are the defaults of the scoring. */
  readonly weights: Partial<RecallWeights>;
  /** Recency halves in this time since a note was last used. */
  readonly halfLifeMs: number;
  /** Importance gathered in a scope since the last insights at which new ones are drawn; 0 draws none. */
  readonly threshold: number;
  /** The model alias or use that rates importance and draws insights; absent: a rule rates, the role's own model draws. */
  readonly model?: string;
}

/** The memory of a crew; absent when it has none. */
export interface CrewMemory {
  /** A folder relative to the workspace, or a URI such as `s3://…`; absent: `.crew/memory`. */
  readonly store?: string;
  /** `none`, `static`, `use`, `openai:NAME`, `ollama:NAME`, `llama:PATH`; absent: what the configuration says, else `static`. */
  readonly embedder?: string;
  readonly scoring: RecallScoring;
  readonly blocks: readonly BlockDeclaration[];
  readonly stream: StreamDeclaration;
  /** Notes of this crew expire after so long; absent: never. */
  readonly expiresAfterMs?: number;
  /** Whether a run reads the store as it was when it began. */
  readonly pinned: boolean;
}

/** What a role is reminded of and leaves behind. */
export interface RoleMemory {
  /** Names of blocks of its crew, in the order in which it sees them. */
  readonly blocks: readonly string[];
  /** The most notes that it is shown at the beginning of a task; 0 for none. */
  readonly recall: number;
  /** The most lessons of earlier runs. */
  readonly lessons: number;
  /** Where its notes and lessons are looked for. */
  readonly levels: readonly MemoryLevel[];
  /** Whether what it delivers becomes an observation. */
  readonly observe: boolean;
}
