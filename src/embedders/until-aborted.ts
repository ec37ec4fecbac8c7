/** Waits for what is asked for until the signal aborts. Fails with its reason then; before anything is asked where it has. */
export async function untilAborted<Answer>(
  ask: () => Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  if (signal === undefined) return ask();
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([ask(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
