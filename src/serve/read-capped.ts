import { CrewError } from '../model/crew-error.ts';

const TIMEOUT_MS = 5000;
const MOST_BYTES = 256 * 1024;

/**
 * Fetches a small document: no redirects, no more than 256 KiB, no longer than five seconds. Fails with
 * PROVIDER_UNAVAILABLE, which says where and why.
 */
export async function fetchCapped(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { ...init, redirect: 'error', signal });
    const { status, headers } = response;
    return new Response(await readCapped(response), {
      status,
      headers: { 'content-type': headers.get('content-type') ?? '' },
    });
  } catch (error) {
    const message = `\`${url}\` cannot be read: ${(error as Error).message}`;
    throw new CrewError('PROVIDER_UNAVAILABLE', message, { cause: error });
  }
}

async function readCapped(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.byteLength;
    if (size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}
