/** How often something came out well and how often not; whole numbers. */
export interface Tally {
  readonly passes: number;
  readonly fails: number;
}

/**
 * The probability, 0..1, that what is behind one tally passes more often than what is behind the other: that of two
 * Beta-distributed rates, which are all alike before anything was counted (Beta-Binomial with Beta(1, 1)). Two empty tallies
 * give 0.5. Exact but for rounding; takes time in proportion to `one.passes`. Pure.
 */
export function chanceOfMore(one: Tally, other: Tally): number {
  const [a, b] = [1 + other.passes, 1 + other.fails];
  const [c, d] = [1 + one.passes, 1 + one.fails];
  const alone = logBeta(a, b);
  let sum = 0;
  for (let i = 0; i < c; i += 1) {
    sum += Math.exp(logBeta(a + i, b + d) - Math.log(d + i) - logBeta(1 + i, d) - alone);
  }
  return Math.min(1, sum);
}

const logFactorials: number[] = [0];

/** The logarithm of (n - 1)!, for whole numbers from 1. */
function logGamma(n: number): number {
  for (let next = logFactorials.length; next < n; next += 1) {
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  }
  return logFactorials[n - 1] ?? 0;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
