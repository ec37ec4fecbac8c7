/** The time that one call may take. It stands still while a person is asked. */
export interface CallDeadline {
  /** The server gave a sign: it may be silent anew. */
  readonly touch: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** How long it may have taken, once that is over. */
  readonly expiredAfterMs: () => number | undefined;
  readonly end: () => void;
}

/** Starts the time of a call: `silentMs` between two signs of the server, `totalMs` for all of it. Calls `onExpire` once. */
export function startDeadline(
  { silentMs, totalMs }: { readonly silentMs: number; readonly totalMs: number },
  onExpire: () => void,
): CallDeadline {
  let leftMs = totalMs;
  let pauses = 0;
  let expired: number | undefined;
  let since = 0;
  let timers: readonly NodeJS.Timeout[] = [];
  const stop = (): void => {
    for (const timer of timers) clearTimeout(timer);
    if (timers.length > 0) leftMs -= performance.now() - since;
    timers = [];
  };
  const run = (): void => {
    if (expired !== undefined) return;
    since = performance.now();
    const after = (ms: number, limit: number): NodeJS.Timeout =>
      setTimeout(
        () => {
          expired = limit;
          stop();
          onExpire();
        },
        Math.max(0, ms),
      );
    timers = [after(Math.min(silentMs, leftMs), leftMs < silentMs ? totalMs : silentMs)];
  };
  run();
  return {
    touch: () => {
      if (pauses > 0 || timers.length === 0) return;
      stop();
      run();
    },
    pause: () => {
      if (pauses === 0) stop();
      pauses += 1;
    },
    resume: () => {
      pauses -= 1;
      if (pauses === 0) run();
    },
    expiredAfterMs: () => expired,
    end: () => {
      stop();
      expired ??= 0;
    },
  };
}
