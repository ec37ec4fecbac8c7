import { expect, test } from 'vitest';
import { failureOf } from '../../tool-call.ts';
import {
  AS,
  CANARY,
  challenge,
  goodIssuer,
  json,
  logInAt,
  openHostile,
  PRM,
  redirect,
  type Said,
} from './hostile-server.ts';

test('the server that these tests change lets a person in as it is', async () => {
  const { origin } = await openHostile(() => ({}));
  const { login, store } = await logInAt(origin);
  await login.logIn();
  expect((await store.read()).grants).toMatchObject([{ accessToken: CANARY, resource: `${origin}/mcp` }]);
});

const REFUSED: readonly (readonly [
  string,
  (origin: string) => { readonly [path: string]: Said | undefined },
  { readonly code: string; readonly told: RegExp },
])[] = [
  [
    'metadata about another server',
    origin => ({
      [PRM]: { resource: 'https://evil.example/mcp', authorization_servers: [origin] },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /another server/ },
  ],
  [
    'metadata about another path',
    origin => ({
      [PRM]: { resource: `${origin}/mcp2`, authorization_servers: [origin] },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /another server/ },
  ],
  [
    'metadata about a longer path',
    origin => ({
      [PRM]: { resource: `${origin}/mcp/admin`, authorization_servers: [origin] },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /another server/ },
  ],
  ['metadata about nothing', () => ({ [PRM]: {} }), { code: 'MCP_LOGIN_FAILED', told: /nothing/ }],
  [
    'a resource with a fragment',
    origin => ({
      [PRM]: { resource: `${origin}/mcp#x`, authorization_servers: [origin] },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /another server/ },
  ],
  [
    'a resource with a password',
    origin => ({
      [PRM]: { resource: origin.replace('//', '//a:b@'), authorization_servers: [origin] },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /another server/ },
  ],
  [
    'metadata that is no JSON',
    () => ({ [PRM]: json('<html>') }),
    { code: 'MCP_LOGIN_FAILED', told: /no JSON object/ },
  ],
  [
    'metadata that is a list',
    () => ({ [PRM]: json('[]') }),
    { code: 'MCP_LOGIN_FAILED', told: /no JSON object/ },
  ],
  [
    'metadata that is broken on the server',
    () => ({ [PRM]: json('{}', 500) }),
    { code: 'MCP_LOGIN_FAILED', told: /status 500/ },
  ],
  [
    'huge metadata',
    () => ({ [PRM]: json(`{"x":"${'y'.repeat(2_000_000)}"}`) }),
    { code: 'MCP_UNAVAILABLE', told: /at most 1048576 bytes/ },
  ],
  [
    'an issuer that calls itself otherwise',
    origin => ({
      [AS]: { ...goodIssuer(origin), issuer: 'https://evil.example' },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /calls itself `https:\/\/evil.example`/ },
  ],
  [
    'an issuer that calls itself nothing',
    origin => ({
      [AS]: { ...goodIssuer(origin), issuer: undefined },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /calls itself `nothing`/ },
  ],
  [
    'an issuer with a slash more',
    origin => ({
      [AS]: { ...goodIssuer(origin), issuer: `${origin}/` },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /calls itself/ },
  ],
  [
    'an issuer without metadata',
    () => ({ [AS]: undefined }),
    { code: 'MCP_LOGIN_FAILED', told: /publishes no metadata/ },
  ],
  [
    'an issuer behind a redirect',
    origin => ({ [AS]: redirect(`${origin}/other`) }),
    { code: 'MCP_LOGIN_FAILED', told: /publishes no metadata/ },
  ],
  [
    'an issuer that is no address',
    origin => ({
      [PRM]: { resource: `${origin}/mcp`, authorization_servers: ['javascript:alert(1)'] },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /no address/ },
  ],
  [
    'an issuer that is a file',
    origin => ({
      [PRM]: { resource: `${origin}/mcp`, authorization_servers: ['file:///etc/passwd'] },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /no address/ },
  ],
  [
    'an issuer in a private network',
    origin => ({
      [PRM]: { resource: `${origin}/mcp`, authorization_servers: ['https://10.1.2.3'] },
    }),
    { code: 'MCP_ADDRESS_REFUSED', told: /private network/ },
  ],
  [
    'an issuer that is a metadata server',
    origin => ({
      [PRM]: { resource: `${origin}/mcp`, authorization_servers: ['https://169.254.169.254'] },
    }),
    { code: 'MCP_ADDRESS_REFUSED', told: /reserved/ },
  ],
  [
    'an issuer without TLS',
    origin => ({
      [PRM]: { resource: `${origin}/mcp`, authorization_servers: ['http://login.example'] },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /no https address/ },
  ],
  [
    'metadata at a private address',
    () => ({
      '/mcp': challenge('Bearer resource_metadata="https://192.168.1.1/x"'),
    }),
    { code: 'MCP_ADDRESS_REFUSED', told: /private network/ },
  ],
  [
    'an issuer that knows no S256',
    origin => ({
      [AS]: { ...goodIssuer(origin), code_challenge_methods_supported: ['plain'] },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /S256/ },
  ],
  [
    'an issuer that says nothing of PKCE',
    origin => ({
      [AS]: { ...goodIssuer(origin), code_challenge_methods_supported: undefined },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /S256/ },
  ],
  [
    'no place to log in',
    origin => ({
      [AS]: { ...goodIssuer(origin), authorization_endpoint: undefined },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /authorization_endpoint/ },
  ],
  [
    'a place to log in that is a script',
    origin => ({
      [AS]: { ...goodIssuer(origin), authorization_endpoint: 'javascript:alert(1)' },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /no https address/ },
  ],
  [
    'a place to log in without TLS',
    origin => ({
      [AS]: { ...goodIssuer(origin), authorization_endpoint: 'http://login.example/' },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /no https address/ },
  ],
  [
    'a token endpoint without TLS',
    origin => ({
      [AS]: { ...goodIssuer(origin), token_endpoint: 'http://tokens.example/' },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /no https address/ },
  ],
  [
    'a token endpoint in a private network',
    origin => ({
      [AS]: { ...goodIssuer(origin), token_endpoint: 'https://10.0.0.1/token' },
    }),
    { code: 'MCP_ADDRESS_REFUSED', told: /private network/ },
  ],
  [
    'a registration in a private network',
    origin => ({
      [AS]: { ...goodIssuer(origin), registration_endpoint: 'https://[fd12::1]/register' },
    }),
    { code: 'MCP_ADDRESS_REFUSED', told: /private network/ },
  ],
  [
    'a token endpoint that redirects',
    () => ({ '/token': redirect('https://evil.example/') }),
    { code: 'MCP_UNAVAILABLE', told: /redirects are not followed/ },
  ],
  [
    'a registration without a name',
    () => ({ '/register': {} }),
    { code: 'MCP_LOGIN_FAILED', told: /without a name/ },
  ],
  [
    'a registration that is refused',
    () => ({
      '/register': json('{"error":"invalid_client_metadata"}', 400),
    }),
    { code: 'MCP_LOGIN_FAILED', told: /`invalid_client_metadata`/ },
  ],
  [
    'a token of another kind',
    () => ({
      '/token': { access_token: CANARY, token_type: 'DPoP' },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /another kind/ },
  ],
  [
    'a token that breaks the header',
    () => ({
      '/token': { access_token: `${CANARY}\r\nx: y`, token_type: 'Bearer' },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /can be sent/ },
  ],
  [
    'no token',
    () => ({ '/token': { token_type: 'Bearer' } }),
    { code: 'MCP_LOGIN_FAILED', told: /can be sent/ },
  ],
  [
    'an error with status 200',
    () => ({
      '/token': { error: 'server_error', error_description: CANARY },
    }),
    { code: 'MCP_LOGIN_FAILED', told: /`server_error`/ },
  ],
  [
    'an error whose code is a text',
    () => ({
      '/token': json(JSON.stringify({ error: `look at ${CANARY}` }), 400),
    }),
    { code: 'MCP_LOGIN_FAILED', told: /an error/ },
  ],
  [
    'an error that is no JSON',
    () => ({ '/token': json(CANARY, 400) }),
    { code: 'MCP_LOGIN_FAILED', told: /status 400/ },
  ],
  [
    'a token that its own server refuses',
    () => ({ '/mcp': challenge('Bearer') }),
    { code: 'MCP_LOGIN_FAILED', told: /refuses the token/ },
  ],
];

test.each(REFUSED)('%s is refused', async (_name, change, { code, told }) => {
  const { origin } = await openHostile(change);
  const { login } = await logInAt(origin);
  const failure = await failureOf(login.logIn());
  expect(failure.code).toBe(code);
  expect(failure.message).toMatch(told);
  expect(failure.message).not.toContain(CANARY);
});
