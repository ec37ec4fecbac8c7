import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { Fault, LoopbackRequest, LoopbackServer, Reply, ReplyScript } from './reply.ts';

/** A refusal by the server itself, because a request breaks the provider's rules. */
export interface WireRefusal {
  readonly status: number;
  readonly body: JsonValue;
}

/** How one provider says things. */
export interface WireFormat {
  /** What scripts want to know of a body. */
  describe(path: string, body: JsonObject): Pick<LoopbackRequest, 'promptText' | 'toolNames' | 'wantsOutput'>;
  /** The rules of the provider that a request breaks, as its answer. */
  refuse(request: LoopbackRequest): WireRefusal | undefined;
  /** The events of a streamed answer, each a complete SSE text; a `cut` leaves out those that end it. */
  events(request: LoopbackRequest, reply: Reply): readonly string[];
  /** The whole body of an answer that is not streamed. */
  whole(request: LoopbackRequest, reply: Reply): JsonValue;
}

/** Sizes of the pieces in which streams are written: they split lines, JSON and characters. */
const ODD_SIZES = [5, 113, 1, 997, 64, 3, 4096];

/** Serves a script in a wire format on 127.0.0.1 at a free port. */
export async function startHttpServer(
  format: WireFormat,
  basePath: string,
  script: ReplyScript,
): Promise<LoopbackServer> {
  const requests: LoopbackRequest[] = [];
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(format, incoming, response);
    requests.push(request);
    const refusal = format.refuse(request);
    if (refusal !== undefined) return sendJson(response, refusal.status, refusal.body);
    await sendReply({ format, request, response }, await script(request, requests.length - 1));
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      // A client that left is part of the game; a broken script must be seen by the test.
      if (response.destroyed) return;
      if (response.headersSent) response.destroy();
      else sendJson(response, 599, { error: { type: 'loopback_error', message: String(error) } });
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}${basePath}`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}

interface Exchange {
  readonly format: WireFormat;
  readonly request: LoopbackRequest;
  readonly response: ServerResponse;
}

async function readRequest(
  format: WireFormat,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<LoopbackRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as JsonObject;
  const path = incoming.url ?? '';
  return {
    path,
    headers: incoming.headers,
    body,
    streamed: body.stream === true,
    ...format.describe(path, body),
    closed: new Promise(resolve => {
      response.on('close', () => resolve(response.writableFinished ? 'complete' : 'aborted'));
    }),
  };
}

async function sendReply(exchange: Exchange, reply: Reply): Promise<void> {
  const { format, request, response } = exchange;
  const { fault } = reply;
  if (reply.delayMs !== undefined) await sleep(reply.delayMs);
  if (fault?.kind === 'http' || fault?.kind === 'raw') return sendFault(response, fault);
  if (fault?.kind === 'stall' && fault.at === 'before-headers') return;
  if (request.streamed) return sendEvents(exchange, reply);
  const body = JSON.stringify(format.whole(request, reply));
  response.writeHead(200, { 'content-type': 'application/json' });
  if (fault === undefined) {
    response.end(body);
    return;
  }
  response.write(
    fault.kind === 'stall' && fault.at === 'after-headers' ? '' : body.slice(0, body.length / 2),
  );
  response.flushHeaders();
  await nextTick();
  if (fault.kind === 'cut') response.end();
  if (fault.kind === 'reset') response.destroy();
}

function sendFault(response: ServerResponse, fault: Extract<Fault, { readonly kind: 'http' | 'raw' }>): void {
  if (fault.kind === 'http' && typeof fault.body !== 'string') {
    sendJson(response, fault.status, fault.body ?? {}, fault.headers);
    return;
  }
  response.writeHead(fault.status ?? 200, fault.headers);
  response.end(fault.body);
}

async function sendEvents({ format, request, response }: Exchange, reply: Reply): Promise<void> {
  const { fault } = reply;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  response.flushHeaders();
  if (fault?.kind === 'stall' && fault.at === 'after-headers') return;
  const events = format.events(request, reply);
  const sent =
    fault?.kind === 'stall' || fault?.kind === 'reset' ? events.slice(0, events.length / 2) : events;
  for (const piece of pieces(sent, reply.chunkDelayMs)) {
    if (response.destroyed) return;
    response.write(piece);
    await (reply.chunkDelayMs === undefined ? nextTick() : sleep(reply.chunkDelayMs));
  }
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'reset') response.destroy();
  else response.end();
}

function* pieces(events: readonly string[], chunkDelayMs: number | undefined): Iterable<string | Buffer> {
  if (chunkDelayMs !== undefined) return yield* events;
  const bytes = Buffer.from(events.join(''));
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = ODD_SIZES[turn % ODD_SIZES.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: JsonValue,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
