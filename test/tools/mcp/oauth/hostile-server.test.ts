import { expect, test } from 'vitest';
import { failureOf } from '../../tool-call.ts';
import { AS, goodIssuer, logInAt, openHostile, PRM } from './hostile-server.ts';

test('nobody is sent anywhere before all metadata was looked at', async () => {
  const { origin } = await openHostile(() => ({ [PRM]: { resource: 'https://evil.example' } }));
  const { login, sentTo } = await logInAt(origin);
  await failureOf(login.logIn());
  expect(sentTo).toEqual([]);
});

test('a place to log in cannot speak for us', async () => {
  const { origin } = await openHostile(from => ({
    [AS]: {
      ...goodIssuer(from),
      authorization_endpoint: `${from}/authorize?client_id=evil&redirect_uri=https://evil.example&x=1#y`,
    },
  }));
  const { login, sentTo } = await logInAt(origin);
  await login.logIn();
  const { searchParams, hash } = new URL(sentTo[0] ?? '');
  expect(searchParams.getAll('client_id')).toEqual(['we']);
  expect(searchParams.getAll('redirect_uri')).toEqual(['http://127.0.0.1:1/callback']);
  expect([searchParams.get('x'), hash]).toEqual(['1', '']);
});

test('the well-known paths are asked in their order', async () => {
  const { origin, seen } = await openHostile(from => ({
    [PRM]: undefined,
    '/.well-known/oauth-protected-resource': { resource: from, authorization_servers: [`${from}/tenant`] },
    '/tenant/.well-known/openid-configuration': { ...goodIssuer(from), issuer: `${from}/tenant` },
  }));
  const { login } = await logInAt(origin);
  const { resource, issuer } = await login.logIn();
  expect([resource, issuer]).toEqual([origin, `${origin}/tenant`]);
  expect(seen.filter(path => path.includes('well-known'))).toEqual([
    PRM,
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-authorization-server/tenant',
    '/.well-known/openid-configuration/tenant',
    '/tenant/.well-known/openid-configuration',
  ]);
});

test('a server that lets everybody in and says nothing has no login', async () => {
  const { origin } = await openHostile(() => ({ '/mcp': {}, [PRM]: undefined }));
  const { login } = await logInAt(origin);
  expect((await failureOf(login.logIn())).message).toContain('nothing to log in to');
});

test('a client that was agreed by hand is not shown to another authorization server', async () => {
  let isMoved = false;
  const other = await openHostile(() => ({}));
  const { origin } = await openHostile(from => ({
    [PRM]: (_request, response) => {
      const authorization_servers = [isMoved ? other.origin : from];
      response.end(JSON.stringify({ resource: `${from}/mcp`, authorization_servers }));
    },
  }));
  const second = await logInAt(origin, { clientId: 'by-hand' });
  await second.login.logIn();
  isMoved = true;
  expect((await failureOf(second.login.logIn())).message).toContain('`by-hand` is known at');
  expect(other.seen).toEqual([AS]);
});

test('an issuer that the crew names is the only one', async () => {
  const { origin } = await openHostile(() => ({}));
  const { login } = await logInAt(origin, { issuer: 'https://login.example' });
  expect((await failureOf(login.logIn())).message).toContain('https://login.example');
  await (await logInAt(origin, { issuer: origin })).login.logIn();
});

test('a server that wants more and more is given up', async () => {
  let asked = 0;
  const { origin } = await openHostile(() => ({
    '/mcp': (request, response) => {
      const isKnown = request.headers.authorization !== undefined;
      asked += 1;
      const more = `Bearer error="insufficient_scope", scope="more-${asked}"`;
      response.writeHead(isKnown ? 403 : 401, { 'www-authenticate': isKnown ? more : 'Bearer' }).end();
    },
  }));
  const { login, sentTo } = await logInAt(origin);
  const failure = await failureOf(login.fetch(`${origin}/mcp`, { method: 'POST', body: '{}' }));
  expect(failure.code).toBe('MCP_LOGIN_FAILED');
  expect(sentTo).toHaveLength(3);
});

test('a scope that was granted and is refused all the same is not asked for again', async () => {
  const { origin } = await openHostile(() => ({
    '/mcp': (request, response) => {
      const isKnown = request.headers.authorization !== undefined;
      const same = 'Bearer error="insufficient_scope", scope="admin"';
      response.writeHead(isKnown ? 403 : 401, { 'www-authenticate': same }).end();
    },
  }));
  const { login, sentTo } = await logInAt(origin);
  const answer = await login.fetch(`${origin}/mcp`, { method: 'POST', body: '{}' });
  expect([answer.status, sentTo.length]).toEqual([403, 1]);
});

test('a server that repeats the token is not heard', async () => {
  const { origin } = await openHostile(() => ({
    '/mcp': (request, response) => {
      const { authorization = '' } = request.headers;
      response.writeHead(authorization === '' ? 401 : 200, {
        'www-authenticate': 'Bearer',
        x: authorization,
      });
      response.end(`you said ${authorization}`);
    },
  }));
  const { login } = await logInAt(origin);
  const answer = await login.fetch(`${origin}/mcp`, { method: 'POST', body: '{}' });
  expect(`${await answer.text()} ${answer.headers.get('x')}`).toMatch(/^you said Bearer \*+ Bearer \*+$/);
});

test('a token is not for another path of the same machine', async () => {
  const shown: (string | undefined)[] = [];
  const { origin } = await openHostile(() => ({
    '/other': (request, response) => {
      shown.push(request.headers.authorization);
      response.end();
    },
  }));
  const { login } = await logInAt(origin);
  await login.logIn();
  await login.fetch(`${origin}/other`);
  expect(shown).toEqual([undefined]);
});
