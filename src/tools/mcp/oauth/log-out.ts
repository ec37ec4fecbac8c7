import { createGuardedFetch, OAUTH_LIMITS } from '../guarded-fetch.ts';
import { discoverIssuer } from './discover-issuer.ts';
import { clientOf } from './find-client.ts';
import { authenticate } from './token-request.ts';
import type { Grant, Logins, TokenStore } from './token-store.ts';

/** Whom to forget; every login when `serverUrl` is absent. */
interface LogOutOptions {
  readonly store: TokenStore;
  readonly serverUrl?: string;
}

/**
 * Forgets logins, first here, then at their authorization servers (RFC 7009), whose answers change nothing. Returns the
 * forgotten ones, and whether each was withdrawn there. A registration is kept while another login of the same
 * authorization server is left. Fails as the store does.
 */
export async function logOut({
  store,
  serverUrl,
}: LogOutOptions): Promise<readonly { readonly grant: Grant; readonly withdrawn: boolean }[]> {
  let before: Logins = { grants: [], clients: [] };
  const isMeant = (grant: Grant): boolean => serverUrl === undefined || grant.server === serverUrl;
  await store.update(async logins => {
    before = logins;
    const grants = logins.grants.filter(grant => !isMeant(grant));
    const needed = new Set(grants.map(({ issuer }) => issuer));
    return { grants, clients: logins.clients.filter(({ issuer }) => needed.has(issuer)) };
  });
  const forgotten = before.grants.filter(isMeant);
  return await Promise.all(
    forgotten.map(async grant => ({ grant, withdrawn: await withdraw(grant, before).catch(() => false) })),
  );
}

async function withdraw(grant: Grant, { clients }: Logins): Promise<boolean> {
  const { server, issuer: name, clientId, refreshToken, accessToken } = grant;
  const reader = { fetch: createGuardedFetch({ serverUrl: server, limits: OAUTH_LIMITS }), server };
  const issuer = await discoverIssuer(reader, name);
  if (issuer.revocationEndpoint === undefined) return false;
  const registered = clients.find(each => each.issuer === name && each.clientId === clientId);
  const headers = new Headers({ accept: 'application/json' });
  const form = new URLSearchParams(
    refreshToken === undefined
      ? { token: accessToken, token_type_hint: 'access_token' }
      : { token: refreshToken, token_type_hint: 'refresh_token' },
  );
  const client = registered === undefined ? { clientId } : clientOf(registered);
  authenticate({ reader, issuer, client, form, headers });
  const answer = await reader.fetch(issuer.revocationEndpoint, { method: 'POST', headers, body: form });
  await answer.body?.cancel();
  return answer.ok;
}
