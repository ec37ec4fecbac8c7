import { createHash, timingSafeEqual } from 'node:crypto';
import type { Gate, Refusal } from './gate.ts';

const REFUSED: Refusal = {
  status: 401,
  message: 'expected the bearer token that this server showed when it was started',
  headers: { 'www-authenticate': 'Bearer' },
};

/** Lets in whoever has the one token. Compares in constant time. */
export function createTokenGate(token: string): Gate {
  const expected = digest(token);
  return {
    async authenticate(authorization) {
      const given = bearerOf(authorization);
      if (given === undefined || !timingSafeEqual(digest(given), expected)) return REFUSED;
      return { subject: 'local' };
    },
    authorize: () => undefined,
    publicDocument: () => undefined,
  };
}

/** The token of an `Authorization` header; undefined for none and for other schemes. Pure. */
export function bearerOf(authorization: string | null): string | undefined {
  return /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
