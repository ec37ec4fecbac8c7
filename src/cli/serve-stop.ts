import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from './command.ts';

/** How a server is asked to end. */
export interface ServerStop {
  /** Settles at the first signal. */
  readonly asked: Promise<void>;
  /** Aborts when the end begins, at a signal or by `begin`. */
  readonly signal: AbortSignal;
  begin(): void;
  /** Settles after so long, and does not keep the process alive. */
  after(ms: number): Promise<void>;
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for signals: the first asks for the end, a second ends the process at once. Journals are on disk either way. */
export function serverStop(terminal: Terminal): ServerStop {
  const controller = new AbortController();
  const { signal } = controller;
  const onSignal = (name: NodeJS.Signals): void => {
    if (signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
    terminal.stderr('Stopping; runs that are under way go on with `crew resume`.\n');
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    asked: new Promise(resolve => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }),
    signal,
    begin: () => controller.abort(),
    after: ms => sleep(ms, undefined, { ref: false }),
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
