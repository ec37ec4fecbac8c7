import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addressReach } from '../../../src/tools/mcp/address-reach.ts';
import { createGuardedFetch, type FetchLimits, OAUTH_LIMITS } from '../../../src/tools/mcp/guarded-fetch.ts';
import { failureOf } from '../tool-call.ts';
import { certificateFor } from './certificate.ts';
import { openLoopback } from './oauth/loopback.ts';

const PUBLIC_SERVER = 'https://mcp.example/mcp';
/** Every name leads where the test says; no name server is asked. */
const leadsTo = (...addresses: readonly string[]) => {
  const asked: string[] = [];
  const resolveName = async (name: string) => {
    asked.push(name);
    return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { asked, resolveName };
};

/** What a server on the internet may not send us to: as an address, in all spellings, and by a name. */
const REFUSED_HOSTS = [
  '127.0.0.1',
  '127.1',
  '127.255.255.254',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0x7f.1',
  '%31%32%37.0.0.1',
  '１２７.0.0.1',
  '0.0.0.0',
  '0',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.1.1',
  '3232235777',
  '100.64.0.1',
  '100.100.100.200',
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '192.0.0.192',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '255.255.255.255',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:8.8.8.8]',
  '[0:0:0:0:0:ffff:a00:1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::8.8.8.8]',
  '[64:ff9b:1::1]',
  '[2001::1]',
  '[2002:7f00:1::]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[100::1]',
  '[2001:db8::1]',
  '[3fff::1]',
];

describe('a server on the internet', () => {
  test.each(REFUSED_HOSTS)('cannot name %s', async host => {
    const { resolveName, asked } = leadsTo('93.184.216.34');
    const send = createGuardedFetch({ serverUrl: PUBLIC_SERVER, limits: OAUTH_LIMITS, resolveName });
    expect(await failureOf(send(`https://${host}/`))).toMatchObject({ code: 'MCP_ADDRESS_REFUSED' });
    expect(asked).toEqual([]);
  });

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
    'fd00::1',
    'fe80::1',
    'fe80::1%eth0',
    'no address',
  ])('cannot name what leads to %s', async address => {
    const { resolveName } = leadsTo(address);
    const send = createGuardedFetch({ serverUrl: PUBLIC_SERVER, limits: OAUTH_LIMITS, resolveName });
    expect(await failureOf(send('https://login.example/'))).toMatchObject({ code: 'MCP_ADDRESS_REFUSED' });
  });

  test('cannot hide a private address behind a public one', async () => {
    const { resolveName } = leadsTo('93.184.216.34', '10.0.0.1');
    const send = createGuardedFetch({ serverUrl: PUBLIC_SERVER, limits: OAUTH_LIMITS, resolveName });
    expect(await failureOf(send('https://login.example/'))).toMatchObject({ code: 'MCP_ADDRESS_REFUSED' });
  });

  test.each(['http://login.example/', 'file:///etc/passwd', 'ftp://login.example/', 'data:text/plain,x'])(
    'cannot name %s',
    async url => {
      const { resolveName } = leadsTo('93.184.216.34');
      const send = createGuardedFetch({ serverUrl: PUBLIC_SERVER, limits: OAUTH_LIMITS, resolveName });
      expect(await failureOf(send(url))).toMatchObject({ code: 'MCP_ADDRESS_REFUSED' });
    },
  );
});

test.each([
  ['8.8.8.8', 'public'],
  ['172.32.0.1', 'public'],
  ['100.128.0.1', 'public'],
  ['2606:4700:4700::1111', 'public'],
  ['192.168.0.1', 'private'],
  ['fd12:3456::1', 'private'],
  ['127.8.8.8', 'loopback'],
  ['', 'refused'],
  ['localhost', 'refused'],
])('%s is %s', (address, reach) => {
  expect(addressReach(address)).toBe(reach);
});

test('a private server may name its own network, but no server of this machine or of a cloud', async () => {
  const send = createGuardedFetch({ serverUrl: 'https://10.0.0.5/mcp', limits: OAUTH_LIMITS });
  // Judged, and then given up before anything is sent.
  const gone = AbortSignal.abort(new Error('judged well'));
  await expect(send('https://10.0.0.6/', { signal: gone })).rejects.toThrow('judged well');
  for (const url of [
    'https://127.0.0.1/',
    'https://169.254.169.254/',
    'http://10.0.0.6/',
    'https://[::1]/',
  ]) {
    expect(await failureOf(send(url))).toMatchObject({ code: 'MCP_ADDRESS_REFUSED' });
  }
});

test('a server of this machine may name another one of it, which is asked at the address that was judged', async () => {
  const { origin, serve } = await openLoopback();
  const hosts: (string | undefined)[] = [];
  serve((request, response) => {
    hosts.push(request.headers.host);
    response.writeHead(200, { connection: 'close' }).end('here');
  });
  const { port } = new URL(origin);
  const { resolveName, asked } = leadsTo('127.0.0.1');
  const send = createGuardedFetch({ serverUrl: 'http://localhost:1/mcp', limits: OAUTH_LIMITS, resolveName });
  expect(await (await send(`http://login.example:${port}/`)).text()).toBe('here');
  expect([asked, hosts]).toEqual([['login.example'], [`login.example:${port}`]]);
  expect(await failureOf(send('https://10.0.0.1/'))).toMatchObject({ code: 'MCP_ADDRESS_REFUSED' });
});

test('a name is looked up once for each connection, and judged each time', async () => {
  const { origin, serve } = await openLoopback();
  serve((_request, response) => void response.writeHead(200, { connection: 'close' }).end('here'));
  let turn = 0;
  const resolveName = async () => {
    turn += 1;
    return [{ address: turn === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
  };
  const send = createGuardedFetch({ serverUrl: 'http://localhost:1/mcp', limits: OAUTH_LIMITS, resolveName });
  const url = `http://login.example:${new URL(origin).port}/`;
  expect(await (await send(url)).text()).toBe('here');
  expect(turn).toBe(1);
  expect(await failureOf(send(url))).toMatchObject({ code: 'MCP_ADDRESS_REFUSED' });
});

test('how near a named server is says its certificate, not its name', async () => {
  const { key, cert } = certificateFor('mcp.intranet.example');
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, cert]);
  const server = createTlsServer({ key, cert }, (_request, response) => {
    response.writeHead(200, { connection: 'close' }).end('here');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    setDefaultCACertificates(before);
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const { resolveName } = leadsTo('127.0.0.1');
  const limits = OAUTH_LIMITS;
  const home = `https://mcp.intranet.example:${port}/mcp`;
  const send = createGuardedFetch({ serverUrl: home, limits, resolveName });
  const other = `https://login.intranet.example:${port}/`;
  // Only a name server has said yet that it is near.
  expect(await failureOf(send(other))).toMatchObject({ code: 'MCP_ADDRESS_REFUSED' });
  expect(await (await send(home)).text()).toBe('here');
  const failure = await failureOf(send(other));
  expect(failure).toMatchObject({ code: 'MCP_UNAVAILABLE' });
  expect(failure.message).toContain("does not match certificate's altnames");

  // Who has no certificate for the name has said nothing.
  const liar = createGuardedFetch({ serverUrl: `https://public.example:${port}/mcp`, limits, resolveName });
  expect(await failureOf(liar(`https://public.example:${port}/mcp`))).toMatchObject({
    code: 'MCP_UNAVAILABLE',
  });
  expect(await failureOf(liar(other))).toMatchObject({ code: 'MCP_ADDRESS_REFUSED' });
});

describe('an answer', () => {
  const limits: FetchLimits = {
    maxBodyBytes: 1000,
    headTimeoutMs: 200,
    idleTimeoutMs: 200,
    totalTimeoutMs: 5000,
  };
  async function openAnswers() {
    const loopback = await openLoopback();
    loopback.serve((request, response) => {
      const say = (status: number, headers: Record<string, string>, body?: string | Buffer) => {
        response.writeHead(status, headers);
        if (body === undefined) response.flushHeaders();
        else response.end(body);
      };
      if (request.url === '/silent') return;
      if (request.url === '/stuck') return say(200, {});
      if (request.url === '/moved') return say(302, { location: 'http://127.0.0.1:1/' }, '');
      if (request.url === '/large') return say(200, {}, 'x'.repeat(1001));
      if (request.url === '/bomb')
        return say(200, { 'content-encoding': 'gzip' }, gzipSync('x'.repeat(1_000_000)));
      if (request.url === '/small') return say(200, { 'content-encoding': 'gzip' }, gzipSync('hello'));
      if (request.url === '/broken') return say(200, { 'content-encoding': 'gzip' }, 'no gzip');
      if (request.url === '/empty') return say(204, {});
      const pieces: Buffer[] = [];
      request.on('data', piece => pieces.push(piece as Buffer));
      request.on('end', () => say(200, {}, `${request.method} ${Buffer.concat(pieces).toString('utf8')}`));
    });
    const send = createGuardedFetch({ serverUrl: loopback.origin, limits });
    return (path: string, init?: RequestInit) => send(`${loopback.origin}${path}`, init);
  }

  test.each(['/silent', '/stuck', '/moved', '/large', '/bomb', '/broken'])(
    'of %s is an error',
    async path => {
      const send = await openAnswers();
      const failure = await failureOf(send(path).then(answer => answer.text()));
      expect(failure.code).toBe('MCP_UNAVAILABLE');
    },
  );

  test('comes decoded, with what was sent', async () => {
    const send = await openAnswers();
    const small = await send('/small');
    expect([await small.text(), small.headers.get('content-encoding')]).toEqual(['hello', null]);
    expect((await send('/empty')).status).toBe(204);
    const body = new URLSearchParams({ a: 'b c' });
    expect(await (await send('/', { method: 'POST', body })).text()).toBe('POST a=b+c');
    expect((await send('/moved', { redirect: 'manual' })).status).toBe(302);
  });

  test('that the caller does not want any more is broken off', async () => {
    const send = await openAnswers();
    const wish = new AbortController();
    const waiting = send('/silent', { signal: wish.signal });
    wish.abort(new Error('changed my mind'));
    await expect(waiting).rejects.toThrow('changed my mind');
    const answer = await send('/stuck');
    await answer.body?.cancel();
  });
});

test('no proxy of the environment is used', async () => {
  let proxied = 0;
  const proxy = createServer((_request, response) => {
    proxied += 1;
    response.end('from the proxy');
  });
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const { origin, serve } = await openLoopback();
  serve((_request, response) => void response.end('from the server'));
  const before = { ...process.env };
  onTestFinished(() => {
    process.env = before;
  });
  process.env = {
    ...before,
    HTTP_PROXY: address,
    http_proxy: address,
    ALL_PROXY: address,
    NODE_USE_ENV_PROXY: '1',
  };
  const send = createGuardedFetch({ serverUrl: origin, limits: OAUTH_LIMITS });
  expect(await (await send(origin)).text()).toBe('from the server');
  expect(proxied).toBe(0);
});
