import { CrewError } from '../model/crew-error.ts';
import type { JsonValue } from '../model/json.ts';
import { exchange } from './http-exchange.ts';
import { failureOf, presentable } from './provider-failure.ts';

/** A JSON question whose answer is JSON. `secret` is blotted out of whatever goes wrong. */
export interface JsonQuestion {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: JsonValue;
  readonly secret?: string;
}

const LIMITS = { idleTimeoutMs: 60_000, totalTimeoutMs: 120_000, maxBodyBytes: 64 * 1024 * 1024 } as const;

/**
 * Posts JSON to a server and gives the JSON of its answer, under the rules of `http-exchange.ts`. Fails with PROVIDER_*, with
 * the time to wait when the server names one, and with the reason of the signal when that aborts.
 */
export async function postJson(
  { url, headers, body, secret = '' }: JsonQuestion,
  signal: AbortSignal = new AbortController().signal,
): Promise<JsonValue> {
  const question = {
    url,
    headers: new Headers({ 'content-type': 'application/json', accept: 'application/json', ...headers }),
    body: JSON.stringify(body),
  };
  try {
    const { pieces } = await exchange(question, LIMITS, signal);
    const bytes: Buffer[] = [];
    for await (const piece of pieces) bytes.push(piece);
    return JSON.parse(Buffer.concat(bytes).toString('utf8')) as JsonValue;
  } catch (error) {
    signal.throwIfAborted();
    const { code, message, retryAfterMs } = presentable(failureOf(error), secret);
    throw new CrewError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
}
