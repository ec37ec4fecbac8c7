import type { Terminal } from './command.ts';

/** How wide a row of what is told on stderr may be; Infinity where no terminal is that would wrap it. Pure. */
export function shownColumns(terminal: Pick<Terminal, 'columns' | 'stderrIsTerminal'>): number {
  return terminal.stderrIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
}
