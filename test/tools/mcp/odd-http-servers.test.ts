import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import type { McpListing } from '../../../src/model/mcp-listing.ts';
import type { McpServer } from '../../../src/model/mcp-server.ts';
import { failureOf } from '../tool-call.ts';
import { declared, listOf, openServer } from './mcp-peer.ts';

const WORK = { name: 'work', description: 'Works.', inputSchema: { type: 'object' } } as const;
const LISTING: McpListing = {
  server: { name: 'odd', version: '0' },
  protocol: '2025-11-25',
  tools: [WORK],
  resources: false,
  prompts: false,
  problems: [],
};

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly request: IncomingMessage;
}
type Answer = (response: ServerResponse, asked: Asked) => void;

const BOMB = gzipSync(Buffer.alloc(70_000_000, 32));

const open: Server[] = [];
afterAll(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
});

function json(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function result(id: number, value: JsonObject): JsonObject {
  return { jsonrpc: '2.0', id, result: value };
}

function done(id: number): JsonObject {
  return result(id, { content: [{ type: 'text', text: 'done' }] });
}

/** A server of 2025-11-25 that answers calls, or whatever `odd` names, in its own way. */
async function serve(
  odd: Partial<Record<string, Answer>>,
): Promise<{ server: McpServer; calls: () => number }> {
  let calls = 0;
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === 'GET') return void response.writeHead(405).end();
    if (request.method === 'DELETE') return void response.writeHead(200).end();
    const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id: number; method: string };
    if (method === 'tools/call') calls += 1;
    const answer = odd[method] ?? odd.all;
    if (answer !== undefined) return answer(response, { id, method, request });
    if (id === undefined) return void response.writeHead(202).end();
    if (method === 'tools/list') return json(response, result(id, { tools: [WORK] }));
    if (method === 'tools/call') return json(response, done(id));
    const greeting = {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'odd', version: '0' },
    };
    json(response, result(id, greeting), { 'mcp-session-id': `s${Math.random()}` });
  });
  open.push(http);
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  const times = { startTimeoutMs: 5000, timeoutMs: 3000 };
  const server = declared({ kind: 'http', url, headers: {} }, { protocol: '2025-11-25', ...times });
  return { server, calls: () => calls };
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}

/** The ways to answer one request badly, and what is said of it. */
const WAYS: readonly (readonly [string, Answer, string, RegExp])[] = [
  ['status 500', response => response.writeHead(500).end('boom'), 'TOOL_FAILED', /boom/],
  [
    'a long status 500',
    response => response.writeHead(500).end('x'.repeat(100_000)),
    'TOOL_FAILED',
    /x{1000}/,
  ],
  ['status 403', response => response.writeHead(403).end('no'), 'TOOL_FAILED', /no/],
  [
    'status 401 without a word how to log in',
    response => response.writeHead(401).end(),
    'MCP_CREDENTIALS_MISSING',
    /wants to know who asks/,
  ],
  [
    'a web page',
    response => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'),
    'TOOL_FAILED',
    /content type/i,
  ],
  ['no content type', response => response.writeHead(200).end('{}'), 'TOOL_FAILED', /content type/i],
  [
    'an empty body',
    response => response.writeHead(200, { 'content-type': 'application/json' }).end(),
    'TOOL_FAILED',
    /JSON/,
  ],
  [
    'half of a body',
    (response, { id }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write(JSON.stringify(done(id)).slice(0, 20), () => response.destroy());
    },
    'MCP_UNAVAILABLE',
    /does not answer as expected/,
  ],
  [
    'another id',
    (response, { id }) => json(response, done(id + 1)),
    'TOOL_FAILED',
    /did not (answer|start) within/,
  ],
  [
    'nothing, politely (202)',
    response => response.writeHead(202).end(),
    'TOOL_FAILED',
    /did not (answer|start) within/,
  ],
  ['silence', () => undefined, 'TOOL_FAILED', /did not (answer|start) within/],
  [
    'a byte now and then',
    response => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    },
    'TOOL_FAILED',
    /did not (answer|start) within/,
  ],
  [
    'a stream that says nothing',
    response => stream(response),
    'TOOL_FAILED',
    /did not (answer|start) within/,
  ],
  [
    'a stream that ends before the answer',
    response => {
      stream(response);
      response.end(': nothing\n\n');
    },
    'TOOL_FAILED',
    /the connection broke before the answer/,
  ],
  [
    'a stream that breaks off',
    response => {
      stream(response);
      response.write('data: {"jsonrpc":', () => response.destroy());
    },
    'TOOL_FAILED',
    /the connection broke before the answer/,
  ],
  [
    'a stream of garbage',
    response => {
      stream(response);
      response.end('data: %$!\n\nevent: x\ndata\n\n\u0000\n\n');
    },
    'TOOL_FAILED',
    /the connection broke before the answer/,
  ],
  [
    'a connection that is reset',
    response => response.socket?.resetAndDestroy(),
    'MCP_UNAVAILABLE',
    /does not answer as expected/,
  ],
  [
    'chunks that are none',
    response => {
      response.socket?.write(
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}\r\n',
      );
    },
    'MCP_UNAVAILABLE',
    /does not answer as expected/,
  ],
  [
    'something that is no HTTP',
    response => response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n'),
    'MCP_UNAVAILABLE',
    /does not answer as expected/,
  ],
  [
    'a bomb of 70 MB in 70 KB',
    response =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(BOMB),
    'MCP_UNAVAILABLE',
    /at most 67108864 bytes/,
  ],
  [
    'an answer without the version of JSON-RPC',
    (response, { id }) => json(response, { id, result: {} }),
    'TOOL_FAILED',
    /failed|did not start/,
  ],
];

describe.concurrent('a call that a server over HTTP answers with', () => {
  test.each(WAYS)('%s fails alone', async (_title, answer, code, message) => {
    let isOdd = true;
    const { server, calls } = await serve({
      'tools/call': (response, asked) => (isOdd ? answer(response, asked) : json(response, done(asked.id))),
    });
    const mine = await openServer(server, { listing: LISTING });
    const failure = await failureOf(mine.call('work'));
    const late = /did not answer within/.test(failure.message);
    expect(failure).toMatchObject({
      code: late ? 'MCP_UNAVAILABLE' : code,
      message: expect.stringMatching(message),
    });
    expect(failure.message.length).toBeLessThan(4100);
    expect(calls()).toBe(1);
    isOdd = false;
    expect(await mine.call('work')).toBe('done');
    await mine.close();
  });
});

describe.concurrent('a server over HTTP whose greeting is', () => {
  test.each(WAYS)('%s is refused', async (_title, answer, code, message) => {
    const { server } = await serve({ initialize: answer });
    const failure = await failureOf(listOf({ ...server, startTimeoutMs: 3000 }));
    const started = code === 'TOOL_FAILED' ? 'MCP_UNAVAILABLE' : code;
    expect(failure).toMatchObject({ code: started, message: expect.stringMatching(message) });
  });

  test.each(WAYS)('%s is refused where the revision is found out', async (_title, answer) => {
    const { server } = await serve({ all: answer });
    const failure = await failureOf(listOf({ ...server, protocol: 'auto', startTimeoutMs: 3000 }));
    expect(failure.code).toMatch(/^(MCP_UNAVAILABLE|MCP_CREDENTIALS_MISSING)$/);
    expect(failure.message).toMatch(/did not start|does not answer/);
  });
});

test('nothing is sent to where a server redirects', async () => {
  const other = await serve({});
  const { transport } = other.server;
  const location = transport.kind === 'http' ? transport.url : '';
  const { server } = await serve({
    'tools/call': response => response.writeHead(307, { location }).end(),
  });
  const mine = await openServer(server, { listing: LISTING });
  const failure = await failureOf(mine.call('work'));
  await mine.close();
  expect(failure.message).toMatch(/redirect/);
  expect(other.calls()).toBe(0);
});

test('a session that a server has forgotten is opened anew, and the call it has not looked at is sent again', async () => {
  const first = { current: '' };
  const { server, calls } = await serve({
    'tools/call': (response, { id, request }) => {
      const session = String(request.headers['mcp-session-id']);
      first.current ||= session;
      if (session === first.current) response.writeHead(404).end('Session not found');
      else json(response, done(id));
    },
  });
  const mine = await openServer(server, { listing: LISTING });
  expect(await mine.call('work')).toBe('done');
  await mine.close();
  expect(calls()).toBe(2);
});

test('a server that forgets every session fails', async () => {
  const { server, calls } = await serve({ 'tools/call': response => response.writeHead(404).end('gone') });
  const mine = await openServer(server, { listing: LISTING });
  expect(await failureOf(mine.call('work'))).toMatchObject({ code: 'MCP_UNAVAILABLE' });
  await mine.close();
  expect(calls()).toBe(2);
});

test('a server that is not there is unavailable', async () => {
  const server = declared({ kind: 'http', url: 'http://127.0.0.1:1/mcp', headers: {} });
  expect(await failureOf(listOf(server))).toMatchObject({ code: 'MCP_UNAVAILABLE' });
});

test('a token comes from the environment, and is missed when it is not there', async () => {
  const seen: unknown[] = [];
  const { server } = await serve({
    'tools/call': (response, { id, request }) => {
      seen.push(request.headers.authorization, request.headers['x-team']);
      json(response, done(id));
    },
  });
  const { transport } = server;
  if (transport.kind !== 'http') throw new Error('expected HTTP');
  const withToken: McpServer = {
    ...server,
    transport: { ...transport, headers: { 'X-Team': 'blue' }, bearerEnv: 'PEER_TOKEN' },
  };
  const mine = await openServer(withToken, { listing: LISTING, env: { PEER_TOKEN: 't0k' } });
  await mine.call('work');
  await mine.close();
  expect(seen).toEqual(['Bearer t0k', 'blue']);
  const without = await openServer(withToken, { listing: LISTING, env: {} });
  expect(await failureOf(without.call('work'))).toMatchObject({
    code: 'MCP_CREDENTIALS_MISSING',
    message: expect.stringContaining('`PEER_TOKEN`'),
  });
  await without.close();
});
