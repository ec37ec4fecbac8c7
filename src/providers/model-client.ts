import { createHash } from 'node:crypto';
import { MAX_MODEL_CALL_MS } from '../model/limits.ts';
import { DEFAULT_MAX_CONCURRENT, gateBefore } from './call-gate.ts';
import { type ExchangeLimits, exchange, type HttpAnswer } from './http-exchange.ts';
import { NO_KEY, ProviderFailure } from './provider-failure.ts';

/**
 * What every model behind HTTP is made from. `baseUrl` defaults to the provider's own; `idleTimeoutMs` (60,000) is the
 * longest silence inside a body, `totalTimeoutMs` (600,000) the longest call, its wait for a turn included; `stream`
 * (true) asks for deltas; `maxConcurrent` (64) is how many calls of this process may be under way at that server.
 */
export interface HttpModelOptions {
  readonly name: string;
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly idleTimeoutMs?: number;
  readonly totalTimeoutMs?: number;
  readonly stream?: boolean;
  readonly maxConcurrent?: number;
}

/** Limits of one call: those of its exchange, and of all calls to the same server. */
export interface CallLimits extends ExchangeLimits {
  readonly maxConcurrent: number;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * The settings under which both SDKs build requests: no log, and nothing of the environment. Sending is not theirs:
 * they retry, follow redirects and know no limits.
 */
export function sdkSettings(options: HttpModelOptions) {
  // Local servers want no key, but the SDKs insist on one.
  return { apiKey: options.apiKey.trim() || NO_KEY, maxRetries: 0, logLevel: 'off' } as const;
}

/** How long an exchange with a model may last, and how much it may answer. */
export function callLimits(options: HttpModelOptions): CallLimits {
  return {
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    totalTimeoutMs: options.totalTimeoutMs ?? MAX_MODEL_CALL_MS,
    maxBodyBytes: MAX_BODY_BYTES,
    maxConcurrent: options.maxConcurrent ?? DEFAULT_MAX_CONCURRENT,
  };
}

/** The part of both SDKs that knows addresses, keys and headers. */
interface RequestBuilder {
  buildRequest(options: {
    readonly method: 'post';
    readonly path: string;
    readonly body: object;
    readonly headers: { readonly [name: string]: string };
  }): Promise<{ readonly url: string; readonly req: { readonly headers: Headers; readonly body?: unknown } }>;
}

/** One question to a model behind HTTP. */
export interface ModelQuestion {
  readonly path: string;
  readonly body: object;
  readonly idempotencyKey: string;
}

/**
 * Sends what the SDK has built, when it is its turn at that server; the answer must be read to its end or given back. Fails
 * with a `ProviderFailure`, or with what the SDK throws. @see ./http-exchange.ts ./call-gate.ts
 */
export async function sendQuestion(
  client: RequestBuilder,
  { path, body, idempotencyKey }: ModelQuestion,
  { limits, signal }: { readonly limits: CallLimits; readonly signal: AbortSignal },
): Promise<HttpAnswer> {
  const headers = { 'Idempotency-Key': headerSafe(idempotencyKey) };
  const { url, req } = await client.buildRequest({ method: 'post', path, body, headers });
  if (typeof req.body !== 'string') throw new Error('the SDK made no JSON of a request');
  const gate = gateBefore(url.slice(0, url.lastIndexOf(path)), limits.maxConcurrent);
  const asked = performance.now();
  const leave = await gate.enter(limits.totalTimeoutMs, signal);
  const waitedMs = Math.floor(performance.now() - asked);
  const totalTimeoutMs = Math.max(1, limits.totalTimeoutMs - waitedMs);
  try {
    const question = { url, headers: req.headers, body: req.body };
    const { mediaType, pieces } = await exchange(question, { ...limits, totalTimeoutMs }, signal);
    return { mediaType, pieces: leavingAfter(pieces, leave) };
  } catch (error) {
    if (error instanceof ProviderFailure) gate.pause(error.failure.retryAfterMs ?? 0);
    leave();
    throw error;
  }
}

async function* leavingAfter(pieces: AsyncIterable<Buffer>, leave: () => void): AsyncGenerator<Buffer, void> {
  try {
    yield* pieces;
  } finally {
    leave();
  }
}

/** The key in a form that fits into a header. */
function headerSafe(key: string): string {
  return /^[\x21-\x7e]{1,255}$/.test(key) ? key : createHash('sha256').update(key).digest('hex');
}
