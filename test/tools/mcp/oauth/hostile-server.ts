import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { McpOAuth } from '../../../../src/model/mcp-server.ts';
import { MCP_LIMITS } from '../../../../src/tools/mcp/guarded-fetch.ts';
import { createMcpAuthorization } from '../../../../src/tools/mcp/oauth/create-mcp-authorization.ts';
import { createTokenStore } from '../../../../src/tools/mcp/oauth/token-store.ts';
import { openLoopback } from './loopback.ts';

type Fields = { readonly [field: string]: unknown };
/** What is said at a path: an object as JSON, or all of the answer. */
export type Said = Fields | ((request: IncomingMessage, response: ServerResponse) => void);

/** Where the server's metadata is asked for first. */
export const PRM = '/.well-known/oauth-protected-resource/mcp';
/** Where the metadata of its authorization server is asked for first. */
export const AS = '/.well-known/oauth-authorization-server';
/** The token that no message may show. */
export const CANARY = 'canary-4f1d-token';

/** A server and an authorization server in one, which say what a test wants; `undefined` takes a path away. */
export async function openHostile(change: (origin: string) => { readonly [path: string]: Said | undefined }) {
  const { origin, serve } = await openLoopback();
  const seen: string[] = [];
  const said: { readonly [path: string]: Said | undefined } = {
    [PRM]: { resource: `${origin}/mcp`, authorization_servers: [origin] },
    [AS]: goodIssuer(origin),
    '/register': { client_id: 'we' },
    '/token': { access_token: CANARY, token_type: 'Bearer' },
    ...change(origin),
  };
  serve((request, response) => {
    const path = new URL(request.url ?? '/', origin).pathname;
    seen.push(path);
    const answer = said[path];
    if (path === '/mcp' && answer === undefined) {
      const isKnown = request.headers.authorization === `Bearer ${CANARY}`;
      response.writeHead(isKnown ? 200 : 401, { 'www-authenticate': 'Bearer' }).end('{}');
    } else if (answer === undefined) response.writeHead(404).end();
    else if (typeof answer === 'function') answer(request, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  return { origin, seen };
}

/** Metadata that nothing is wrong with. */
export function goodIssuer(origin: string): Fields {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
  };
}

/** Logs in at a hostile server as a person who comes back with a code at once. */
export async function logInAt(origin: string, oauth: Partial<McpOAuth> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'crew-logins-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const sentTo: string[] = [];
  const store = createTokenStore(join(folder, 'tokens', 'mcp.json'), () => undefined);
  const login = createMcpAuthorization({
    serverUrl: `${origin}/mcp`,
    oauth: { flow: 'code', ...oauth },
    ...(oauth.clientSecretEnv === undefined ? {} : { clientSecret: 'the-secret-of-the-client' }),
    store,
    now: Date.now,
    limits: MCP_LIMITS,
    person: {
      open: async () => ({
        redirectUri: 'http://127.0.0.1:1/callback',
        authorize: async (url, state) => {
          sentTo.push(url);
          return new URLSearchParams({ code: 'a-code', state });
        },
        close: async () => undefined,
      }),
    },
  });
  return { sentTo, store, login };
}

/** Any text, with any status. */
export const json = (body: string, status = 200): Said => {
  return (_request, response) => void response.writeHead(status).end(body);
};
/** A redirect to an address. */
export const redirect = (to: string): Said => {
  return (_request, response) => void response.writeHead(302, { location: to }).end();
};
/** A refusal with a challenge. */
export const challenge = (header: string): Said => {
  return (_request, response) => void response.writeHead(401, { 'www-authenticate': header }).end();
};
