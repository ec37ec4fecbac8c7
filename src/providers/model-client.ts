import { createHash } from 'node:crypto';
import { MAX_MODEL_CALL_MS } from '../model/limits.ts';
import type { FetchLimits } from './guarded-fetch.ts';
import { guardedFetch } from './guarded-fetch.ts';

/**
 * What every model behind HTTP is made from. `baseUrl` defaults to the provider's own; `idleTimeoutMs` (60,000) is the
 * longest silence inside a body, `totalTimeoutMs` (600,000) the longest exchange; `stream` (true) asks for deltas.
 */
export interface HttpModelOptions {
  readonly name: string;
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly idleTimeoutMs?: number;
  readonly totalTimeoutMs?: number;
  readonly stream?: boolean;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * The settings under which both SDKs behave: our `fetch`, no retries of their own (the runtime retries, and knows the
 * budget), no log, and a timeout that is never the first to strike.
 */
export function sdkSettings(options: HttpModelOptions) {
  const limits: FetchLimits = {
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    totalTimeoutMs: options.totalTimeoutMs ?? MAX_MODEL_CALL_MS,
    maxBodyBytes: MAX_BODY_BYTES,
  };
  return {
    // Local servers want no key, but the SDKs insist on one.
    apiKey: options.apiKey.trim() || 'none',
    fetch: guardedFetch(limits),
    maxRetries: 0,
    logLevel: 'off',
    timeout: limits.totalTimeoutMs + 60_000,
  } as const;
}

/** Per-request settings: the signal, and the idempotency key in a form that fits into a header. */
export function requestSettings(idempotencyKey: string, signal: AbortSignal) {
  const fitsHeader = /^[\x21-\x7e]{1,255}$/.test(idempotencyKey);
  const key = fitsHeader ? idempotencyKey : createHash('sha256').update(idempotencyKey).digest('hex');
  return { signal, headers: { 'Idempotency-Key': key } };
}
