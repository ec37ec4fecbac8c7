import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { metadataAddresses } from '../../src/serve/authorization-server.ts';
import { createOAuthGate } from '../../src/serve/oauth-gate.ts';
import { type Issuer, openIssuer } from './issuer.ts';
import { INITIALIZE, modernRequest, type OpenServer, openServer } from './open-server.ts';

const RESOURCE = 'https://crews.example.com/mcp';
const METADATA = 'https://crews.example.com/.well-known/oauth-protected-resource/mcp';
const list = modernRequest('tools/list');
const call = modernRequest('tools/call', { name: 'echo', arguments: { say: 'hi' } });

async function openBoth(): Promise<{
  readonly issuer: Issuer;
  readonly server: OpenServer;
  readonly problems: string[];
}> {
  const issuer = await openIssuer(RESOURCE);
  const problems: string[] = [];
  const onProblem = (message: string): void => {
    problems.push(message);
  };
  const gate = createOAuthGate({ issuer: issuer.issuer, resource: RESOURCE, onProblem });
  const server = await openServer({ gate, publicOrigins: ['https://crews.example.com'] });
  return { issuer, server, problems };
}

function send({ post }: OpenServer, request: typeof list, token: string): Promise<Response> {
  return post(request.body, { ...request.headers, authorization: `Bearer ${token}` });
}

/** No words of ours, of Node or of a package that say where in the code something went wrong. */
async function expectNoInside(answer: Response): Promise<void> {
  expect(await answer.clone().text()).not.toMatch(/\n\s+at |\.ts:|\.js:|node_modules|node:internal/);
}

test('a token of the issuer for this resource lets in what its scopes say', async () => {
  const { issuer, server } = await openBoth();
  const token = await issuer.token('crew:read crew:run');
  const listed = await send(server, list, token);
  expect(listed.status).toBe(200);
  const called = await send(server, call, token);
  expect(called.status).toBe(200);
  expect(await called.text()).toContain('heard hi');
});

test('each request needs its scope, and the answer says which', async () => {
  const { issuer, server } = await openBoth();
  const reader = await issuer.token('crew:read');
  expect((await send(server, list, reader)).status).toBe(200);
  const refused = await send(server, call, reader);
  expect(refused.status).toBe(403);
  const challenge = refused.headers.get('www-authenticate') ?? '';
  expect(challenge).toContain('error="insufficient_scope"');
  expect(challenge).toContain('scope="crew:read crew:run"');
  expect(challenge).toContain(`resource_metadata="${METADATA}"`);
  const runner = await issuer.token('crew:run');
  expect((await send(server, call, runner)).status).toBe(200);
  expect((await send(server, list, runner)).status).toBe(403);
  const stranger = await issuer.token('other');
  expect((await send(server, modernRequest('server/discover'), stranger)).status).toBe(403);
});

test('a batch needs the scopes of all its messages', async () => {
  const { issuer, server } = await openBoth();
  const token = await issuer.token('crew:read');
  const batch = JSON.stringify([list.body, call.body]);
  const answer = await server.post(batch, { authorization: `Bearer ${token}` });
  expect(answer.status).toBe(403);
  expect(server.host.list()).toEqual([]);
});

test('without a token the answer says where to get one', async () => {
  const { server } = await openBoth();
  const answer = await server.post(list.body, { ...list.headers, authorization: '' });
  expect(answer.status).toBe(401);
  const challenge = answer.headers.get('www-authenticate') ?? '';
  expect(challenge).toContain(`resource_metadata="${METADATA}"`);
  expect(challenge).toContain('scope="crew:read crew:run"');
  expect(challenge).not.toContain('error=');
});

describe('the metadata of the resource', () => {
  test.each(['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'])(
    'is at %s for everybody',
    async path => {
      const { issuer, server } = await openBoth();
      const answer = await fetch(new URL(path, server.url));
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        resource: RESOURCE,
        authorization_servers: [issuer.issuer],
        scopes_supported: ['crew:read', 'crew:run'],
        bearer_methods_supported: ['header'],
      });
    },
  );
});

describe('a token is refused', () => {
  const past = Math.floor(Date.now() / 1000) - 60;
  const soon = Math.floor(Date.now() / 1000) + 600;
  const forged: readonly (readonly [string, (issuer: Issuer) => Promise<string> | string])[] = [
    ['for another audience', issuer => issuer.forge({ aud: 'https://other.example.com/mcp' })],
    ['for the origin alone', issuer => issuer.forge({ aud: 'https://crews.example.com' })],
    ['without an audience', issuer => issuer.forge({ aud: undefined })],
    ['of another issuer', issuer => issuer.forge({ iss: 'https://evil.example.com' })],
    ['without an issuer', issuer => issuer.forge({ iss: undefined })],
    ['that has expired', issuer => issuer.forge({ exp: past })],
    ['that never expires', issuer => issuer.forge({ exp: undefined })],
    ['that is not valid yet', issuer => issuer.forge({ nbf: soon })],
    ['without a subject', issuer => issuer.forge({ sub: undefined })],
    ['without a type', issuer => issuer.forge({}, { typ: undefined as unknown as string })],
    ['of another type, such as an ID token', issuer => issuer.forge({}, { typ: 'JWT' })],
    [
      'with a critical extension that we do not know',
      issuer => issuer.forge({}, { crit: ['x'], x: 1 } as never),
    ],
    ['with an unknown key id', issuer => issuer.forge({}, { kid: 'k9' })],
    [
      'that is not signed',
      issuer => {
        const claims = { sub: 'robot', scope: 'crew:read crew:run' };
        return new UnsecuredJWT(claims)
          .setIssuer(issuer.issuer)
          .setAudience(RESOURCE)
          .setExpirationTime(soon)
          .encode();
      },
    ],
    [
      'signed with the public key as a secret',
      async issuer => {
        const signing = new SignJWT({ scope: 'crew:read crew:run' }).setProtectedHeader({
          alg: 'HS256',
          typ: 'at+jwt',
          kid: 'k1',
        });
        const key = new TextEncoder().encode(issuer.publicPem.padEnd(64, ' '));
        return signing
          .setSubject('robot')
          .setIssuer(issuer.issuer)
          .setAudience(RESOURCE)
          .setExpirationTime(soon)
          .sign(key);
      },
    ],
    [
      'signed by a key of its own, also when it brings it along',
      async issuer => {
        const { privateKey } = await generateKeyPair('RS256');
        const signing = new SignJWT({ scope: 'crew:read' }).setProtectedHeader({
          alg: 'RS256',
          typ: 'at+jwt',
          kid: 'k1',
          jku: 'http://127.0.0.1:9/jwks',
        });
        return signing
          .setSubject('robot')
          .setIssuer(issuer.issuer)
          .setAudience(RESOURCE)
          .setExpirationTime(soon)
          .sign(privateKey);
      },
    ],
    [
      'with claims that were changed',
      async issuer => {
        const [head, body = '', signature] = (await issuer.forge({ scope: 'crew:read' })).split('.');
        const claims = {
          ...JSON.parse(Buffer.from(body, 'base64url').toString()),
          scope: 'crew:read crew:run',
        };
        return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
      },
    ],
    [
      'with its signature cut off',
      async issuer => `${(await issuer.forge({})).split('.').slice(0, 2).join('.')}.`,
    ],
    ['that is no token at all', () => 'not-a-token'],
    ['that is very long', () => 'x'.repeat(8000)],
  ];
  test.each(forged)('%s', async (_what, make) => {
    const { issuer, server, problems } = await openBoth();
    const token = await make(issuer);
    const answer = await send(server, list, token);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    await expectNoInside(answer);
    expect(await answer.text()).not.toContain(token.slice(0, 20));
    expect(server.bugs).toEqual([]);
    expect(problems).toEqual([]);
  });
});

test('a few seconds of difference between clocks are forgiven', async () => {
  const { issuer, server } = await openBoth();
  const token = await issuer.forge({ exp: Math.floor(Date.now() / 1000) - 2 });
  expect((await send(server, list, token)).status).toBe(200);
});

test('the session of one subject is not there for another', async () => {
  const { issuer, server } = await openBoth();
  const [alice, bob] = await Promise.all(['alice', 'bob'].map(sub => issuer.forge({ sub })));
  const begun = await server.post(INITIALIZE, { authorization: `Bearer ${alice}` });
  const session = begun.headers.get('mcp-session-id') ?? '';
  expect(session).toMatch(/^[\x21-\x7e]{20,}$/);
  const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };
  const as = (token: string | undefined) =>
    server.post(ping, { authorization: `Bearer ${token}`, 'mcp-session-id': session });
  expect((await as(alice)).status).toBe(200);
  const theirs = await as(bob);
  expect(theirs.status).toBe(404);
  const deleted = await fetch(server.url, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${bob}`, 'mcp-session-id': session },
  });
  expect(deleted.status).toBe(404);
  expect((await as(alice)).status).toBe(200);
});

test('the state between two rounds belongs to its subject', async () => {
  const { issuer, server } = await openBoth();
  const [alice = '', bob = ''] = await Promise.all(['alice', 'bob'].map(sub => issuer.forge({ sub })));
  const ask = modernRequest('tools/call', { name: 'echo', arguments: { say: 'ask' } });
  Object.assign(ask.body.params._meta, {
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
  });
  const first = (await (await send(server, ask, alice)).json()) as {
    result: { requestState: string; inputRequests: object };
  };
  const { requestState, inputRequests } = first.result;
  const [slot = ''] = Object.keys(inputRequests);
  const inputResponses = { [slot]: { action: 'accept', content: { choice: 'yes' } } };
  const body = { ...ask.body, params: { ...ask.body.params, requestState, inputResponses } };
  const stolen = await send(server, { ...ask, body }, bob);
  expect(await stolen.json()).toMatchObject({ error: { code: -32602 } });
  expect(server.host.answers).toEqual([]);
  const own = await send(server, { ...ask, body }, alice);
  expect(await own.text()).toContain('went yes');
  expect(server.host.answers).toMatchObject([{ choice: 'yes', by: 'alice (MCP)' }]);
});

test('keys are read once for many requests', async () => {
  const { issuer, server } = await openBoth();
  const token = await issuer.token('crew:read');
  for (let count = 0; count < 5; count += 1) await send(server, list, token);
  for (let count = 0; count < 5; count += 1)
    await send(server, list, await issuer.forge({}, { kid: `k${count + 2}` }));
  expect(issuer.keyReads()).toBeLessThanOrEqual(2);
});

describe('an authorization server that cannot be trusted or reached', () => {
  const token = async () => (await openIssuer(RESOURCE)).forge({});
  async function expectUnavailable(issuer: string): Promise<string[]> {
    const problems: string[] = [];
    const gate = createOAuthGate({
      issuer,
      resource: RESOURCE,
      onProblem: message => problems.push(message),
    });
    const server = await openServer({ gate });
    const answer = await send(server, list, await token());
    expect(answer.status).toBe(503);
    await expectNoInside(answer);
    return problems;
  }
  async function openWith(
    answer: (origin: string) => {
      readonly status?: number;
      readonly body: string;
      readonly location?: string;
    },
  ) {
    const server = createServer((_request, response) => {
      const { status = 200, body, location } = answer(origin);
      response.writeHead(status, { 'content-type': 'application/json', ...(location && { location }) });
      response.end(body);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    onTestFinished(() => void server.close());
    return origin;
  }
  test('is not there', async () => {
    expect(await expectUnavailable('http://127.0.0.1:9')).toHaveLength(1);
  });
  test('names another issuer', async () => {
    const origin = await openWith(own => ({
      body: JSON.stringify({ issuer: 'https://evil.example.com', jwks_uri: `${own}/jwks` }),
    }));
    expect((await expectUnavailable(origin))[0]).toContain('evil.example.com');
  });
  test('has its keys at a place without https', async () => {
    const origin = await openWith(own => ({
      body: JSON.stringify({ issuer: own, jwks_uri: 'http://keys.example.com/jwks' }),
    }));
    expect((await expectUnavailable(origin))[0]).toContain('not https');
  });
  test('sends us elsewhere', async () => {
    const origin = await openWith(() => ({ status: 302, body: '', location: 'http://127.0.0.1:9/' }));
    await expectUnavailable(origin);
  });
  test('says far too much', async () => {
    const origin = await openWith(own => ({
      body: JSON.stringify({ issuer: own, jwks_uri: `${own}/jwks`, more: 'x'.repeat(300_000) }),
    }));
    expect((await expectUnavailable(origin))[0]).toContain('bytes');
  });
});

test('metadata of an issuer with a path is looked for where the standards put it', () => {
  expect(metadataAddresses('https://id.example.com/tenant')).toEqual([
    'https://id.example.com/.well-known/oauth-authorization-server/tenant',
    'https://id.example.com/.well-known/openid-configuration/tenant',
    'https://id.example.com/tenant/.well-known/openid-configuration',
  ]);
});
