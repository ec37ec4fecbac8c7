const MS_PER_UNIT = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Reads a span of time such as `30s`, `1.5m` or `500ms` as whole milliseconds, or undefined when it is none. Pure. */
export function readDurationMs(text: unknown): number | undefined {
  const match = typeof text === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) : null;
  const unit = MS_PER_UNIT.get(match?.[2] ?? '');
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : undefined;
}

/** Reads a number of tokens such as `300k`, `1.5m` or `50000`, or undefined when it is none. Pure. */
export function readTokens(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined;
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)([km]?)$/.exec(value) : null;
  if (!match) return undefined;
  const factor = match[2] === 'k' ? 1000 : match[2] === 'm' ? 1_000_000 : 1;
  return Math.round(Number(match[1]) * factor);
}

/** Turns US dollars into whole millionths, or undefined when it is no amount. Pure. */
export function readMicroUsd(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? Math.round(value * 1_000_000) : undefined;
}
