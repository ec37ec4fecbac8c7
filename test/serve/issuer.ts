import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

/** A real authorization server on loopback, and its signing key in the hands of the test. */
export interface Issuer {
  readonly issuer: string;
  /** How often its keys were read. */
  readonly keyReads: () => number;
  /** A token as the server itself gives it out to a program. */
  token(scope: string): Promise<string>;
  /** A token with a signature of the issuer's key and any claims and header; undefined leaves a claim out. */
  forge(claims: Readonly<Record<string, unknown>>, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** The public key as PEM bytes, for those who would use it as a shared secret. */
  readonly publicPem: string;
}

const CLIENT = { id: 'robot', secret: 'a-secret-of-the-test-0123456789' };

/** Starts one for a resource; it ends with the test. */
export async function openIssuer(resource: string): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  let listener: RequestListener = () => undefined;
  let keyReads = 0;
  const server: Server = createServer((request, response) => {
    if (request.url === '/jwks') keyReads += 1;
    listener(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The package has no types.
  const { Provider } = await import('oidc-provider' as string);
  const scopes = 'crew:read crew:run other';
  const provider = new Provider(issuer, {
    adapter: Kept,
    ttl: { ClientCredentials: 600 },
    jwks: { keys: [key] },
    scopes: scopes.split(' '),
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: scopes,
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: scopes,
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  listener = provider.callback();
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    issuer,
    keyReads: () => keyReads,
    publicPem: await exportSPKI(publicKey),
    async token(scope) {
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${CLIENT.id}:${CLIENT.secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
      });
      const { access_token: token } = (await answer.json()) as { readonly access_token?: string };
      if (token === undefined) throw new Error(`no token: ${answer.status}`);
      return token;
    },
    forge(claims, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = {
        iss: issuer,
        aud: resource,
        sub: 'robot',
        client_id: 'robot',
        scope: scopes,
        iat: now,
        exp: now + 60,
        ...claims,
      };
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
      return new SignJWT(given)
        .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt', ...header })
        .sign(privateKey, { crit: { x: true } });
    },
  };
}

/** What the server keeps, for as long as the process lives. */
class Kept {
  readonly #rows = new Map<string, unknown>();
  async upsert(id: string, row: unknown): Promise<void> {
    this.#rows.set(id, row);
  }
  async find(id: string): Promise<unknown> {
    return this.#rows.get(id);
  }
  async destroy(id: string): Promise<void> {
    this.#rows.delete(id);
  }
}
