import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './gate.ts';

/** The largest body that is read; inputs of crews are texts, not archives. */
export const MOST_BODY_BYTES = 4 * 1024 * 1024;

/** Reads the JSON of a request; a refusal when it is too large, not JSON, or cut off. */
export async function readJson(incoming: IncomingMessage): Promise<{ readonly body: unknown } | Refusal> {
  const { 'content-type': type = '', 'content-encoding': encoding } = incoming.headers;
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return { status: 415, message: 'expected the content type application/json' };
  }
  if (encoding !== undefined && encoding !== 'identity') {
    return { status: 415, message: 'compressed requests are not read' };
  }
  const bytes = await readBytes(incoming);
  if (bytes === 'too large') {
    return {
      status: 413,
      message: `a request has at most ${MOST_BODY_BYTES} bytes`,
      headers: { connection: 'close' },
    };
  }
  try {
    return { body: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown };
  } catch {
    return { status: 400, code: -32700, message: 'Parse error: the body is not JSON in UTF-8' };
  }
}

async function readBytes(incoming: IncomingMessage): Promise<Buffer | 'too large'> {
  if (Number(incoming.headers['content-length'] ?? 0) > MOST_BODY_BYTES) return 'too large';
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    size += piece.byteLength;
    if (size > MOST_BODY_BYTES) return 'too large';
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The web-standard form of a request, without its body; it aborts when the client goes away. */
export function webRequest(incoming: IncomingMessage, outgoing: ServerResponse): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    // The token has done its work, and length and framing are those of a body that was read already.
    if (
      value === undefined ||
      ['authorization', 'cookie', 'content-length', 'transfer-encoding'].includes(name)
    )
      continue;
    headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const { method = 'GET', url = '/' } = incoming;
  return new Request(new URL(url, 'http://localhost'), { method, headers, signal: gone.signal });
}

/** Sends a refusal as a JSON-RPC error without an id. */
export function sendRefusal(outgoing: ServerResponse, refusal: Refusal): void {
  const { status, message, code = -32000, headers = {} } = refusal;
  sendJson(outgoing, status, { jsonrpc: '2.0', error: { code, message }, id: null }, headers);
}

/** Sends a JSON document. */
export function sendJson(
  outgoing: ServerResponse,
  status: number,
  document: object,
  headers: { readonly [name: string]: string } = {},
): void {
  outgoing.writeHead(status, { ...SAFE_HEADERS, 'content-type': 'application/json', ...headers });
  outgoing.end(JSON.stringify(document));
}

/** Answers are for the one who asked, and are never a page. */
const SAFE_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Sends a web-standard response piece by piece, not faster than the client reads. */
export async function sendResponse(outgoing: ServerResponse, response: Response): Promise<void> {
  outgoing.writeHead(response.status, { ...SAFE_HEADERS, ...Object.fromEntries(response.headers) });
  outgoing.flushHeaders();
  const reader = response.body?.getReader();
  outgoing.once('close', () => reader?.cancel().catch(() => undefined));
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done || outgoing.destroyed) break;
    if (!outgoing.write(piece.value)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    outgoing.on('drain', done).on('close', done);
  });
}
