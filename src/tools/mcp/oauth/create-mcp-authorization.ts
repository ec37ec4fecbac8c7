import { CrewError } from '../../../model/crew-error.ts';
import type { McpOAuth } from '../../../model/mcp-server.ts';
import { shellWord } from '../../../model/shell-word.ts';
import { createGuardedFetch, type FetchLimits, OAUTH_LIMITS, type ResolveName } from '../guarded-fetch.ts';
import type { McpAuthorization } from '../mcp-authorization.ts';
import { askForChallenge } from './ask-for-challenge.ts';
import { type Challenge, readChallenge } from './challenge.ts';
import { discoverResource } from './discover-resource.ts';
import { logIn } from './log-in.ts';
import { loginFailed } from './login-failed.ts';
import type { LoginPerson, LoginSettings } from './login-settings.ts';
import { maskedAnswer } from './masked-answer.ts';
import { grantFor, refreshGrant, requestOwnGrant } from './renew-grant.ts';
import { coversScopes, joinScopes } from './scopes.ts';
import type { Grant, TokenStore } from './token-store.ts';

/** What the authorization of one server is made from. */
export interface McpAuthorizationOptions {
  readonly serverUrl: string;
  /** `flow: code` without anything else when the crew says nothing of OAuth. */
  readonly oauth: McpOAuth;
  /** The value of the variable that `oauth.clientSecretEnv` names. */
  readonly clientSecret?: string;
  readonly store: TokenStore;
  /** Who can log in now; without one a login that is needed fails with MCP_LOGIN_NEEDED. */
  readonly person?: LoginPerson;
  /** Scopes to ask for beside all others. */
  readonly moreScopes?: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Limits of requests to the server itself. */
  readonly limits: FetchLimits;
  readonly resolveName?: ResolveName;
}

/** An authorization, and a login that somebody asked for. */
export interface McpLogin extends McpAuthorization {
  readonly fetch: typeof fetch;
  /**
   * Logs in now, whatever is stored, and tries the token. Fails with MCP_LOGIN_FAILED, MCP_UNAVAILABLE or
   * MCP_ADDRESS_REFUSED, and as the store does.
   */
  readonly logIn: () => Promise<Grant>;
}

/** Logins, refreshes and wider scopes together that one request may cost. */
const MOST_RENEWALS = 3;

/**
 * Makes a `fetch` that sends requests to a server with the token that a person has for it: refreshed when it is refused,
 * and with a login where somebody is there for it. The token goes to that address and nowhere else, is in no message, and a
 * server that repeats it is not heard. Its requests fail with MCP_LOGIN_NEEDED, MCP_LOGIN_FAILED, MCP_UNAVAILABLE, MCP_ADDRESS_REFUSED, and as the
 * store does.
 */
export function createMcpAuthorization(options: McpAuthorizationOptions): McpLogin {
  const { serverUrl, limits, resolveName } = options;
  const guard = resolveName === undefined ? { serverUrl } : { serverUrl, resolveName };
  const settings: LoginSettings = {
    reader: { fetch: createGuardedFetch({ ...guard, limits: OAUTH_LIMITS }), server: serverUrl },
    oauth: options.oauth,
    clientSecret: options.clientSecret,
    store: options.store,
    person: options.person,
    moreScopes: options.moreScopes,
    now: options.now,
  };
  const needed = (scope: string | undefined): CrewError => loginNeeded(options, scope);
  const serverFetch = createGuardedFetch({ ...guard, limits });
  const inTurn = oneAfterAnother();
  const authorized = async (request: Request): Promise<Response> => {
    if (!isFor(serverUrl, request.url)) return serverFetch(request);
    let grant = grantFor(await options.store.read(), settings);
    for (let renewals = 0; ; renewals++) {
      const answer = await sendWith(grant, request, serverFetch);
      const challenge = readChallenge(answer.headers.get('www-authenticate'));
      const wanted = wantedBy(answer, challenge, grant);
      if (wanted === undefined) return answer;
      await answer.body?.cancel();
      if (renewals === MOST_RENEWALS) {
        throw loginFailed(serverUrl, 'it refuses the token that it was promised');
      }
      const stale = grant;
      grant = await inTurn(() => renew(settings, { challenge, stale, wanted, renewals, needed }));
    }
  };
  return {
    fetch: (input, init) => authorized(new Request(input, init)),
    logIn: () => inTurn(() => logInNow(settings)),
  };
}

async function logInNow(settings: LoginSettings): Promise<Grant> {
  const { reader, oauth } = settings;
  const challenge = await askForChallenge(reader.fetch, reader.server);
  if (challenge === undefined && !(await discoverResource(reader, {})).isPublished) {
    throw loginFailed(reader.server, 'it lets everybody in, so there is nothing to log in to');
  }
  const grant =
    oauth.flow === 'code'
      ? await logIn(settings, challenge ?? {}, undefined)
      : await requestOwnGrant(settings, challenge ?? {}, undefined);
  if ((await askForChallenge(reader.fetch, reader.server, grant.accessToken)) !== undefined) {
    throw loginFailed(reader.server, `it refuses the token that \`${grant.issuer}\` gave for it`);
  }
  return grant;
}

/** What an answer wants before the request is taken; undefined when there is nothing that a login would mend. */
function wantedBy(
  { status }: Response,
  { error, scope }: Challenge,
  grant: Grant | undefined,
): 'token' | 'scope' | undefined {
  if (status === 401) return 'token';
  const isScope = status === 403 && error === 'insufficient_scope' && scope !== undefined;
  // Who has what is asked for and is refused all the same will be refused again.
  return isScope && !coversScopes(grant?.scope, scope) ? 'scope' : undefined;
}

/** A token is for the one address that it was asked for, whatever else there is on the same machine. */
function isFor(serverUrl: string, url: string): boolean {
  const [own, asked] = [new URL(serverUrl), new URL(url)];
  return own.origin === asked.origin && own.pathname === asked.pathname;
}

async function sendWith(
  grant: Grant | undefined,
  request: Request,
  serverFetch: typeof fetch,
): Promise<Response> {
  const copy = request.clone();
  if (grant === undefined) return serverFetch(copy);
  const headers = new Headers(copy.headers);
  headers.set('authorization', `Bearer ${grant.accessToken}`);
  return maskedAnswer(await serverFetch(new Request(copy, { headers })), grant.accessToken);
}

interface Renewal {
  readonly challenge: Challenge;
  readonly stale: Grant | undefined;
  readonly wanted: 'token' | 'scope';
  readonly renewals: number;
  readonly needed: (scope: string | undefined) => CrewError;
}

async function renew(settings: LoginSettings, renewal: Renewal): Promise<Grant> {
  const { challenge, stale, wanted, renewals, needed } = renewal;
  // Another request or process may have got a token meanwhile.
  const current = grantFor(await settings.store.read(), settings);
  if (current !== undefined && current.accessToken !== stale?.accessToken) return current;
  const held = wanted === 'scope' ? current?.scope : undefined;
  if (settings.oauth.flow === 'client_credentials') {
    // A token that was given just now and is refused will not become better.
    if (renewals > 0 && wanted === 'token')
      throw loginFailed(settings.reader.server, 'it refuses a new token');
    return requestOwnGrant(settings, challenge, held);
  }
  // A refresh never widens what was granted, and one that was refused at once is no use a second time.
  if (wanted === 'token' && current?.refreshToken !== undefined && renewals === 0) {
    const renewed = await refreshGrant(settings, challenge, current);
    if (renewed !== undefined) return renewed;
  }
  if (settings.person === undefined) {
    throw needed(wanted === 'scope' ? joinScopes(held, challenge.scope) : undefined);
  }
  return logIn(settings, challenge, held);
}

/** Names the command that a person types, whole. */
function loginNeeded({ serverUrl, oauth }: McpAuthorizationOptions, scope: string | undefined): CrewError {
  const words = ['crew', 'mcp', 'login', serverUrl];
  if (oauth.clientId !== undefined) words.push('--client-id', oauth.clientId);
  if (oauth.clientSecretEnv !== undefined) words.push('--client-secret-env', oauth.clientSecretEnv);
  const scopes = joinScopes(scope, ...(oauth.scopes ?? []));
  if (scopes !== undefined) words.push('--scope', scopes);
  const why = scope === undefined ? 'wants you to be logged in' : 'wants more than you have allowed';
  const command = words.map(shellWord).join(' ');
  return new CrewError('MCP_LOGIN_NEEDED', `\`${serverUrl}\` ${why}: \`${command}\``);
}

/** Runs what it is given one after another, whether the one before failed or not. */
function oneAfterAnother(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
