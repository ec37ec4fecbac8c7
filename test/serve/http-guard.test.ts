import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { checkPlace } from '../../src/serve/check-place.ts';
import { INITIALIZE, modernRequest, type OpenServer, openServer, TOKEN } from './open-server.ts';

const list = modernRequest('tools/list');
const NO_INSIDE = /\n\s+at |\.ts:|\.js:|node_modules|node:internal|secret of the inside/;

/** `fetch` sets Host itself, so forged ones are sent by hand. */
function sendWith(
  server: OpenServer,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const body = JSON.stringify(list.body);
  const given = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...list.headers,
  };
  const authorization = `Bearer ${TOKEN}`;
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      server.url,
      { method: 'POST', headers: { ...given, authorization, ...headers } },
      answer => {
        let text = '';
        answer.setEncoding('utf8').on('data', piece => {
          text += piece;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject).end(body);
  });
}

describe('the token', () => {
  test.each([
    ['none', ''],
    ['another one', `Bearer ${'y'.repeat(43)}`],
    ['a beginning of it', `Bearer ${TOKEN.slice(0, 42)}`],
    ['one that goes on', `Bearer ${TOKEN}x`],
    ['another scheme', `Basic ${TOKEN}`],
    ['the token without a scheme', TOKEN],
  ])('%s is refused before anything is read', async (_what, authorization) => {
    const server = await openServer();
    const answer = await server.post('{ not even json', { ...list.headers, authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });
  test('lets in whoever has it, and is in no header that handlers see', async () => {
    const server = await openServer();
    expect((await server.post(list.body, list.headers)).status).toBe(200);
  });
});

describe('requests that a foreign page made a browser send', () => {
  test.each([
    ['Host', { host: 'evil.example.com' }],
    ['Host with our port', { host: 'evil.example.com:80' }],
    ['Host that ends like ours', { host: 'localhost.evil.example.com' }],
    ['Host with a user', { host: 'localhost@evil.example.com' }],
    ['Origin', { origin: 'https://evil.example.com' }],
    ['Origin null', { origin: 'null' }],
    ['Origin that begins like ours', { origin: 'http://127.0.0.1.evil.example.com' }],
    ['Origin of a file', { origin: 'file://' }],
  ])('are refused by their %s', async (_what, headers) => {
    const server = await openServer();
    const { status, text } = await sendWith(server, headers);
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } });
  });
  test.each([{ host: 'localhost:1234' }, { host: '[::1]:80' }, { origin: 'http://localhost:3000' }])(
    'are none from this machine: %j',
    async headers => {
      expect((await sendWith(await openServer(), headers)).status).toBe(200);
    },
  );
  test('a public server answers to its own name alone', () => {
    const place = { loopback: false, publicOrigins: ['https://crews.example.com'] };
    const from = (host: string, origin?: string) => checkPlace({ host, origin }, place)?.status;
    expect(from('crews.example.com')).toBeUndefined();
    expect(from('crews.example.com', 'https://crews.example.com')).toBeUndefined();
    expect(from('127.0.0.1:80')).toBe(403);
    expect(from('crews.example.com', 'http://crews.example.com')).toBe(403);
    expect(from('crews.example.com', 'http://localhost')).toBe(403);
  });
});

describe('a body', () => {
  test.each([
    ['{"jsonrpc": "2.0", "id"', 400, -32700],
    ['', 400, -32700],
    ['\u0000', 400, -32700],
  ])('that is no JSON, %j, is told as a parse error', async (body, status, code) => {
    const server = await openServer();
    const answer = await server.post(body, list.headers);
    expect(answer.status).toBe(status);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code } });
    expect(text).not.toMatch(NO_INSIDE);
  });
  test.each([
    'null',
    '7',
    '"text"',
    '[]',
    '{}',
    '{"jsonrpc":"1.0","id":1,"method":"x"}',
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  ])('that is JSON and no message, %.40s, is refused without the inside', async body => {
    const server = await openServer();
    const answer = await server.post(body);
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toMatch(NO_INSIDE);
    expect(server.bugs).toEqual([]);
  });
  test('of another type is not read', async () => {
    const server = await openServer();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
      'multipart/form-data; boundary=x',
    ]) {
      expect((await server.post(list.body, { ...list.headers, 'content-type': type })).status).toBe(415);
    }
    expect((await server.post(list.body, { ...list.headers, 'content-encoding': 'gzip' })).status).toBe(415);
  });
  test('that is huge is not read to its end', async () => {
    const server = await openServer();
    const huge = JSON.stringify({ ...list.body, more: 'x'.repeat(5 * 1024 * 1024) });
    const status = await server.post(huge, list.headers).then(
      answer => answer.status,
      () => 413,
    );
    expect(status).toBe(413);
    expect((await server.post(list.body, list.headers)).status).toBe(200);
  });
  test('that does not say how long it is ends where it is too long', async () => {
    const server = await openServer();
    const piece = new Uint8Array(256 * 1024).fill(32);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: controller => {
        sent += 1;
        if (sent > 400) controller.close();
        else controller.enqueue(piece);
      },
    });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const status = await fetch(server.url, init).then(
      answer => answer.status,
      () => 413,
    );
    expect(status).toBe(413);
    expect(sent).toBeLessThan(400);
  });
});

describe('places and methods that are none', () => {
  test.each([
    ['GET', '/', 404],
    ['POST', '/mcp/', 404],
    ['POST', '/mcp/../mcp2', 404],
    ['PUT', '/mcp', 405],
    ['OPTIONS', '/mcp', 405],
  ])('%s %s → %d', async (method, path, status) => {
    const server = await openServer();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await fetch(new URL(path, server.url), { method, headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
  test('a target that is a whole address is none of ours', async () => {
    const server = await openServer();
    const { port } = new URL(server.url);
    const text = await new Promise<string>(resolve => {
      let said = '';
      const socket = connect(Number(port), '127.0.0.1');
      socket.setEncoding('utf8').on('data', piece => {
        said += piece;
      });
      socket.on('close', () => resolve(said));
      socket.write(
        `GET http://evil.example.com/mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
      );
    });
    expect(text).toMatch(/^HTTP\/1.1 404/);
  });
});

describe('sessions', () => {
  test('a guessed id is no session', async () => {
    const server = await openServer();
    const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };
    for (const id of ['1', 'constructor', '__proto__', 'A'.repeat(32)]) {
      const answer = await server.post(ping, { 'mcp-session-id': id });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { code: -32001 } });
    }
    expect((await server.post(ping)).status).toBe(400);
  });
  test('each begins with an id of its own and ends when it is deleted', async () => {
    const server = await openServer();
    const ids = await Promise.all(
      [1, 2].map(async () => (await server.post(INITIALIZE)).headers.get('mcp-session-id') ?? ''),
    );
    expect(new Set(ids).size).toBe(2);
    const [id = ''] = ids;
    const headers = { authorization: `Bearer ${TOKEN}`, 'mcp-session-id': id };
    expect((await fetch(server.url, { method: 'DELETE', headers })).status).toBe(200);
    expect(
      (await server.post({ jsonrpc: '2.0', id: 2, method: 'ping' }, { 'mcp-session-id': id })).status,
    ).toBe(404);
  });
});

test('a client that begins sessions without end does not lock others out, and open ones stay', async () => {
  const server = await openServer();
  const begin = async () => (await server.post(INITIALIZE)).headers.get('mcp-session-id') ?? '';
  const ping = (id: string) =>
    server.post({ jsonrpc: '2.0', id: 2, method: 'ping' }, { 'mcp-session-id': id });
  const [listening, idle] = [await begin(), await begin()];
  const stop = new AbortController();
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    accept: 'text/event-stream',
    'mcp-session-id': listening,
  };
  const stream = await fetch(server.url, { headers, signal: stop.signal });
  expect(stream.status).toBe(200);
  for (let count = 0; count < 210; count += 1) expect(await begin()).not.toBe('');
  expect((await ping(idle)).status).toBe(404);
  expect((await ping(listening)).status).toBe(200);
  expect((await ping(await begin())).status).toBe(200);
  stop.abort();
});

test('a mistake of ours is told to whoever runs the server, not to clients', async () => {
  const server = await openServer();
  const call = modernRequest('tools/call', { name: 'echo', arguments: { say: 'bug' } });
  const text = await (await server.post(call.body, call.headers)).text();
  expect(text).toContain('"isError":true');
  expect(text).not.toMatch(NO_INSIDE);
  expect(server.bugs).toHaveLength(1);
});
