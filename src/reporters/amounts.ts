/** A size for people, decimal units: `812 B`, `2.1 kB`, `3.4 MB`. Pure. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_950) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A count for people: `812`, `3.4k`, `1.2M`. Pure. */
export function formatCount(count: number): string {
  if (count < 1000) return `${count}`;
  if (count < 999_950) return `${(count / 1000).toFixed(1)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

/** A count with its noun; the plural adds an `s`: `1 call`, `3 calls`. Pure. */
export function formatQuantity(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** How often, for people: `once`, `3 times`. Pure. */
export function formatTimes(count: number): string {
  return count === 1 ? 'once' : `${formatCount(count)} times`;
}

/** A length of time in milliseconds for people: `34 ms`, `4.2 s`, `3m 05s`, `2h 07m`. Negative counts as none. Pure. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${twoDigits(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${twoDigits(Math.floor((seconds % 3600) / 60))}m`;
}

/** Money in millionths of a US dollar for people: `$0`, two digits from a dollar on, four below; `price unknown` for null. Pure. */
export function formatCost(costMicroUsd: number | null): string {
  if (costMicroUsd === null) return 'price unknown';
  if (costMicroUsd === 0) return '$0';
  if (costMicroUsd < 100) return '< $0.0001';
  return `$${(costMicroUsd / 1_000_000).toFixed(costMicroUsd < 1_000_000 ? 4 : 2)}`;
}

function twoDigits(count: number): string {
  return `${count}`.padStart(2, '0');
}
