/**
 * The only way from the SDKs to the network.
 * 1. No redirect is followed: the prompt goes to the server that was configured, or nowhere.
 * 2. A body that goes silent for `idleTimeoutMs`, or an exchange longer than `totalTimeoutMs`, ends in PROVIDER_TIMEOUT.
 * 3. At most `maxBodyBytes` of decoded body reach the SDK, however small the compressed body is.
 * 4. What is no success, or cannot be an answer of a model server, is thrown as a `ProviderFailure`, never returned.
 * 5. When the caller's signal aborts, the connection is closed and no timer stays behind.
 */
import { httpFailure, ProviderFailure } from './provider-failure.ts';

/** Limits of one exchange; times in milliseconds, `maxBodyBytes` after decompression. */
export interface FetchLimits {
  readonly idleTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxBodyBytes: number;
}

/** Enough for an error message; the rest of a refusal is not read. */
const REFUSAL_BYTES = 65_536;

/** A `fetch` for the SDKs that holds the invariants of this file. */
export function guardedFetch(limits: FetchLimits): typeof fetch {
  return async (input, init = {}) => {
    const watch = startWatch(limits, init.signal ?? undefined);
    try {
      const response = await fetch(input, { ...init, redirect: 'manual', signal: watch.signal });
      const body = guardedBody(response, watch, limits.maxBodyBytes);
      if (!response.ok) throw await refusalOf(response, body);
      assertReadable(response);
      return new Response(body, { status: response.status, headers: response.headers });
    } catch (error) {
      throw watch.breakOff(error);
    }
  };
}

/** Holds the deadlines of one exchange and knows why it was broken off. */
interface Watch {
  readonly signal: AbortSignal;
  /** Waits for something while the idle deadline runs. */
  readonly whileIdle: <T>(wait: Promise<T>) => Promise<T>;
  /** Ends a complete exchange; its connection may serve the next one. */
  readonly complete: () => void;
  /** Ends the exchange by closing its connection, and says what the error that ended it means. */
  readonly breakOff: (error: unknown) => unknown;
}

function startWatch(limits: FetchLimits, caller: AbortSignal | undefined): Watch {
  const connection = new AbortController();
  let expired: ProviderFailure | undefined;
  const expire = (message: string) => {
    expired = new ProviderFailure('PROVIDER_TIMEOUT', message);
    connection.abort(expired);
  };
  const total = setTimeout(() => {
    expire(`Expected the whole answer within ${limits.totalTimeoutMs} ms`);
  }, limits.totalTimeoutMs);
  const complete = () => {
    clearTimeout(total);
    caller?.removeEventListener('abort', abortWithCaller);
  };
  const breakOff = (error: unknown): unknown => {
    complete();
    connection.abort();
    return caller?.aborted === true ? error : (expired ?? meaningOf(error));
  };
  const abortWithCaller = () => {
    complete();
    connection.abort(caller?.reason);
  };
  if (caller?.aborted === true) abortWithCaller();
  else caller?.addEventListener('abort', abortWithCaller, { once: true });
  const whileIdle = async <T>(wait: Promise<T>): Promise<T> => {
    const idle = setTimeout(() => {
      expire(`Expected the next piece of the answer within ${limits.idleTimeoutMs} ms, found silence`);
    }, limits.idleTimeoutMs);
    try {
      return await wait;
    } finally {
      clearTimeout(idle);
    }
  };
  return { signal: connection.signal, whileIdle, complete, breakOff };
}

/** The body as it comes, read only on demand so that the idle deadline measures the server and not the reader. */
function guardedBody(response: Response, watch: Watch, maxBytes: number): ReadableStream<Uint8Array> {
  const reader = response.body?.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = reader === undefined ? undefined : await watch.whileIdle(reader.read());
          if (piece === undefined || piece.done) {
            watch.complete();
            controller.close();
            return;
          }
          bytes += piece.value.byteLength;
          if (bytes > maxBytes) throw tooLarge(maxBytes);
          controller.enqueue(piece.value);
        } catch (error) {
          controller.error(watch.breakOff(error));
        }
      },
      cancel(reason) {
        watch.breakOff(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function tooLarge(maxBytes: number): ProviderFailure {
  return new ProviderFailure(
    'PROVIDER_PROTOCOL',
    `Expected an answer of at most ${maxBytes} bytes, found more`,
  );
}

async function refusalOf(response: Response, body: ReadableStream<Uint8Array>): Promise<ProviderFailure> {
  const { status, headers } = response;
  if (status < 400) {
    const target = headers.get('location') ?? 'nowhere';
    const message = `The server redirects (${status}) to "${target}"; a prompt is sent only to the configured server`;
    return new ProviderFailure('PROVIDER_REFUSED', message);
  }
  return httpFailure({ status, headers, bodyText: await beginningOf(body), now: Date.now() });
}

async function beginningOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const piece of body) {
      text += decoder.decode(piece, { stream: true });
      if (text.length > REFUSAL_BYTES) break;
    }
  } catch {
    // The status alone says what happened; a body that breaks off only shortens the message.
  }
  return text;
}

function assertReadable(response: Response): void {
  const mediaType = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === 'text/html') {
    const host = new URL(response.url).host;
    throw new ProviderFailure(
      'PROVIDER_PROTOCOL',
      `Expected an answer of a model from ${host}, found a web page`,
    );
  }
  if (response.status === 204 || response.status === 205) {
    throw new ProviderFailure(
      'PROVIDER_PROTOCOL',
      `Expected an answer of a model, found none (${response.status})`,
    );
  }
}

/** What an error of the network stands for. */
function meaningOf(error: unknown): unknown {
  if (error instanceof ProviderFailure) return error;
  const { code, message } = rootCause(error);
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) {
    return new ProviderFailure('PROVIDER_TIMEOUT', `The server went silent: ${message}`);
  }
  if (/^(HTTPParserError|Z_|HPE_|ERR_BROTLI|ZSTD)/.test(code)) {
    return new ProviderFailure(
      'PROVIDER_PROTOCOL',
      `Expected HTTP, found something else: ${code} ${message}`,
    );
  }
  return new ProviderFailure('PROVIDER_UNAVAILABLE', `No connection to the provider: ${code} ${message}`);
}

/** `fetch` hides the code of the network deep in its causes. */
function rootCause(error: unknown): { readonly code: string; readonly message: string } {
  let code = '';
  let message = String(error);
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth += 1) {
    message = cause.message === '' ? message : cause.message;
    if ('code' in cause && typeof cause.code === 'string') code = cause.code;
    else if (cause.name === 'HTTPParserError') code = cause.name;
  }
  return { code, message };
}
