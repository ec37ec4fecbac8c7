import type { ClientRequest, IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { CrewError } from '../../model/crew-error.ts';
import type { FetchLimits } from './guarded-fetch.ts';

/** One request that was opened and not sent yet. */
interface Sent {
  readonly sent: ClientRequest;
  readonly url: URL;
  readonly body: Buffer;
  readonly limits: FetchLimits;
  /** What the caller asked for; its body is in `body`. */
  readonly request: Request;
}

const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress()],
]);
/** Statuses whose answers have no body; a `Response` refuses one. */
const BODILESS = new Set([101, 204, 205, 304]);

/**
 * Sends a request and resolves with the answer once its head is there; the body is read as it comes, decoded and capped.
 * Fails with MCP_UNAVAILABLE for a redirect, a missed deadline and trouble of the network, with the signal's reason when
 * that aborts, and with a CrewError that the connection failed with.
 */
export async function answerOf(exchange: Sent): Promise<{ response: IncomingMessage; answer: Response }> {
  const watch = startWatch(exchange);
  try {
    const response = await responseTo(exchange);
    watch.reads(response);
    return { response, answer: answerFrom(response, exchange, watch) };
  } catch (error) {
    throw watch.breakOff(error);
  }
}

function responseTo({ sent, body }: Sent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

function answerFrom(response: IncomingMessage, { url, limits, request }: Sent, watch: Watch): Response {
  const { statusCode: status = 0, statusMessage: statusText = '' } = response;
  const isRedirect = status >= 300 && status <= 399 && status !== 304;
  if (isRedirect && request.redirect !== 'manual') {
    throw unavailable(url, `it redirects (${status}), and redirects are not followed`);
  }
  if (status < 200 || status > 599) throw unavailable(url, `expected an HTTP status, found ${status}`);
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(response.headersDistinct)) {
    // What is handed on is decoded, so its length and encoding are no longer those of the wire.
    if (name === 'content-encoding' || name === 'content-length') continue;
    for (const value of values) headers.append(name, value);
  }
  if (BODILESS.has(status)) {
    response.resume();
    watch.complete();
    return new Response(null, { status, statusText, headers });
  }
  const decoder = DECODERS.get(response.headers['content-encoding']?.trim().toLowerCase() ?? '')?.();
  // What goes wrong on the way comes out of the decoder when it is read.
  const decoded = decoder === undefined ? response : pipeline(response, decoder, () => undefined);
  const pieces = piecesOf(decoded, watch, limits.maxBodyBytes, url);
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async controller => {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      // Also before the first piece was asked for, when the generator could not tell anybody.
      cancel: () => void watch.breakOff(undefined),
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, { status, statusText, headers });
}

async function* piecesOf(
  body: Readable,
  watch: Watch,
  maxBytes: number,
  url: URL,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      watch.heard();
      bytes += piece.byteLength;
      if (bytes > maxBytes)
        throw unavailable(url, `expected at most ${maxBytes} bytes of answer, found more`);
      yield piece;
    }
  } catch (error) {
    throw watch.breakOff(error);
  } finally {
    watch.complete();
  }
}

/** Holds the deadlines of one exchange and knows why it was broken off. */
interface Watch {
  /** From now on it is the body that is waited for, and that is closed. */
  readonly reads: (body: IncomingMessage) => void;
  readonly heard: () => void;
  /** Ends a complete exchange; its connection may serve the next one. */
  readonly complete: () => void;
  /** Ends the exchange by closing its connection, and says what the error that ended it means. */
  readonly breakOff: (error: unknown) => unknown;
}

function startWatch({ sent, url, limits, request: { signal } }: Sent): Watch {
  let open: ClientRequest | IncomingMessage = sent;
  let expired: CrewError | undefined;
  const after = (ms: number | undefined, what: string, isOurs?: () => boolean) => {
    if (ms === undefined) return undefined;
    const timer = setTimeout(() => {
      // What has come and was not taken yet is no silence of the server.
      if (isOurs?.() === true) return void timer.refresh();
      expired = unavailable(url, `expected ${what} within ${ms} ms`);
      open.destroy(expired);
    }, ms);
    return timer;
  };
  const total = after(limits.totalTimeoutMs, 'the whole answer');
  const head = after(limits.headTimeoutMs, 'an answer');
  let idle: NodeJS.Timeout | undefined;
  const abort = (): void => {
    complete();
    open.destroy(new Error('aborted'));
  };
  const complete = (): void => {
    for (const timer of [total, head, idle]) clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return {
    reads: body => {
      clearTimeout(head);
      open = body;
      // A body may break off while nobody reads it; whoever reads on is told.
      body.on('error', () => undefined);
      idle = after(limits.idleTimeoutMs, 'the next piece of the answer', () => body.readableLength > 0);
    },
    heard: () => void idle?.refresh(),
    complete,
    breakOff: error => {
      complete();
      open.destroy();
      if (signal.aborted) return signal.reason;
      return expired ?? (error instanceof CrewError ? error : unavailable(url, wordsOf(error)));
    },
  };
}

function unavailable({ origin }: URL, what: string): CrewError {
  return new CrewError('MCP_UNAVAILABLE', `\`${origin}\` does not answer as expected: ${what}`);
}

/** A host with several addresses fails with the errors of all of them; the first says enough. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
