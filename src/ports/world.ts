/** The clock, timers and randomness, in one place, so that runs can be tested under a fake one. */
export interface World {
  /** Wall-clock milliseconds since 1970; for display and order of magnitude. */
  now(): number;
  /** Monotonic milliseconds; only differences mean something. */
  monotonic(): number;
  /** A new id: lower-case letters and digits, at least 40 random bits. */
  newId(): string;
  /** Resolves after `ms` monotonic milliseconds, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
