import type { Terminal } from './command.ts';

/** How a run was asked to stop. */
export interface Interrupts {
  /** Aborts at the first signal. */
  readonly stop: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM and SIGHUP. */
  readonly exitCode: () => 130 | 143;
  readonly release: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface InterruptOptions {
  readonly terminal: Terminal;
  /** How to go on, for people; said when the process ends at once. */
  readonly goOn: string;
  /** Lets go of what would keep the run locked. */
  readonly abandon: () => void;
}

/**
 * Listens for Ctrl+C, SIGTERM and a terminal that goes away: the first asks the run to stop at the next safe point, a
 * second ends the process at once. What is recorded is on disk either way.
 */
export function listenForInterrupts({ terminal, goOn, abandon }: InterruptOptions): Interrupts {
  const controller = new AbortController();
  let exitCode: 130 | 143 = 130;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGINT') exitCode = 143;
    if (controller.signal.aborted) {
      abandon();
      terminal.stderr(`\n${goOn}\n`);
      process.exit(exitCode);
    }
    terminal.stderr('\nStopping at the next safe point; once more stops at once.\n');
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    stop: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

/**
 * Does what is left to do when all was said, such as tidying: a signal ends the process at once, with the exit code that it has
 * by then. Without an exit code it only acts.
 */
export async function endingAtOnce(exitCode: number | undefined, act: () => Promise<void>): Promise<void> {
  if (exitCode === undefined) return act();
  const onSignal = (): void => process.exit(exitCode);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await act();
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
