import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { McpOAuth } from '../../../../src/model/mcp-server.ts';
import { MCP_LIMITS } from '../../../../src/tools/mcp/guarded-fetch.ts';
import {
  createMcpAuthorization,
  type McpAuthorizationOptions,
} from '../../../../src/tools/mcp/oauth/create-mcp-authorization.ts';
import { createTokenStore, type TokenStore } from '../../../../src/tools/mcp/oauth/token-store.ts';
import { failureOf } from '../../tool-call.ts';
import { browse, willingPerson } from './browser.ts';
import { type GuardedServer, openGuardedServer } from './guarded-server.ts';
import { BY_HAND, type IssuerOptions, openRealIssuer, type RealIssuer, ROBOT } from './real-issuer.ts';

interface World {
  readonly server: GuardedServer;
  readonly issuer: RealIssuer;
  readonly store: TokenStore;
  readonly file: string;
}

async function openWorld(era: 'old' | 'new' = 'new', options: IssuerOptions = {}): Promise<World> {
  const server = await openGuardedServer(era);
  const issuer = await openRealIssuer(server.url, options);
  server.trust(issuer);
  const folder = await mkdtemp(join(tmpdir(), 'crew-logins-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'tokens', 'mcp.json');
  return { server, issuer, file, store: createTokenStore(file, () => undefined) };
}

function authorize(world: World, more: Partial<McpAuthorizationOptions> = {}) {
  const oauth: McpOAuth = { flow: 'code' };
  return createMcpAuthorization({
    ...{ serverUrl: world.server.url, oauth, store: world.store, now: Date.now, limits: MCP_LIMITS },
    ...more,
  });
}

async function call(fetchServer: typeof fetch, url: string, tool: string): Promise<string> {
  const answer = await fetchServer(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: tool, arguments: {} },
    }),
  });
  return `${answer.status} ${await answer.text()}`;
}

function tokenRequests({ requests }: RealIssuer, grantType: string) {
  return requests.filter(
    ({ path, parameters }) => path === '/token' && parameters.get('grant_type') === grantType,
  );
}

describe.each(['old', 'new'] as const)('a server of the %s SDK', era => {
  test('is logged in to once: registered, PKCE, resource, and its token tried', async () => {
    const world = await openWorld(era);
    const person = willingPerson();
    const grant = await authorize(world, { person }).logIn();
    expect(grant).toMatchObject({ issuer: world.issuer.issuer, resource: world.server.url });

    const [registration] = world.issuer.requests.filter(({ path }) => path === '/reg');
    expect(JSON.parse(registration?.body ?? '')).toMatchObject({
      application_type: 'native',
      scope: 'tools:read offline_access tools:write',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    });
    const asked = new URL(person.asked[0] ?? '').searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('resource')).toBe(world.server.url);
    const [exchange] = tokenRequests(world.issuer, 'authorization_code');
    expect(exchange?.parameters.get('resource')).toBe(world.server.url);
    expect(exchange?.parameters.get('code_verifier')?.length).toBeGreaterThanOrEqual(43);

    // A run has nobody to ask, and needs nobody.
    expect(await call(authorize(world).fetch, world.server.url, 'look')).toContain('look done');
    expect(person.asked).toHaveLength(1);
  });

  test('names the exact command when nobody can log in', async () => {
    const world = await openWorld(era);
    const failure = await failureOf(call(authorize(world).fetch, world.server.url, 'look'));
    expect(failure.code).toBe('MCP_LOGIN_NEEDED');
    expect(failure.message).toContain(`\`crew mcp login ${world.server.url}\``);
  });
});

test('a client that was registered by hand is used with its secret, and nothing is registered', async () => {
  const world = await openWorld();
  const oauth: McpOAuth = { flow: 'code', clientId: BY_HAND.id, clientSecretEnv: 'NAME' };
  await authorize(world, { oauth, clientSecret: BY_HAND.secret, person: willingPerson() }).logIn();
  expect(world.issuer.requests.some(({ path }) => path === '/reg')).toBe(false);
  const [exchange] = tokenRequests(world.issuer, 'authorization_code');
  const [id = '', secret = ''] = exchange?.basic?.split(':') ?? [];
  expect([id, decodeURIComponent(secret)]).toEqual([BY_HAND.id, BY_HAND.secret]);
});

test('a client names itself by the address of its document where such documents are read', async () => {
  const clientId = 'https://crew.example/client.json';
  const world = await openWorld('new', {
    document: {
      client_id: clientId,
      client_name: 'Crewfile',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  });
  const grant = await authorize(world, {
    oauth: { flow: 'code', clientId },
    person: willingPerson(),
  }).logIn();
  expect(grant.clientId).toBe(clientId);
  expect(world.issuer.requests.some(({ path }) => path === '/reg')).toBe(false);
});

test('a document is of no use where none are read, and the client is registered', async () => {
  const world = await openWorld();
  const oauth: McpOAuth = { flow: 'code', clientId: 'https://crew.example/client.json' };
  const { clientId } = await authorize(world, { oauth, person: willingPerson() }).logIn();
  expect(clientId).not.toContain('crew.example');
  expect(await call(authorize(world, { oauth }).fetch, world.server.url, 'look')).toContain('look done');
});

test('a server whose people register clients by hand says so', async () => {
  const world = await openWorld('new', { registers: false });
  const failure = await failureOf(authorize(world, { person: willingPerson() }).logIn());
  expect(failure).toMatchObject({ code: 'MCP_LOGIN_FAILED' });
  expect(failure.message).toContain('registers no clients');
});

test('a client gets a token for itself without anybody', async () => {
  const world = await openWorld();
  const oauth: McpOAuth = { flow: 'client_credentials', clientId: ROBOT.id, clientSecretEnv: 'NAME' };
  const robot = authorize(world, { oauth, clientSecret: ROBOT.secret });
  expect(await call(robot.fetch, world.server.url, 'look')).toContain('look done');
  expect(await call(robot.fetch, world.server.url, 'look')).toContain('look done');
  expect(tokenRequests(world.issuer, 'client_credentials')).toHaveLength(1);
  world.server.forgetTokens();
  expect(await call(robot.fetch, world.server.url, 'look')).toContain('look done');
  expect(tokenRequests(world.issuer, 'client_credentials')).toHaveLength(2);
});

test('a refused token is refreshed without anybody, and the new refresh token is kept', async () => {
  const world = await openWorld();
  await authorize(world, { person: willingPerson() }).logIn();
  for (const turn of [1, 2]) {
    world.server.forgetTokens();
    expect(await call(authorize(world).fetch, world.server.url, 'look')).toContain('look done');
    expect(tokenRequests(world.issuer, 'refresh_token')).toHaveLength(turn);
  }
  const [first, second] = tokenRequests(world.issuer, 'refresh_token');
  expect(first?.parameters.get('resource')).toBe(world.server.url);
  expect(second?.parameters.get('refresh_token')).not.toBe(first?.parameters.get('refresh_token'));
});

test('a token that has expired is refreshed', async () => {
  const world = await openWorld('new', { accessTokenSeconds: 1 });
  const { expiresAt = 0 } = await authorize(world, { person: willingPerson() }).logIn();
  while (Date.now() < expiresAt + 1000) await new Promise(resolve => setTimeout(resolve, 50));
  expect(await call(authorize(world).fetch, world.server.url, 'look')).toContain('look done');
  expect(tokenRequests(world.issuer, 'refresh_token')).toHaveLength(1);
});

test('many calls that are refused at once refresh once', async () => {
  const world = await openWorld();
  await authorize(world, { person: willingPerson() }).logIn();
  world.server.forgetTokens();
  const run = authorize(world);
  const other = authorize(world);
  const calls = Array.from({ length: 12 }, (_, at) =>
    call(at % 2 === 0 ? run.fetch : other.fetch, world.server.url, 'look'),
  );
  expect((await Promise.all(calls)).filter(text => text.includes('look done'))).toHaveLength(12);
  expect(tokenRequests(world.issuer, 'refresh_token')).toHaveLength(1);
});

test('a withdrawn refresh token is forgotten, and a person is needed', async () => {
  const world = await openWorld();
  await authorize(world, { person: willingPerson() }).logIn();
  world.server.forgetTokens();
  world.issuer.revokeAll();
  const failure = await failureOf(call(authorize(world).fetch, world.server.url, 'look'));
  expect(failure.code).toBe('MCP_LOGIN_NEEDED');
  expect((await world.store.read()).grants).toEqual([]);
});

test('more leave is asked for with all that was granted before', async () => {
  const world = await openWorld();
  const person = willingPerson();
  const narrow: McpOAuth = { flow: 'code', scopes: ['tools:read'] };
  await authorize(world, { oauth: narrow, person }).logIn();
  expect(new URL(person.asked[0] ?? '').searchParams.get('scope')).toBe('tools:read offline_access');

  const run = await failureOf(call(authorize(world).fetch, world.server.url, 'change'));
  expect(run.code).toBe('MCP_LOGIN_NEEDED');
  expect(run.message).toContain("--scope 'tools:read tools:write'");

  expect(await call(authorize(world, { person }).fetch, world.server.url, 'change')).toContain('change done');
  const wide = new URL(person.asked[1] ?? '').searchParams.get('scope')?.split(' ');
  expect(wide).toEqual(expect.arrayContaining(['tools:read', 'tools:write']));
  expect(world.issuer.requests.filter(({ path }) => path === '/reg')).toHaveLength(1);
  // A refresh cannot widen what was granted, so none was tried.
  expect(tokenRequests(world.issuer, 'refresh_token')).toHaveLength(0);
  expect(world.server.called).toEqual(['change']);
});

test.each([
  ['another state', (returned: URLSearchParams) => returned.set('state', 'x'), '`state`'],
  ['no state', (returned: URLSearchParams) => returned.delete('state'), '`state`'],
  ['another issuer', (returned: URLSearchParams) => returned.set('iss', 'https://evil.example'), '`iss`'],
  [
    'the issuer with a slash',
    (returned: URLSearchParams) => returned.set('iss', `${returned.get('iss')}/`),
    '`iss`',
  ],
  ['no issuer where one was promised', (returned: URLSearchParams) => returned.delete('iss'), '`iss`'],
  ['two codes', (returned: URLSearchParams) => returned.append('code', 'second'), 'twice'],
  [
    'an error of another issuer',
    (returned: URLSearchParams) => {
      returned.set('iss', 'https://evil.example');
      returned.set('error', 'please_call_somebody');
    },
    '`iss`',
  ],
])('an answer with %s buys nothing', async (_name, change, told) => {
  const world = await openWorld();
  const failure = await failureOf(authorize(world, { person: willingPerson(change) }).logIn());
  expect(failure.code).toBe('MCP_LOGIN_FAILED');
  expect(failure.message).toContain(told);
  expect(failure.message).not.toContain('please_call');
  expect(tokenRequests(world.issuer, 'authorization_code')).toHaveLength(0);
  expect((await world.store.read()).grants).toEqual([]);
});

test('the code of somebody else is refused by the authorization server', async () => {
  const world = await openWorld();
  const person = willingPerson(returned => returned.set('code', 'of-somebody-else'));
  const failure = await failureOf(authorize(world, { person }).logIn());
  expect(failure).toMatchObject({ code: 'MCP_LOGIN_FAILED' });
  expect(failure.message).toContain('`invalid_grant`');
});

test('a token goes to its server and nowhere else', async () => {
  const world = await openWorld();
  const other = await openGuardedServer();
  const { fetch: send } = authorize(world, { person: willingPerson() });
  await call(send, world.server.url, 'look');
  await call(send, other.url, 'look');
  expect(other.shown).toEqual([undefined]);
});

test('two people at two servers keep two logins, and the second login of one replaces the first', async () => {
  const world = await openWorld();
  const second = await openGuardedServer();
  const issuer = await openRealIssuer(second.url);
  second.trust(issuer);
  await Promise.all([
    authorize(world, { person: willingPerson() }).logIn(),
    authorize({ ...world, server: second }, { person: willingPerson() }).logIn(),
    authorize(world, { person: willingPerson() }).logIn(),
  ]);
  const { grants } = await world.store.read();
  expect(grants.map(({ server }) => server).toSorted()).toEqual([world.server.url, second.url].toSorted());
});

test('clients that crews name have tokens of their own, and none of a person', async () => {
  const world = await openWorld();
  const named: McpOAuth = { flow: 'code', clientId: BY_HAND.id, clientSecretEnv: 'NAME' };
  const own: McpOAuth = { flow: 'client_credentials', clientId: ROBOT.id, clientSecretEnv: 'NAME' };
  await authorize(world, { person: willingPerson() }).logIn();
  await authorize(world, { oauth: named, clientSecret: BY_HAND.secret, person: willingPerson() }).logIn();
  await authorize(world, { oauth: own, clientSecret: ROBOT.secret }).logIn();
  const { grants } = await world.store.read();
  expect(grants.map(({ holder }) => holder)).toEqual(['found', 'named', 'itself']);

  const other: McpOAuth = { flow: 'code', clientId: 'another-client' };
  const failure = await failureOf(call(authorize(world, { oauth: other }).fetch, world.server.url, 'look'));
  expect(failure.code).toBe('MCP_LOGIN_NEEDED');
  expect(failure.message).toContain('--client-id another-client');
});

test('no secret is in what the world is told', async () => {
  const world = await openWorld();
  const told: string[] = [];
  const person = willingPerson();
  await authorize(world, { person }).logIn();
  world.server.forgetTokens();
  await call(authorize(world).fetch, world.server.url, 'look');
  world.server.forgetTokens();
  world.issuer.revokeAll();
  // This authorization server repeats every secret that it knows in its error.
  const failure = await failureOf(call(authorize(world).fetch, world.server.url, 'look'));
  told.push(failure.message, ...person.asked);
  expect(world.issuer.secrets().length).toBeGreaterThanOrEqual(4);
  for (const secret of world.issuer.secrets()) expect(told.join('\n')).not.toContain(secret);
});

test('the browser of a test is a real one', async () => {
  const world = await openWorld();
  await authorize(world, { person: willingPerson() }).logIn();
  expect(await readFile(world.file, 'utf8')).toContain(world.issuer.issuer);
  await expect(browse(`${world.issuer.issuer}/auth?client_id=nobody`, 'http://nowhere')).rejects.toThrow();
});
