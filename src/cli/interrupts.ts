import type { Terminal } from './command.ts';

/** How a run was asked to stop. */
export interface Interrupts {
  /** Aborts at the first signal. */
  readonly stop: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM. */
  readonly exitCode: () => 130 | 143;
  readonly release: () => void;
}

/**
 * Listens for Ctrl+C and SIGTERM: the first asks the run to stop at the next safe point, a second ends the process at
 * once. What is recorded is on disk either way; `abandon` lets go of what would keep the run locked.
 */
export function listenForInterrupts(terminal: Terminal, abandon: () => void): Interrupts {
  const controller = new AbortController();
  let exitCode: 130 | 143 = 130;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGTERM') exitCode = 143;
    if (controller.signal.aborted) {
      abandon();
      process.exit(exitCode);
    }
    terminal.stderr('\nStopping at the next safe point; once more stops at once.\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    stop: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
