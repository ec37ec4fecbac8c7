import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createMcpHandler,
  isLegacyRequest,
  type McpServerFactory,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { CrewError } from '../model/crew-error.ts';
import { checkPlace, type Place } from './check-place.ts';
import { type Gate, isRefusal, type Refusal } from './gate.ts';
import {
  MOST_BODY_BYTES,
  readJson,
  sendJson,
  sendRefusal,
  sendResponse,
  webRequest,
} from './http-exchange.ts';
import { createLegacySessions } from './legacy-sessions.ts';

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CHECK_MS = 5000;
const MOST_HEADER_BYTES = 16 * 1024;
const MOST_CONNECTIONS = 256;

/** Where and for whom to serve. `host` has no brackets; `port` 0 takes a free one. */
export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** The path of the endpoint, such as `/mcp`. */
  readonly path: string;
  readonly place: Place;
  readonly gate: Gate;
  readonly factory: McpServerFactory;
  /** Where changes of lists come from, when lists change at all. */
  readonly bus?: ServerEventBus;
  /** Told of what is our own mistake. */
  readonly onBug: (error: unknown) => void;
}

/** A server that listens. */
export interface HttpServing {
  readonly port: number;
  /** Ends all that is open. */
  close(): Promise<void>;
}

/**
 * Serves both eras of the protocol over Streamable HTTP: since 2026-07-28 each request stands alone, before there are
 * sessions. Host, origin, token and scopes are checked before anything is worked on. Fails with PORT_UNAVAILABLE.
 */
export async function serveHttp(options: HttpOptions): Promise<HttpServing> {
  const { host, port, factory, bus, onBug } = options;
  const modern = createMcpHandler(factory, {
    legacy: 'reject',
    maxRequestBodySize: MOST_BODY_BYTES,
    ...(bus === undefined ? {} : { bus }),
  });
  const sessions = createLegacySessions(factory);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    serveOne(request, response, { ...options, modern, sessions }).catch((error: unknown) => {
      onBug(error);
      if (response.headersSent) response.destroy();
      else
        sendJson(response, 500, {
          jsonrpc: '2.0',
          error: { code: -32603, message: 'Internal error' },
          id: null,
        });
    });
  };
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: MOST_HEADER_BYTES,
    },
    answer,
  );
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(unavailable(host, port, error)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close() {
      const closed = new Promise(resolve => server.close(resolve));
      await Promise.all([modern.close(), sessions.close()]);
      server.closeAllConnections();
      await closed;
    },
  };
}

function unavailable(host: string, port: number, error: Error): CrewError {
  return new CrewError('PORT_UNAVAILABLE', `cannot listen on ${host} port ${port}: ${error.message}`, {
    cause: error,
  });
}

interface Serving extends HttpOptions {
  readonly modern: ReturnType<typeof createMcpHandler>;
  readonly sessions: ReturnType<typeof createLegacySessions>;
}

async function serveOne(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  serving: Serving,
): Promise<void> {
  const answer = await answerOf(incoming, outgoing, serving);
  if (answer instanceof Response) return sendResponse(outgoing, answer);
  if ('status' in answer) return sendRefusal(outgoing, answer);
  sendJson(outgoing, 200, answer.document);
}

type Answer = Response | Refusal | { readonly document: object };

async function answerOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  serving: Serving,
): Promise<Answer> {
  const { gate, place, path, modern, sessions } = serving;
  const { host, origin, authorization } = incoming.headers;
  const misplaced = checkPlace({ host, origin }, place);
  if (misplaced !== undefined) return misplaced;
  const asked = pathOf(incoming);
  const document = incoming.method === 'GET' && asked !== undefined ? gate.publicDocument(asked) : undefined;
  if (document !== undefined) return { document };
  if (asked !== path) return { status: 404, message: `there is nothing here; the endpoint is ${path}` };
  const { method = '' } = incoming;
  if (!['POST', 'GET', 'DELETE'].includes(method)) {
    return { status: 405, message: 'expected POST, GET or DELETE', headers: { allow: 'POST, GET, DELETE' } };
  }
  const caller = await gate.authenticate(authorization ?? null);
  if (isRefusal(caller)) return caller;
  const read = method === 'POST' ? await readJson(incoming) : { body: undefined };
  if ('status' in read) return read;
  const { body } = read;
  const refused = gate.authorize(caller, methodsOf(body));
  if (refused !== undefined) return refused;
  const request = webRequest(incoming, outgoing);
  if (await isLegacyRequest(request, body)) return sessions.handle(request, caller, body);
  const { authInfo } = caller;
  return modern.fetch(request, { parsedBody: body, ...(authInfo === undefined ? {} : { authInfo }) });
}

function pathOf({ url = '' }: IncomingMessage): string | undefined {
  return url.startsWith('/') ? url.split('?', 1)[0] : undefined;
}

/** The methods of a message, or of each message of a batch. */
function methodsOf(body: unknown): readonly string[] {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  return messages.flatMap(message => {
    const method: unknown = Object(message).method;
    return typeof method === 'string' ? [method] : [];
  });
}
