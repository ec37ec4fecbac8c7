/** A memory of a stream. Importance on any scale; `relevance` is the cosine of its vector with that of the question. */
export interface StreamMemory {
  readonly id: string;
  /** Wall-clock milliseconds. */
  readonly lastUsedAt: number;
  readonly importance: number;
  readonly relevance: number;
}

/** A memory with its score and the weighted parts that add up to it. */
export interface ScoredMemory {
  readonly id: string;
  readonly score: number;
  readonly parts: { readonly recency: number; readonly relevance: number; readonly importance: number };
}

/**
 * How recency is counted. `paper`: decay to the power of the hours since the last use (arXiv 2304.03442 §4.1). `reference`:
 * decay to the power of the place in the order of last use, counted from the oldest, 1: so the code of the authors runs, and it
 * favours what is old. `reference-newest-first`: the same, counted from the newest, as it was meant.
 */
type StreamRecency = 'paper' | 'reference' | 'reference-newest-first';

/** How memories are scored. `now` in wall-clock milliseconds counts only for the paper's recency. */
export interface StreamScoring {
  readonly recency: StreamRecency;
  readonly decay: number;
  readonly weights: { readonly recency: number; readonly relevance: number; readonly importance: number };
  readonly now: number;
}

const MS_PER_HOUR = 3_600_000;

/** The scoring of the paper: decay 0.995 an hour, and all weights 1. Source: arXiv 2304.03442 §4.1. */
export const PAPER_SCORING = {
  recency: 'paper',
  decay: 0.995,
  weights: { recency: 1, relevance: 1, importance: 1 },
} as const satisfies Omit<StreamScoring, 'now'>;

/**
 * The scoring of the authors' code as it runs: decay 0.99, weights 0.5, 3 and 2. Source: joonspk-research/generative_agents,
 * `retrieve.py` (`new_retrieve`, `extract_recency`, `normalize_dict_floats`) and `scratch.py` (`recency_decay`).
 */
export const REFERENCE_SCORING = {
  recency: 'reference',
  decay: 0.99,
  weights: { recency: 0.5, relevance: 3, importance: 2 },
} as const satisfies Omit<StreamScoring, 'now'>;

/**
 * Ranks the memories of a stream, best first, exactly as Generative Agents do: recency, relevance and importance, each
 * brought to 0..1 between the least and the most of all memories (0.5 when all are equal), times their weights, in a sum.
 * Ties keep the order of last use, oldest first, and of the list. Pure.
 * Source: arXiv 2304.03442 §4.1 and the authors' code, see `REFERENCE_SCORING`.
 */
export function scoreGenerativeAgents(
  memories: readonly StreamMemory[],
  { recency, decay, weights, now }: StreamScoring,
): readonly ScoredMemory[] {
  const stream = memories.toSorted((a, b) => a.lastUsedAt - b.lastUsedAt);
  const recencies = stream.map(({ lastUsedAt }, at) => {
    if (recency === 'paper') return decay ** ((now - lastUsedAt) / MS_PER_HOUR);
    return decay ** (recency === 'reference' ? at + 1 : stream.length - at);
  });
  const recent = brought(recencies);
  const relevant = brought(stream.map(memory => memory.relevance));
  const important = brought(stream.map(memory => memory.importance));
  const scored = stream.map(({ id }, at): ScoredMemory => {
    const parts = {
      recency: weights.recency * (recent[at] ?? 0),
      relevance: weights.relevance * (relevant[at] ?? 0),
      importance: weights.importance * (important[at] ?? 0),
    };
    return { id, score: parts.recency + parts.relevance + parts.importance, parts };
  });
  return scored.toSorted((a, b) => b.score - a.score);
}

/** Values between the least and the most of them, 0..1. */
function brought(values: readonly number[]): readonly number[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const range = most - least;
  return values.map(value => (range === 0 ? 0.5 : (value - least) / range));
}
