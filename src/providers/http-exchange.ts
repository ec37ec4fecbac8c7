/**
 * The only way to the network. Node's own HTTP with connections that are kept: the built-in `fetch` costs twice as much.
 * 1. No redirect is followed: the prompt goes to the server that was configured, or nowhere.
 * 2. A body that goes silent for `idleTimeoutMs`, or an exchange longer than `totalTimeoutMs`, ends in PROVIDER_TIMEOUT.
 * 3. At most `maxBodyBytes` of decoded body are read, however small the compressed body is.
 * 4. What is no success, or cannot be an answer of a model server, is thrown as a `ProviderFailure`, never returned.
 * 5. When the caller's signal aborts or the body is not read to its end, the connection is closed; no timer stays behind.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { httpFailure, ProviderFailure } from './provider-failure.ts';

// An import of `node:http` reads each of its exports, and some of them load all of fetch: 20 ms of every start.
const { Agent: HttpAgent, request: httpRequest } = process.getBuiltinModule('node:http');

/** Limits of one exchange; times in milliseconds, `maxBodyBytes` after decompression. */
export interface ExchangeLimits {
  readonly idleTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxBodyBytes: number;
}

/** A JSON body for one address. */
export interface HttpQuestion {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A success: the media type in lower case, and the body as it comes, to be read once. */
export interface HttpAnswer {
  readonly mediaType: string;
  readonly pieces: AsyncIterable<Buffer>;
}

/** Enough for an error message; the rest of a refusal is not read. */
const REFUSAL_BYTES = 65_536;
/** Servers close connections that nobody uses; ours are given up before that. */
const UNUSED_CONNECTION_MS = 4000;

const AGENTS = {
  'http:': new HttpAgent({ keepAlive: true, timeout: UNUSED_CONNECTION_MS }),
  'https:': new HttpsAgent({ keepAlive: true, timeout: UNUSED_CONNECTION_MS }),
};

/** We ask for none of these, but some servers compress all the same. */
const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress()],
]);

/** Posts a question and resolves once the head of a success is there; holds the invariants of this file. */
export async function exchange(
  question: HttpQuestion,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const request = openRequest(question);
  const watch = startWatch(request, limits, signal);
  try {
    const response = await responseTo(request, question.body);
    const pieces = piecesOf(decoded(response), watch, limits.maxBodyBytes);
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) throw await refusalOf(response, pieces, question.url);
    const mediaType = response.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
    assertReadable(status, mediaType, question.url);
    return { mediaType, pieces };
  } catch (error) {
    throw watch.breakOff(error);
  }
}

function openRequest({ url, headers }: HttpQuestion): ClientRequest {
  const isSecure = url.startsWith('https:');
  const send = isSecure ? httpsRequest : httpRequest;
  return send(url, {
    method: 'POST',
    headers: Object.fromEntries(headers),
    agent: AGENTS[isSecure ? 'https:' : 'http:'],
  });
}

function responseTo(request: ClientRequest, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

function decoded(response: IncomingMessage): Readable {
  const decoder = DECODERS.get(response.headers['content-encoding']?.trim().toLowerCase() ?? '')?.();
  if (decoder === undefined) return response;
  // What goes wrong on the way comes out of the decoder when it is read.
  return pipeline(response, decoder, () => undefined);
}

/** Holds the deadlines of one exchange and knows why it was broken off. */
interface Watch {
  /** From now on it is the body that is waited for, and that is closed. */
  readonly reads: (body: Readable) => void;
  /** Something was heard of the server. */
  readonly heard: () => void;
  /** Ends a complete exchange; its connection may serve the next one. */
  readonly complete: () => void;
  /** Ends the exchange by closing its connection, and says what the error that ended it means. */
  readonly breakOff: (error: unknown) => unknown;
}

function startWatch(request: ClientRequest, limits: ExchangeLimits, caller: AbortSignal): Watch {
  let open: ClientRequest | Readable = request;
  let idle: NodeJS.Timeout | undefined;
  let expired: ProviderFailure | undefined;
  const expire = (message: string) => {
    expired = new ProviderFailure('PROVIDER_TIMEOUT', message);
    open.destroy(expired);
  };
  const total = setTimeout(() => {
    expire(`Expected the whole answer within ${limits.totalTimeoutMs} ms`);
  }, limits.totalTimeoutMs);
  const silence = (body: Readable) => () => {
    // A process that was busy itself has heard nothing, although the server spoke.
    if (body.readableLength > 0) return void idle?.refresh();
    expire(`Expected the next piece of the answer within ${limits.idleTimeoutMs} ms, found silence`);
  };
  const abort = () => {
    complete();
    open.destroy(new Error('aborted'));
  };
  const complete = () => {
    clearTimeout(total);
    clearTimeout(idle);
    caller.removeEventListener('abort', abort);
  };
  if (caller.aborted) abort();
  else caller.addEventListener('abort', abort, { once: true });
  return {
    reads: body => {
      open = body;
      idle = setTimeout(silence(body), limits.idleTimeoutMs);
    },
    heard: () => void idle?.refresh(),
    complete,
    breakOff: error => {
      complete();
      open.destroy();
      return caller.aborted ? error : (expired ?? meaningOf(error));
    },
  };
}

async function* piecesOf(body: Readable, watch: Watch, maxBytes: number): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  watch.reads(body);
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      watch.heard();
      bytes += piece.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield piece;
    }
  } catch (error) {
    throw watch.breakOff(error);
  } finally {
    watch.complete();
  }
}

function tooLarge(maxBytes: number): ProviderFailure {
  return new ProviderFailure(
    'PROVIDER_PROTOCOL',
    `Expected an answer of at most ${maxBytes} bytes, found more`,
  );
}

async function refusalOf(
  { statusCode: status = 0, headers }: IncomingMessage,
  body: AsyncIterable<Buffer>,
  url: string,
): Promise<ProviderFailure> {
  if (status < 400) {
    const target = headers.location ?? 'nowhere';
    const message = `The server redirects (${status}) to "${target}"; a prompt is sent only to the configured server`;
    return new ProviderFailure('PROVIDER_REFUSED', message);
  }
  const said = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const bodyText = await beginningOf(body);
  return httpFailure({ status, headers: new Headers(said), bodyText, now: Date.now(), url });
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
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

function assertReadable(status: number, mediaType: string, url: string): void {
  if (mediaType === 'text/html') {
    throw new ProviderFailure(
      'PROVIDER_PROTOCOL',
      `Expected an answer of a model from ${new URL(url).host}, found a web page`,
    );
  }
  if (status === 204 || status === 205) {
    throw new ProviderFailure('PROVIDER_PROTOCOL', `Expected an answer of a model, found none (${status})`);
  }
}

/** What an error of the network stands for. */
function meaningOf(error: unknown): unknown {
  if (error instanceof ProviderFailure) return error;
  const { code, message } = networkError(error);
  if (/^(Z_|HPE_|ERR_BROTLI|ERR__ERROR_FORMAT|ZSTD|ERR_ZSTD)/.test(code)) {
    return new ProviderFailure(
      'PROVIDER_PROTOCOL',
      `Expected HTTP, found something else: ${code} ${message}`,
    );
  }
  return new ProviderFailure('PROVIDER_UNAVAILABLE', `No connection to the provider: ${code} ${message}`);
}

/** A host with several addresses fails with the errors of all of them; the first says enough. */
function networkError(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return networkError(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
