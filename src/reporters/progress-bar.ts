import { formatDuration } from './amounts.ts';
import { cutToWidth } from './display-width.ts';
import { sanitizeText } from './sanitize.ts';

/** How far a long command is. */
export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
  /** What is worked on, such as the name of a test; foreign. */
  readonly at?: string;
}

const CELLS = 24;
/** An eighth of a cell more with each. */
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
/** A guess from less is worth nothing. */
const LEAST_SHARE = 0.05;

/** One line: label, bar, counts, what is left of the time by what it took so far, and what is worked on. Pure. */
export function progressLine({ label, done, total, elapsedMs, at }: Progress, columns: number): string {
  const share = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
  const eighths = Math.floor(share * CELLS * 8);
  const filled = `${'█'.repeat(Math.floor(eighths / 8))}${PARTS[eighths % 8] ?? ''}`;
  const bar = `${filled}${'░'.repeat(CELLS - [...filled].length)}`;
  const left = (elapsedMs * (1 - share)) / share;
  const time = share < LEAST_SHARE || share === 1 ? '' : ` · ${formatDuration(left)} left`;
  const what = at === undefined ? '' : ` · ${sanitizeText(at, { keepNewlines: false })}`;
  return cutToWidth(`${label} ${bar} ${done}/${total}${time}${what}`, columns);
}
