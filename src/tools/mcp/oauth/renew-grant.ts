import type { Challenge } from './challenge.ts';
import { clientOf } from './find-client.ts';
import { discoverGuard, forgetClient, keepGrant, wantedScope, withGrant } from './log-in.ts';
import { loginFailed, shownErrorCode } from './login-failed.ts';
import { isGrantFor, type LoginSettings } from './login-settings.ts';
import { type Client, requestTokens } from './token-request.ts';
import type { Grant, Logins } from './token-store.ts';

/** The grant that the settings ask for, if there is one. Pure. */
export function grantFor({ grants }: Logins, settings: LoginSettings): Grant | undefined {
  return grants.find(grant => isGrantFor(grant, settings));
}

/**
 * A new access token for a refresh token, asked for by one process at a time: whoever comes second takes what the first
 * got. Undefined when the refresh token is used up, withdrawn or of another issuer; then it is forgotten. Fails with
 * MCP_LOGIN_FAILED, and as the fetch and the store do.
 */
export async function refreshGrant(
  settings: LoginSettings,
  challenge: Challenge,
  stale: Grant,
): Promise<Grant | undefined> {
  const { reader, store, now } = settings;
  const { issuer, resource } = await discoverGuard(settings, challenge);
  if (issuer.issuer !== stale.issuer || resource.resource !== stale.resource) return undefined;
  let renewed: Grant | undefined;
  let lost: string | undefined;
  await store.update(async logins => {
    const current = grantFor(logins, settings);
    if (current !== undefined && current.accessToken !== stale.accessToken) {
      renewed = current;
      return undefined;
    }
    const client = current === undefined ? undefined : knownClient(settings, logins, current);
    if (current?.refreshToken === undefined || client === undefined) return undefined;
    const grant = { grant_type: 'refresh_token', refresh_token: current.refreshToken };
    const tokens = await requestTokens({ reader, issuer, client, grant, resource: current.resource, now });
    if ('refused' in tokens) {
      lost = tokens.refused;
      return { ...logins, grants: logins.grants.filter(each => each !== current) };
    }
    const { expiresAt: _past, ...kept } = current;
    renewed = { ...kept, ...tokens };
    return withGrant(logins, renewed, settings);
  });
  if (lost !== undefined && lost !== 'invalid_grant') await forgetClient(settings, stale);
  return renewed;
}

function knownClient(
  { oauth, clientSecret }: LoginSettings,
  { clients }: Logins,
  { issuer, clientId }: Grant,
): Client | undefined {
  if (clientId === oauth.clientId) {
    return clientSecret === undefined ? { clientId } : { clientId, clientSecret };
  }
  const registered = clients.find(each => each.issuer === issuer && each.clientId === clientId);
  return registered === undefined ? undefined : clientOf(registered);
}

/**
 * A token for the client itself, for which nobody has to be there. Fails with MCP_LOGIN_FAILED, and as the fetch and the
 * store do.
 */
export async function requestOwnGrant(
  settings: LoginSettings,
  challenge: Challenge,
  held: string | undefined,
): Promise<Grant> {
  const { reader, oauth, clientSecret, now } = settings;
  if (oauth.clientId === undefined || clientSecret === undefined) {
    throw loginFailed(reader.server, '`flow: client_credentials` needs `client_id` and `client_secret_env`');
  }
  const guarded = await discoverGuard(settings, challenge);
  const scope = wantedScope(settings, guarded, { challenge, held });
  const tokens = await requestTokens({
    ...{ reader, now, issuer: guarded.issuer, resource: guarded.resource.resource },
    client: { clientId: oauth.clientId, clientSecret },
    grant: { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) },
  });
  if ('refused' in tokens) {
    const why = shownErrorCode(tokens.refused);
    throw loginFailed(reader.server, `\`${guarded.issuer.issuer}\` gives no token: ${why}`);
  }
  return keepGrant(settings, guarded, { clientId: oauth.clientId, tokens, scope });
}
