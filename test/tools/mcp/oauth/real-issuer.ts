import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { openLoopback } from './loopback.ts';

/** A request that reached the authorization server: its path, its parameters, and who said to be the client. */
interface IssuerRequest {
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly basic: string | undefined;
  readonly body: string;
}

/** A real authorization server whose people say yes to everything. */
export interface RealIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly requests: readonly IssuerRequest[];
  /** Every token and code that it gave out; none of them may be seen anywhere else. */
  readonly secrets: () => readonly string[];
  /** Withdraws all that it has granted. */
  readonly revokeAll: () => void;
}

/** How it differs from the usual one. */
export interface IssuerOptions {
  readonly scopes?: string;
  readonly accessTokenSeconds?: number;
  readonly registers?: boolean;
  /** The document at the https address that names a client. */
  readonly document?: { readonly [field: string]: unknown };
}

export const BY_HAND = { id: 'by-hand', secret: 'secret-of-by-hand:with/colon+0123456789' };
export const ROBOT = { id: 'robot', secret: 'secret-of-robot-0123456789-0123456789' };
const SCOPES = 'tools:read tools:write';

/** Starts one that gives tokens for a resource; it ends with the test. */
export async function openRealIssuer(resource: string, options: IssuerOptions = {}): Promise<RealIssuer> {
  const { origin: issuer, serve } = await openLoopback();
  const scopes = options.scopes ?? SCOPES;
  // The package has no types.
  const { Provider } = await import('oidc-provider' as string);
  const provider = new Provider(issuer, {
    scopes: ['openid', 'offline_access', ...scopes.split(' ')],
    clients: [
      {
        client_id: BY_HAND.id,
        client_secret: BY_HAND.secret,
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
      {
        client_id: ROBOT.id,
        client_secret: ROBOT.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    cookies: { keys: ['of the test'] },
    ttl: {
      AccessToken: options.accessTokenSeconds ?? 600,
      ClientCredentials: options.accessTokenSeconds ?? 600,
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: options.registers ?? true },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      ...(options.document === undefined
        ? {}
        : { clientIdMetadataDocument: { enabled: true, ack: 'draft-02' } }),
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes,
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    issueRefreshToken: (_context: unknown, client: { grantTypeAllowed(type: string): boolean }) =>
      client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    fetch: async () => Response.json(options.document),
  });
  provider.on('server_error', (_context: unknown, error: unknown) => console.error(error));
  const requests: IssuerRequest[] = [];
  const secrets: string[] = [];
  let isOpen = true;
  const answer = provider.callback() as RequestListener;
  const sayYes = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { params, grantId, prompt } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      await provider.interactionFinished(request, response, { login: { accountId: 'ada' } });
      return;
    }
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: 'ada', clientId: params.client_id });
    grant.addOIDCScope(`openid ${params.scope ?? ''}`);
    grant.addResourceScope(params.resource, params.scope ?? '');
    await provider.interactionFinished(
      request,
      response,
      { consent: { grantId: await grant.save() } },
      { mergeWithLastSubmission: true },
    );
  };
  serve((request, response) => {
    if (request.url?.startsWith('/interaction/')) return void sayYes(request, response);
    note(request, requests);
    watch(response, secrets);
    if (!isOpen && request.url === '/token') {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ error: 'invalid_grant', error_description: `revoked ${secrets.join(' ')}` }),
      );
      return;
    }
    answer(request, response);
  });
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    requests,
    secrets: () => secrets,
    revokeAll: () => {
      isOpen = false;
    },
  };
}

/** Keeps what a request says while the authorization server reads it. */
function note(request: IncomingMessage, requests: IssuerRequest[]): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://issuer.test');
  const [, basic] = /^Basic (.*)$/.exec(request.headers.authorization ?? '') ?? [];
  const proof = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('utf8');
  if (request.method !== 'POST') {
    requests.push({ path: pathname, parameters: searchParams, basic: proof, body: '' });
    return;
  }
  const read = request.iterator.bind(request);
  const recorded = async function* (options?: { readonly destroyOnReturn?: boolean }) {
    const pieces: Buffer[] = [];
    for await (const piece of read(options)) {
      pieces.push(piece as Buffer);
      yield piece;
    }
    const body = Buffer.concat(pieces).toString('utf8');
    requests.push({ path: pathname, parameters: new URLSearchParams(body), basic: proof, body });
  };
  request.iterator = recorded as typeof request.iterator;
}

function watch(response: ServerResponse, secrets: string[]): void {
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = ((...args: unknown[]) => {
    const text = Buffer.isBuffer(args[0]) ? args[0].toString('utf8') : String(args[0] ?? '');
    for (const name of ['access_token', 'refresh_token', 'client_secret']) {
      const [, value] = new RegExp(`"${name}":"([^"]+)"`).exec(text) ?? [];
      if (value !== undefined) secrets.push(value);
    }
    return end(...args);
  }) as typeof response.end;
}
