import { progressLine } from '../reporters/progress-bar.ts';
import type { FlagValues, Terminal } from './command.ts';

/** A bar at the foot of a terminal while a command works. */
export interface ProgressBar {
  /** So much more is done; `at` is what is worked on. */
  step(count?: number, at?: string): void;
  /** Writes something that stays, above the bar. */
  above(write: () => void): void;
  /** Takes the bar away. */
  end(): void;
}

/** Who is done sooner sees no bar, in milliseconds; and how often it is drawn. */
const PATIENCE_MS = 300;
const DRAW_MS = 100;

const NO_BAR: ProgressBar = { step: () => undefined, above: write => write(), end: () => undefined };

/** A bar on a terminal that can move its cursor; nothing on a pipe, for `--json`, `--quiet` and a dumb terminal. */
export function openProgress(
  { label, total }: { readonly label: string; readonly total: number },
  values: FlagValues,
  terminal: Terminal,
): ProgressBar {
  const isWanted = values.json !== true && values.quiet !== true && total > 1;
  if (!isWanted || !terminal.stderrIsTerminal || terminal.env.TERM === 'dumb') return NO_BAR;
  const start = performance.now();
  let done = 0;
  let drawnAt = start + PATIENCE_MS - DRAW_MS;
  let isShown = false;
  const clear = (): void => {
    if (isShown) terminal.stderr('\r\x1b[K');
    isShown = false;
  };
  return {
    step(count = 1, at) {
      done += count;
      const now = performance.now();
      if (now - drawnAt < DRAW_MS) return;
      drawnAt = now;
      const progress = { label, done, total, elapsedMs: now - start, ...(at === undefined ? {} : { at }) };
      terminal.stderr(`\r${progressLine(progress, terminal.columns - 1)}\x1b[K`);
      isShown = true;
    },
    above(write) {
      clear();
      write();
    },
    end: clear,
  };
}
