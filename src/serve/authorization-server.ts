import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { CrewError } from '../model/crew-error.ts';
import { isLoopbackHost } from '../model/loopback-host.ts';
import { fetchCapped } from './read-capped.ts';

/** How long a server that could not be read is not asked again. */
const PAUSE_MS = 10_000;
const KEYS_AGE_MS = 10 * 60_000;
const KEYS_COOLDOWN_MS = 30_000;

/**
 * The keys of an issuer, found by its metadata (RFC 8414, then OpenID discovery), when they are first needed; kept, and
 * read anew when a token names a key that is not among them. Fails with PROVIDER_UNAVAILABLE.
 */
export function createIssuerKeys(issuer: string): () => Promise<JWTVerifyGetKey> {
  let found: Promise<JWTVerifyGetKey> | undefined;
  return () => {
    found ??= findKeys(issuer).catch((error: unknown) => {
      setTimeout(() => {
        found = undefined;
      }, PAUSE_MS).unref();
      throw error;
    });
    return found;
  };
}

async function findKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const url = await findKeysUrl(issuer);
  return createRemoteJWKSet(url, {
    cacheMaxAge: KEYS_AGE_MS,
    cooldownDuration: KEYS_COOLDOWN_MS,
    [customFetch]: (address, { headers, method }) => fetchCapped(address, { headers, method }),
  });
}

async function findKeysUrl(issuer: string): Promise<URL> {
  const problems: string[] = [];
  for (const address of metadataAddresses(issuer)) {
    try {
      return readMetadata(await await fetchJson(address), issuer);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new CrewError('PROVIDER_UNAVAILABLE', `the issuer \`${issuer}\`: ${problems.join('; ')}`);
}

async function fetchJson(address: string): Promise<unknown> {
  const response = await fetchCapped(address, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`\`${address}\` answered ${response.status}`);
  return response.json();
}

/** Where an issuer's metadata may be, in order. Pure. */
export function metadataAddresses(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    ...new Set([
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
      `${origin}${path}/.well-known/openid-configuration`,
    ]),
  ];
}

/** The issuer must name itself, and keys come over https, or from this machine for an issuer of this machine. */
function readMetadata(metadata: unknown, issuer: string): URL {
  const { issuer: named, jwks_uri: keys } = Object(metadata) as { readonly [name: string]: unknown };
  if (named !== issuer) throw new Error(`its metadata is of ${JSON.stringify(named ?? null)}`);
  if (typeof keys !== 'string' || !URL.canParse(keys)) throw new Error('its metadata has no `jwks_uri`');
  const url = new URL(keys);
  if (!isTrustworthy(url)) throw new Error(`its keys are at \`${keys}\`, which is not https`);
  return url;
}

/** Whether what is read there is what its owner wrote: https, or this machine itself. Pure. */
function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}
