import { createHash, randomBytes } from 'node:crypto';
import type { Challenge } from './challenge.ts';
import type { AuthorizationServer } from './discover-issuer.ts';
import { discoverIssuer } from './discover-issuer.ts';
import { discoverResource, type ProtectedResource } from './discover-resource.ts';
import { type FoundClient, findClient } from './find-client.ts';
import { loginFailed, shownErrorCode } from './login-failed.ts';
import { holderOf, isGrantFor, type LoginSettings, type Redirection } from './login-settings.ts';
import { joinScopes } from './scopes.ts';
import { requestTokens, type Tokens } from './token-request.ts';
import type { Grant, Logins, RegisteredClient } from './token-store.ts';

/** Who guards a server, found anew each time: what was true at the last login may not be any more. */
export interface Guarded {
  readonly resource: ProtectedResource;
  readonly issuer: AuthorizationServer;
}

/** Finds out who guards the server of the settings. Fails with MCP_LOGIN_FAILED, and as the fetch does. */
export async function discoverGuard(settings: LoginSettings, challenge: Challenge): Promise<Guarded> {
  const { reader, oauth, store } = settings;
  const url = new URL(reader.server);
  const isHere = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !isHere) {
    throw loginFailed(reader.server, 'tokens are only sent over https');
  }
  const resource = await discoverResource(reader, challenge);
  const { grants, clients } = await store.read();
  const own = grants.filter(({ server }) => server === reader.server);
  const met = new Set([...own, ...clients].map(({ issuer }) => issuer));
  const named = oauth.issuer;
  const chosen = resource.issuers.find(issuer => (named === undefined ? met.has(issuer) : issuer === named));
  if (chosen === undefined && named !== undefined) {
    const others = resource.issuers.map(issuer => `\`${issuer}\``).join(', ');
    throw loginFailed(reader.server, `it trusts ${others}, and the crew names the issuer \`${named}\``);
  }
  const issuer = await discoverIssuer(reader, chosen ?? resource.issuers[0] ?? url.origin);
  assertSameIssuer(settings, issuer, own);
  return { resource, issuer };
}

/** What was agreed by hand with one authorization server is not shown to another one that the server suddenly names. */
function assertSameIssuer(
  { reader, oauth }: LoginSettings,
  { issuer }: AuthorizationServer,
  grants: readonly Grant[],
): void {
  const before = grants.find(({ clientId, holder }) => holder !== 'found' && clientId === oauth.clientId);
  if (before === undefined || before.issuer === issuer || oauth.issuer === issuer) return;
  throw loginFailed(
    reader.server,
    `it trusts \`${issuer}\` now, and \`${oauth.clientId}\` is known at \`${before.issuer}\`; if that is meant, \`crew mcp logout\` first`,
  );
}

/** The scopes to ask for: what was refused, else what the crew names, else all that the server names. Pure. */
export function wantedScope(
  { oauth, moreScopes }: LoginSettings,
  { resource, issuer }: Guarded,
  { challenge, held }: { readonly challenge: Challenge; readonly held: string | undefined },
): string | undefined {
  const named = joinScopes(...(oauth.scopes ?? []), ...(moreScopes ?? []));
  const asked = challenge.scope ?? (named === undefined ? resource.scopesSupported : undefined);
  const scope = joinScopes(held, asked, named);
  // Where this scope is known, refresh tokens are only given to who asks for it.
  const offline = issuer.scopesSupported.includes('offline_access') && oauth.flow === 'code';
  return scope !== undefined && offline ? joinScopes(scope, 'offline_access') : scope;
}

/**
 * The authorization code flow with PKCE: a person says yes in a browser, and the grant is stored. Fails with
 * MCP_LOGIN_FAILED, and as the fetch, the store and the person's `open` do.
 */
export async function logIn(
  settings: LoginSettings,
  challenge: Challenge,
  held: string | undefined,
): Promise<Grant> {
  const { person, reader, store } = settings;
  if (person === undefined) throw loginFailed(reader.server, 'nobody is there to log in');
  const guarded = await discoverGuard(settings, challenge);
  if (!guarded.issuer.s256) {
    throw loginFailed(reader.server, `\`${guarded.issuer.issuer}\` does not know PKCE with S256`);
  }
  const { clients } = await store.read();
  const before = clients.find(({ issuer }) => issuer === guarded.issuer.issuer);
  const redirection = await person.open(before?.redirectUri);
  try {
    const scope = wantedScope(settings, guarded, { challenge, held });
    const found = await clientFor(settings, guarded, {
      clients,
      scope,
      redirectUri: redirection.redirectUri,
    });
    const tokens = await codeFlow(settings, guarded, { found, scope, redirection });
    return await keepGrant(settings, guarded, { clientId: found.client.clientId, tokens, scope });
  } finally {
    await redirection.close();
  }
}

async function clientFor(
  settings: LoginSettings,
  { issuer, resource }: Guarded,
  search: {
    readonly clients: readonly RegisteredClient[];
    readonly scope: string | undefined;
    readonly redirectUri: string;
  },
): Promise<FoundClient> {
  const { reader, oauth, clientSecret, now, store } = settings;
  const { clients, scope, redirectUri } = search;
  const found = await findClient({
    ...{ reader, issuer, oauth, clientSecret, redirectUri, scope, now },
    registrations: clients,
    allScopes: joinScopes(scope, resource.scopesSupported),
  });
  if (found.known === 'by registration' && !clients.includes(found.registered)) {
    const { registered } = found;
    const others = (each: RegisteredClient): boolean => each.issuer !== issuer.issuer;
    await store.update(async logins => ({
      ...logins,
      clients: [...logins.clients.filter(others), registered],
    }));
  }
  return found;
}

async function codeFlow(
  settings: LoginSettings,
  { issuer, resource: { resource } }: Guarded,
  asked: {
    readonly found: FoundClient;
    readonly scope: string | undefined;
    readonly redirection: Redirection;
  },
): Promise<Tokens> {
  const { reader, now } = settings;
  const { found, scope, redirection } = asked;
  const { client } = found;
  const { redirectUri } = redirection;
  if (issuer.authorizationEndpoint === undefined) {
    throw loginFailed(reader.server, `\`${issuer.issuer}\` names no \`authorization_endpoint\``);
  }
  const state = randomBytes(32).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(issuer.authorizationEndpoint);
  url.hash = '';
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state,
    resource,
    ...(scope === undefined ? {} : { scope }),
    // Only a person who was asked may allow what goes on without them (OpenID Connect Core, 11).
    ...(scope?.split(' ').includes('offline_access') === true ? { prompt: 'consent' } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const code = codeOf(settings, issuer, { returned: await redirection.authorize(url.href, state), state });
  const grant = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
  };
  const tokens = await requestTokens({ reader, issuer, client, grant, resource, now });
  if ('refused' in tokens) {
    if (found.known === 'by registration') await forgetClient(settings, found.registered);
    throw loginFailed(
      reader.server,
      `\`${issuer.issuer}\` gives no token: ${shownErrorCode(tokens.refused)}`,
    );
  }
  return tokens;
}

/** Whoever the person came back from must have been who they were sent to; only then are their words looked at. */
function codeOf(
  { reader }: LoginSettings,
  { issuer, sendsIssuer }: AuthorizationServer,
  { returned, state }: { readonly returned: URLSearchParams; readonly state: string },
): string {
  const only = (name: string): string | undefined => {
    const [value, second] = returned.getAll(name);
    if (second !== undefined) throw loginFailed(reader.server, `the answer has \`${name}\` twice`);
    return value;
  };
  if (only('state') !== state)
    throw loginFailed(reader.server, 'the answer is not for this login (`state` differs)');
  const from = only('iss');
  if (from === undefined ? sendsIssuer : from !== issuer) {
    throw loginFailed(reader.server, `the answer is not from \`${issuer}\` (\`iss\` differs)`);
  }
  const error = only('error');
  if (error !== undefined) throw loginFailed(reader.server, `\`${issuer}\` says ${shownErrorCode(error)}`);
  const code = only('code');
  if (code === undefined || code === '') throw loginFailed(reader.server, 'the answer has no code');
  return code;
}

/** Stores what was granted instead of what there was before. */
export async function keepGrant(
  settings: LoginSettings,
  { issuer, resource }: Guarded,
  got: { readonly clientId: string; readonly tokens: Tokens; readonly scope: string | undefined },
): Promise<Grant> {
  const { reader, store } = settings;
  const { clientId, tokens } = got;
  const scope = tokens.scope ?? got.scope;
  const grant: Grant = {
    ...{ server: reader.server, issuer: issuer.issuer, resource: resource.resource, clientId },
    holder: holderOf(settings),
    ...tokens,
    ...(scope === undefined ? {} : { scope }),
  };
  await store.update(async logins => withGrant(logins, grant, settings));
  return grant;
}

/** The logins with a grant instead of the one that the settings asked for before. Pure. */
export function withGrant(logins: Logins, grant: Grant, settings: LoginSettings): Logins {
  return { ...logins, grants: [...logins.grants.filter(each => !isGrantFor(each, settings)), grant] };
}

/** Forgets a registration, so that the next login registers anew. */
export async function forgetClient(
  { store }: Pick<LoginSettings, 'store'>,
  { issuer, clientId }: Pick<RegisteredClient, 'issuer' | 'clientId'>,
): Promise<void> {
  const isOther = (each: RegisteredClient): boolean => each.issuer !== issuer || each.clientId !== clientId;
  await store.update(async logins => ({ ...logins, clients: logins.clients.filter(isOther) }));
}
