import { errors, type JWTPayload, jwtVerify } from 'jose';
import { createIssuerKeys } from './authorization-server.ts';
import type { Caller, Gate, Refusal } from './gate.ts';
import { bearerOf } from './token-gate.ts';

/** What a token may be good for: to list and read, and to run. */
const SCOPES = ['crew:read', 'crew:run'] as const;
type Scope = (typeof SCOPES)[number];

/** Signatures by keys of which only one half is known to us: no `none`, nothing with a shared secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const SKEW_SECONDS = 5;
const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** `issuer` is who gives tokens out, `resource` the address of this server, by which tokens name it. */
export interface OAuthGateOptions {
  readonly issuer: string;
  readonly resource: string;
  /** Told why the issuer could not be asked. */
  readonly onProblem: (message: string) => void;
}

/**
 * Lets in whoever has an access token of the issuer for this resource (RFC 9068), and checks its scopes for each request.
 * A token is neither kept, nor logged, nor given on.
 */
export function createOAuthGate({ issuer, resource, onProblem }: OAuthGateOptions): Gate {
  const keys = createIssuerKeys(issuer);
  const { origin, pathname } = new URL(resource);
  const metadataPath = pathname === '/' ? METADATA_PATH : `${METADATA_PATH}${pathname}`;
  const challenge = (parts: readonly string[]): { readonly [name: string]: string } => ({
    'www-authenticate': `Bearer ${[...parts, `resource_metadata="${origin}${metadataPath}"`].join(', ')}`,
  });
  const refuseToken = (why: string): Refusal => ({
    status: 401,
    message: why,
    headers: challenge([
      `error="invalid_token"`,
      `error_description="${why}"`,
      `scope="${SCOPES.join(' ')}"`,
    ]),
  });
  return {
    async authenticate(authorization) {
      const token = bearerOf(authorization);
      if (token === undefined) {
        const headers = challenge([`scope="${SCOPES.join(' ')}"`]);
        return { status: 401, message: 'expected an access token', headers };
      }
      try {
        const { payload } = await jwtVerify(token, await keys(), {
          issuer,
          audience: resource,
          typ: 'at+jwt',
          algorithms: ALGORITHMS,
          requiredClaims: ['exp', 'aud', 'iss', 'sub'],
          clockTolerance: SKEW_SECONDS,
        });
        return callerOf(payload);
      } catch (error) {
        if (isTokenFault(error)) return refuseToken(wordsFor(error));
        onProblem((error as Error).message);
        return {
          status: 503,
          message: 'the authorization server cannot be asked',
          headers: { 'retry-after': '10' },
        };
      }
    },
    authorize(caller, methods) {
      const granted = caller.authInfo?.scopes ?? [];
      const missing = neededScopes(methods, granted).filter(scope => !granted.includes(scope));
      if (missing.length === 0) return undefined;
      const wanted = SCOPES.filter(scope => granted.includes(scope) || missing.includes(scope)).join(' ');
      return {
        status: 403,
        message: `expected a token with the scope ${missing.join(' ')}`,
        headers: challenge([`error="insufficient_scope"`, `scope="${wanted}"`]),
      };
    },
    publicDocument: path =>
      path === metadataPath || path === METADATA_PATH
        ? {
            resource,
            authorization_servers: [issuer],
            scopes_supported: SCOPES,
            bearer_methods_supported: ['header'],
            resource_name: 'Crewfile crews',
          }
        : undefined,
  };
}

function callerOf({ sub = '', exp, client_id: client, scope }: JWTPayload): Caller {
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(name => name !== '') : [];
  const clientId = typeof client === 'string' ? client : '';
  // The token itself stays here: whoever handles the request cannot give it on.
  const authInfo = { token: '', clientId, scopes, extra: { subject: sub } };
  return { subject: sub, authInfo: exp === undefined ? authInfo : { ...authInfo, expiresAt: exp } };
}

/**
 * What methods of the protocol need. Greetings, pings and answers of the client need either scope: whoever may run may
 * also say hello. Pure.
 */
function neededScopes(methods: readonly string[], granted: readonly string[]): readonly Scope[] {
  const needed = methods.flatMap(method => scopeOf(method) ?? []);
  if (needed.length > 0) return [...new Set(needed)];
  return SCOPES.some(scope => granted.includes(scope)) ? [] : ['crew:read'];
}

function scopeOf(method: string): Scope | undefined {
  if (method === 'tools/call') return 'crew:run';
  if (method === 'initialize' || method === 'ping' || method === 'server/discover') return undefined;
  return method.startsWith('notifications/') ? undefined : 'crew:read';
}

/** Whether the token is at fault, not those who were asked about it. */
function isTokenFault(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
}

/** Fixed words, so that nothing of a token comes back in a header. */
function wordsFor(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return 'the token is not for this server, or not yet';
  return 'the token is not one of the issuer';
}
