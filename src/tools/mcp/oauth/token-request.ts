import type { AuthorizationServer } from './discover-issuer.ts';
import { loginFailed, shownErrorCode } from './login-failed.ts';
import type { DocumentReader } from './read-document.ts';
import { fieldOf, jsonObject, textField } from './read-document.ts';

/** Us, as an authorization server knows us. */
export interface Client {
  readonly clientId: string;
  readonly clientSecret?: string;
  /** How the server said that we prove who we are; chosen from what it knows when absent. */
  readonly authMethod?: string;
}

/** What a token endpoint gave; `expiresAt` in milliseconds since 1970. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly expiresAt?: number;
  readonly scope?: string;
}

/** One request to a token endpoint. */
export interface TokenRequest {
  readonly reader: DocumentReader;
  readonly issuer: AuthorizationServer;
  readonly client: Client;
  /** The parameters of the grant; `resource` is always added. */
  readonly grant: { readonly [name: string]: string };
  readonly resource: string;
  readonly now: () => number;
}

/**
 * Asks for tokens. `refused` is the error code of the server when the grant is used up or withdrawn (`invalid_grant`) or
 * the client is not known any more (`invalid_client`); what else goes wrong fails with MCP_LOGIN_FAILED, and as the fetch
 * does. No message repeats what was sent or received but error codes.
 */
export async function requestTokens(request: TokenRequest): Promise<Tokens | { readonly refused: string }> {
  const { reader, issuer, client, grant, resource, now } = request;
  const form = new URLSearchParams({ ...grant, resource });
  const headers = new Headers({ accept: 'application/json' });
  authenticate({ reader, issuer, client, form, headers });
  const answer = await reader.fetch(issuer.tokenEndpoint, { method: 'POST', headers, body: form });
  const said = jsonObject(await answer.text()) ?? {};
  const error = textField(said, 'error');
  // Some servers tell errors with status 200.
  if (!answer.ok || error !== undefined) {
    if (error === 'invalid_grant' || error === 'invalid_client' || error === 'unauthorized_client') {
      return { refused: error };
    }
    const why = error === undefined ? `status ${answer.status}` : shownErrorCode(error);
    throw loginFailed(reader.server, `\`${issuer.issuer}\` gives no token: ${why}`);
  }
  const accessToken = textField(said, 'access_token');
  if (accessToken === undefined || !/^[\x21-\x7e]+$/.test(accessToken)) {
    throw loginFailed(reader.server, `\`${issuer.issuer}\` answers without a token that can be sent`);
  }
  if (textField(said, 'token_type')?.toLowerCase() !== 'bearer') {
    throw loginFailed(reader.server, `\`${issuer.issuer}\` gives tokens of another kind than Bearer`);
  }
  const refreshToken = textField(said, 'refresh_token');
  const scope = textField(said, 'scope');
  const seconds = Number(fieldOf(said, 'expires_in'));
  return {
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(Number.isFinite(seconds) && seconds > 0 ? { expiresAt: now() + seconds * 1000 } : {}),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** Puts the proof of who we are into a request to an authorization server. Fails with MCP_LOGIN_FAILED. */
export function authenticate({
  reader,
  issuer,
  client: { clientId, clientSecret, authMethod },
  form,
  headers,
}: Pick<TokenRequest, 'reader' | 'issuer' | 'client'> & {
  readonly form: URLSearchParams;
  readonly headers: Headers;
}): void {
  const known = issuer.clientAuthMethods;
  // RFC 8414: a server that names no method knows `client_secret_basic`. Some give out secrets and want none shown.
  const fitting = ['client_secret_basic', 'client_secret_post', 'none'].find(
    each => known?.includes(each) ?? true,
  );
  const method = clientSecret === undefined ? 'none' : (authMethod ?? fitting);
  if (method === 'client_secret_basic' && clientSecret !== undefined) {
    const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`);
  } else if (method === 'client_secret_post' && clientSecret !== undefined) {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  } else if (method === 'none') {
    form.set('client_id', clientId);
  } else {
    const methods = method ?? known?.join(', ');
    throw loginFailed(
      reader.server,
      `\`${issuer.issuer}\` wants another proof of the client than a secret: ${methods}`,
    );
  }
}

/** RFC 6749, 2.3.1: both halves of Basic are form-encoded first, so that a colon in one of them divides nothing. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
