import type { JsonObject } from '../../../model/json.ts';
import { isLoopbackHost } from '../../../model/loopback-host.ts';
import { loginFailed } from './login-failed.ts';
import { type DocumentReader, fieldOf, readDocument, textField, textsField } from './read-document.ts';

/** An authorization server by its own words (RFC 8414, OpenID Connect Discovery); all addresses are http or https. */
export interface AuthorizationServer {
  readonly issuer: string;
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint: string;
  readonly registrationEndpoint?: string;
  readonly revocationEndpoint?: string;
  /** Ways to prove who the client is at the token endpoint; undefined when the server does not say. */
  readonly clientAuthMethods?: readonly string[];
  readonly scopesSupported: readonly string[];
  /** It knows PKCE with S256. */
  readonly s256: boolean;
  /** It puts `iss` into every authorization response (RFC 9207). */
  readonly sendsIssuer: boolean;
  /** A client may be named by the address of its metadata document. */
  readonly clientDocuments: boolean;
}

/**
 * Reads the metadata of an authorization server: RFC 8414, then OpenID Connect with the path inserted, then appended. Fails
 * with MCP_LOGIN_FAILED when there is none, when it calls itself by another name, or when its addresses cannot be used,
 * and as the fetch does.
 */
export async function discoverIssuer(reader: DocumentReader, issuer: string): Promise<AuthorizationServer> {
  const url = URL.parse(issuer);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hash !== '' || url.search !== '') {
    throw loginFailed(
      reader.server,
      `it names \`${issuer}\`, which is no address of an authorization server`,
    );
  }
  // The token endpoint is found through it, so whoever can change it gets the tokens.
  if (url.protocol !== 'https:' && !isLoopbackHost(url.hostname)) {
    throw loginFailed(reader.server, `its authorization server \`${issuer}\` has no https address`);
  }
  for (const candidate of metadataUrls(url)) {
    const document = await readDocument(reader, candidate);
    if (document !== undefined) return readMetadata(reader, issuer, document);
  }
  throw loginFailed(reader.server, `its authorization server \`${issuer}\` publishes no metadata`);
}

function metadataUrls({ origin, pathname }: URL): readonly string[] {
  const path = pathname.replace(/\/$/, '');
  const inserted = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
  ];
  return path === '' ? inserted : [...inserted, `${origin}${path}/.well-known/openid-configuration`];
}

function readMetadata(reader: DocumentReader, issuer: string, document: JsonObject): AuthorizationServer {
  const named = textField(document, 'issuer');
  // Many servers name an issuer without a path with a slash behind it; that is the only difference which is let through.
  if (named === undefined || (named !== issuer && `${named}/` !== issuer)) {
    throw loginFailed(
      reader.server,
      `its authorization server \`${issuer}\` calls itself \`${named ?? 'nothing'}\``,
    );
  }
  const endpoint = (name: string): string | undefined => {
    const address = textField(document, name);
    if (address === undefined) return undefined;
    const { protocol, origin } = URL.parse(address) ?? {};
    // Without TLS only what is on this machine, which the issuer itself must then be.
    const isOwn = protocol === 'http:' && origin === new URL(issuer).origin;
    if (protocol === 'https:' || isOwn) return address;
    throw loginFailed(reader.server, `the \`${name}\` of \`${issuer}\` is no https address`);
  };
  const tokenEndpoint = endpoint('token_endpoint');
  if (tokenEndpoint === undefined)
    throw loginFailed(reader.server, `\`${issuer}\` names no \`token_endpoint\``);
  const authorizationEndpoint = endpoint('authorization_endpoint');
  const registrationEndpoint = endpoint('registration_endpoint');
  const revocationEndpoint = endpoint('revocation_endpoint');
  const clientAuthMethods = textsField(document, 'token_endpoint_auth_methods_supported');
  return {
    issuer: named,
    tokenEndpoint,
    ...(authorizationEndpoint === undefined ? {} : { authorizationEndpoint }),
    ...(registrationEndpoint === undefined ? {} : { registrationEndpoint }),
    ...(revocationEndpoint === undefined ? {} : { revocationEndpoint }),
    ...(clientAuthMethods === undefined ? {} : { clientAuthMethods }),
    scopesSupported: textsField(document, 'scopes_supported') ?? [],
    s256: textsField(document, 'code_challenge_methods_supported')?.includes('S256') === true,
    sendsIssuer: fieldOf(document, 'authorization_response_iss_parameter_supported') === true,
    clientDocuments: fieldOf(document, 'client_id_metadata_document_supported') === true,
  };
}
