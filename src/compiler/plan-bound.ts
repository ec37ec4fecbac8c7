import type { Bound } from '../model/plan.ts';

/** What costs nothing. */
export const NO_COST: Bound = {
  calls: 0,
  undisturbedCalls: 0,
  toolCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  costMicroUsd: 0,
  timeMs: 0,
};

/** One thing after the other. Pure. */
export function addBounds(left: Bound, right: Bound): Bound {
  return mapBound(key => left[key] + right[key]);
}

/** All of them, one after the other. Pure. */
export function sumBounds(bounds: readonly Bound[]): Bound {
  return bounds.reduce(addBounds, NO_COST);
}

/** The same thing so many times; nothing at all, however often, costs nothing. Pure. */
export function timesBound(bound: Bound, count: number): Bound {
  return mapBound(key => product(bound[key], count));
}

/** Whichever is dearer, in each measure alone. Pure. */
export function maxBounds(bounds: readonly Bound[]): Bound {
  return bounds.reduce((left, right) => mapBound(key => Math.max(left[key], right[key])), NO_COST);
}

/** Several things at once: they cost what all cost, and take as long as the longest. Pure. */
export function atOnce(bounds: readonly Bound[]): Bound {
  return { ...sumBounds(bounds), timeMs: Math.max(0, ...bounds.map(bound => bound.timeMs)) };
}

/** A product in which nothing, however often, stays nothing. Pure. */
export function product(left: number, right: number): number {
  return left === 0 || right === 0 ? 0 : left * right;
}

function mapBound(value: (key: keyof Bound) => number): Bound {
  return {
    calls: value('calls'),
    undisturbedCalls: value('undisturbedCalls'),
    toolCalls: value('toolCalls'),
    inputTokens: value('inputTokens'),
    outputTokens: value('outputTokens'),
    costMicroUsd: value('costMicroUsd'),
    timeMs: value('timeMs'),
  };
}
