import type { Budget } from './crew.ts';

/**
 * The most that something can cost. `Infinity` where no bound is known, which JSON writes as null; money in millionths
 * of a US dollar, time in milliseconds.
 */
export interface Bound {
  /** Every call that is sent, failed ones and those that mend an answer included. */
  readonly calls: number;
  /** The calls of a run in which no provider fails and every answer fits. */
  readonly undisturbedCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicroUsd: number;
  readonly timeMs: number;
}

/** One reason of a bound: how often, of what, and which line or rule says so. */
export interface PlanFactor {
  readonly what: string;
  readonly count: number;
  readonly why: string;
}

/** The bound of one phase or branch. `once` is one visit; `total` is all visits that any way through the phases has. */
export interface PhasePlan {
  readonly path: string;
  readonly kind: string;
  readonly role?: string;
  readonly visits: number;
  readonly factors: readonly PlanFactor[];
  readonly once: Bound;
  readonly total: Bound;
}

/** A model as the plan counts with it. `contextTokens` and the price are null where they are not known. */
export interface PlannedModel {
  readonly alias: string;
  readonly use: string;
  readonly reason: string;
  readonly languageModel: boolean;
  readonly maxTokens: number;
  readonly contextTokens: number | null;
  /** What the author says of it; it bounds nothing. Absent where nothing is said. */
  readonly declaredContextTokens?: number;
  readonly priceKnown: boolean;
}

/** Something that a reader of the plan must know, and the phase or model that it is about. */
export interface PlanNote {
  readonly code:
    | 'calls-unbounded'
    | 'input-unbounded'
    | 'output-unbounded'
    | 'price-unknown'
    | 'time-unbounded';
  readonly place: string;
  readonly message: string;
}

/**
 * A ceiling of the budget that the plan lies above, or of money that cannot be kept, because the prices of `unpriced` are not
 * known. `refused`: a run is not started without being told to.
 */
export interface PlanExcess {
  readonly what: keyof Budget;
  readonly bound: number;
  readonly budget: number;
  readonly refused: boolean;
  /** What stands before `budget` in the file, such as `phases.merge.`; '' or absent for that of the crew. */
  readonly place?: string;
  /** The models, each once. */
  readonly unpriced?: readonly string[];
}

/**
 * The upper bound of a run, known before it starts. `total` is what the phases allow, on the dearest way through them;
 * `most` is `total` or the budget, whichever is lower, because a budget is a ceiling that is kept. A resume of a run
 * whose models could not be reached may send the calls that failed again.
 */
export interface Plan {
  readonly crew: string;
  readonly models: readonly PlannedModel[];
  /** In the order of the file; branches follow their phase. */
  readonly phases: readonly PhasePlan[];
  readonly total: Bound;
  readonly budget: Budget;
  readonly most: Bound;
  readonly excess: readonly PlanExcess[];
  readonly notes: readonly PlanNote[];
}
