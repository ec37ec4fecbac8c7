import { MAX_CALL_WAIT_MS } from '../model/limits.ts';
import { ProviderFailure } from './provider-failure.ts';

/**
 * So many calls at once use one server when nobody says otherwise: with answers of ten seconds that stays under the 500
 * calls a minute of the smallest paid accounts, and a thousand runs do not open a thousand connections.
 */
export const DEFAULT_MAX_CONCURRENT = 64;

/** Lets the calls of this process to one server through; one for all runs and models of the process. */
export interface CallGate {
  /**
   * Resolves when the call may go, and gives what it must call when it has ended, however it ended. Rejects when the
   * signal aborts, and with PROVIDER_OVERLOADED after `waitMs`.
   */
  enter(waitMs: number, signal: AbortSignal): Promise<() => void>;
  /** The server asked for a pause: who comes meanwhile waits for its end, at most a minute. */
  pause(ms: number): void;
  /** From now on so many calls may be under way. */
  allow(maxConcurrent: number): void;
}

const GATES = new Map<string, CallGate>();

/** The gate before the server at a base URL; the latest `maxConcurrent` counts. */
export function gateBefore(baseUrl: string, maxConcurrent: number): CallGate {
  const gate = GATES.get(baseUrl) ?? createCallGate(maxConcurrent);
  GATES.set(baseUrl, gate);
  gate.allow(maxConcurrent);
  return gate;
}

/**
 * A gate of its own.
 * 1. Never more calls are under way than are allowed, and who comes first goes first.
 * 2. During a pause nobody goes; calls that are under way are left alone.
 * 3. A timer runs only while somebody waits.
 */
export function createCallGate(maxConcurrent: number): CallGate {
  let allowed = maxConcurrent;
  let underWay = 0;
  let pausedUntil = 0;
  let wakeUp: NodeJS.Timeout | undefined;
  // A set keeps the order of coming, and lets who gives up leave from the middle.
  const waiting = new Set<() => void>();

  const begin = (): (() => void) => {
    underWay += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      underWay -= 1;
      letIn();
    };
  };
  const letIn = (): void => {
    clearTimeout(wakeUp);
    const pauseMs = pausedUntil - performance.now();
    if (pauseMs > 0) {
      if (waiting.size > 0) wakeUp = setTimeout(letIn, Math.ceil(pauseMs));
      return;
    }
    for (const go of waiting) {
      if (underWay >= allowed) return;
      go();
    }
  };
  const waitForTurn = (waitMs: number, signal: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const leaveQueue = (): void => {
        clearTimeout(deadline);
        signal.removeEventListener('abort', giveUp);
        waiting.delete(go);
        if (waiting.size === 0) clearTimeout(wakeUp);
      };
      const go = (): void => {
        leaveQueue();
        resolve(begin());
      };
      const giveUp = (): void => {
        leaveQueue();
        reject(signal.reason);
      };
      const deadline = setTimeout(() => {
        leaveQueue();
        reject(tooLong(waitMs, underWay));
      }, waitMs);
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.add(go);
      letIn();
    });

  return {
    enter: async (waitMs, signal) => {
      signal.throwIfAborted();
      const isFree = waiting.size === 0 && underWay < allowed && performance.now() >= pausedUntil;
      return isFree ? begin() : waitForTurn(waitMs, signal);
    },
    pause: ms => {
      pausedUntil = Math.max(pausedUntil, performance.now() + Math.min(ms, MAX_CALL_WAIT_MS));
      letIn();
    },
    allow: most => {
      allowed = most;
    },
  };
}

function tooLong(waitMs: number, underWay: number): ProviderFailure {
  const message = `Expected a turn within ${Math.round(waitMs)} ms, but ${underWay} calls to this server are under way, or it asked for a pause`;
  return new ProviderFailure('PROVIDER_OVERLOADED', message);
}
