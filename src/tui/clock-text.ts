import { formatDuration } from '../reporters/amounts.ts';

const MINUTE_MS = 60_000;

/** A time that goes on, as every clock of the dashboard shows it: in tenths of a second below a minute. Pure. */
export function clockText(ms: number): string {
  if (ms >= MINUTE_MS - 50) return formatDuration(ms);
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
