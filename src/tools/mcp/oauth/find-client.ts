import type { JsonObject } from '../../../model/json.ts';
import type { McpOAuth } from '../../../model/mcp-server.ts';
import type { AuthorizationServer } from './discover-issuer.ts';
import { loginFailed, shownErrorCode } from './login-failed.ts';
import { type DocumentReader, fieldOf, jsonObject, textField } from './read-document.ts';
import { coversScopes } from './scopes.ts';
import type { Client } from './token-request.ts';
import type { RegisteredClient } from './token-store.ts';

/** Who we are at an authorization server, and how it came to know us. */
export type FoundClient = { readonly client: Client } & (
  | { readonly known: 'beforehand' | 'by document' }
  | { readonly known: 'by registration'; readonly registered: RegisteredClient }
);

/** What a client is looked for with. */
export interface ClientSearch {
  readonly reader: DocumentReader;
  readonly issuer: AuthorizationServer;
  readonly oauth: McpOAuth;
  readonly clientSecret: string | undefined;
  readonly registrations: readonly RegisteredClient[];
  readonly redirectUri: string;
  /** What is asked for now, and all that may be asked for later. */
  readonly scope: string | undefined;
  readonly allScopes: string | undefined;
  readonly now: () => number;
}

/**
 * Finds out who we are: the client that the crew names, else the one of its metadata document (a `clientId` that is an
 * https address, for servers that read such documents), else one that is registered there, now if need be. Fails with
 * MCP_LOGIN_FAILED, and as the fetch does.
 */
export async function findClient(search: ClientSearch): Promise<FoundClient> {
  const { issuer, oauth, clientSecret, registrations, reader } = search;
  const { clientId } = oauth;
  const isDocument = clientId !== undefined && isDocumentAddress(clientId);
  if (clientId !== undefined && !isDocument) {
    return {
      client: { clientId, ...(clientSecret === undefined ? {} : { clientSecret }) },
      known: 'beforehand',
    };
  }
  if (clientId !== undefined && issuer.clientDocuments) return { client: { clientId }, known: 'by document' };
  const fitting = registrations.find(client => stillFits(client, search));
  const registered = fitting ?? (await register(search));
  if (registered === undefined) {
    throw loginFailed(
      reader.server,
      `\`${issuer.issuer}\` registers no clients; register one there by hand and name it with \`client_id\``,
    );
  }
  return { client: clientOf(registered), known: 'by registration', registered };
}

/** A registration as the client that it is. Pure. */
export function clientOf({ clientId, clientSecret, authMethod }: RegisteredClient): Client {
  return {
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(authMethod === undefined ? {} : { authMethod }),
  };
}

function isDocumentAddress(clientId: string): boolean {
  const url = URL.parse(clientId);
  return url !== null && url.protocol === 'https:' && url.pathname !== '/';
}

function stillFits(client: RegisteredClient, { issuer, redirectUri, scope, now }: ClientSearch): boolean {
  const isAlive = client.secretExpiresAt === undefined || client.secretExpiresAt > now();
  const isWide = client.scope === undefined || coversScopes(client.scope, scope);
  return client.issuer === issuer.issuer && client.redirectUri === redirectUri && isAlive && isWide;
}

/** RFC 7591. Registers with all scopes that may ever be asked for, since a registration cannot be widened. */
async function register(search: ClientSearch): Promise<RegisteredClient | undefined> {
  const { issuer, reader, redirectUri, allScopes } = search;
  if (issuer.registrationEndpoint === undefined) return undefined;
  const first = await askToRegister(search, issuer.registrationEndpoint, allScopes);
  // A server may know fewer scopes than the one that it guards; without any it registers what it grants by itself.
  const isRefused = 'refused' in first && allScopes !== undefined;
  const answer = isRefused ? await askToRegister(search, issuer.registrationEndpoint, undefined) : first;
  if ('refused' in answer) {
    throw loginFailed(reader.server, `\`${issuer.issuer}\` does not register us: ${answer.refused}`);
  }
  const clientId = textField(answer.said, 'client_id');
  if (clientId === undefined)
    throw loginFailed(reader.server, `\`${issuer.issuer}\` registered us without a name`);
  const clientSecret = textField(answer.said, 'client_secret');
  const authMethod = textField(answer.said, 'token_endpoint_auth_method');
  const secretExpires = Number(fieldOf(answer.said, 'client_secret_expires_at') ?? 0);
  const scope = textField(answer.said, 'scope') ?? (isRefused ? undefined : allScopes);
  return {
    issuer: issuer.issuer,
    clientId,
    redirectUri,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(authMethod === undefined ? {} : { authMethod }),
    ...(secretExpires > 0 ? { secretExpiresAt: secretExpires * 1000 } : {}),
    ...(scope === undefined ? {} : { scope }),
  };
}

async function askToRegister(
  { reader, redirectUri, issuer }: ClientSearch,
  endpoint: string,
  scope: string | undefined,
): Promise<{ readonly said: JsonObject } | { readonly refused: string }> {
  const known = issuer.clientAuthMethods ?? ['none'];
  const method = ['none', 'client_secret_basic', 'client_secret_post'].find(each => known.includes(each));
  const answer = await reader.fetch(endpoint, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Crewfile',
      application_type: 'native',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: method ?? 'none',
      scope,
    }),
  });
  const said = jsonObject(await answer.text());
  if (answer.ok && said !== undefined) return { said };
  const error = said === undefined ? undefined : textField(said, 'error');
  return { refused: error === undefined ? `status ${answer.status}` : shownErrorCode(error) };
}
