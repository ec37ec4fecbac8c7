import type { RecallWeights } from '../model/crew-memory.ts';
import type { RecallScoring } from '../model/recall.ts';

/**
 * What the parts of a score weigh where the author says nothing. Those of `hybrid` were measured on questions about long
 * conversations: recency is a tie-breaker there, more of it costs. Those of `generative-agents` are the paper's.
 */
const DEFAULT_WEIGHTS = {
  hybrid: {
    relevance: 1,
    vector: 0.5,
    neighbours: 0.3,
    session: 0.3,
    author: 0.15,
    importance: 0.1,
    recency: 0.02,
    outcome: 0.05,
  },
  'generative-agents': {
    relevance: 1,
    vector: 1,
    neighbours: 0,
    session: 0,
    author: 0,
    importance: 1,
    recency: 1,
    outcome: 0,
  },
} as const satisfies { readonly [scoring in Exclude<RecallScoring, 'newest'>]: RecallWeights };

/** The weights of a scoring, with those that the author gave in their place. Pure. */
export function weightsOf(
  scoring: Exclude<RecallScoring, 'newest'>,
  given: Partial<RecallWeights>,
): RecallWeights {
  return { ...DEFAULT_WEIGHTS[scoring], ...given };
}
