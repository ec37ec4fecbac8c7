/**
 * A `fetch` for MCP servers and whoever they name. Node's own HTTP, because it lets us say which address is connected to.
 * 1. No redirect is followed: it is an error, or the answer where `redirect: 'manual'` asks for it. No proxy of the
 *    environment is used: a pinned address would mean nothing behind one.
 * 2. The origin that the crew's author wrote may be anywhere. Every other one was named by foreign text: it must be HTTPS
 *    and on the public internet, or as near as the author's own (`localhost` may name this machine, an intranet an intranet).
 * 3. A name is resolved once for each connection, all its addresses are judged, and one of these is what is connected to.
 * 4. Head, silence and the whole exchange have deadlines; at most `maxBodyBytes` of decoded body are read.
 * 5. When the caller's signal aborts or the body is not read to its end, the connection is closed; no timer stays behind.
 * Fails with MCP_UNAVAILABLE or MCP_ADDRESS_REFUSED, and with the signal's reason when that aborts.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { CrewError } from '../../model/crew-error.ts';
import { addressReach, literalAddress, type Reach } from './address-reach.ts';
import { answerOf } from './http-answer.ts';

/** Limits of one exchange; times in milliseconds, absent ones are not held; `maxBodyBytes` after decompression. */
export interface FetchLimits {
  readonly headTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly totalTimeoutMs?: number;
  readonly maxBodyBytes: number;
}

/** For a server's own answers, whose time is the caller's matter. */
export const MCP_LIMITS: FetchLimits = { maxBodyBytes: 33_554_432 };

/** For documents and tokens of authorization servers: small, and there at once. */
export const OAUTH_LIMITS: FetchLimits = {
  headTimeoutMs: 15_000,
  idleTimeoutMs: 15_000,
  totalTimeoutMs: 30_000,
  maxBodyBytes: 1_048_576,
};

/** All addresses of a name; fails as `dns.lookup` does. */
export type ResolveName = (hostname: string) => Promise<readonly LookupAddress[]>;

/** What a guarded fetch is made from; `serverUrl` is the address that the crew's author wrote. */
export interface GuardedFetchOptions {
  readonly serverUrl: string;
  readonly limits: FetchLimits;
  readonly resolveName?: ResolveName;
}

/** Servers close connections that nobody uses; ours are given up before that. */
const UNUSED_CONNECTION_MS = 4000;

/** Makes a `fetch` that holds the rules of this file. Each has its own connections; unused ones keep no process alive. */
export function createGuardedFetch(options: GuardedFetchOptions): typeof fetch {
  const { limits, resolveName = resolveBySystem } = options;
  const home = new URL(options.serverUrl);
  let homeReach = writtenReach(home);
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, timeout: UNUSED_CONNECTION_MS }),
    'https:': new HttpsAgent({ keepAlive: true, timeout: UNUSED_CONNECTION_MS }),
  };
  const fetchGuarded = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const { protocol } = url;
    if (protocol !== 'http:' && protocol !== 'https:') {
      throw refused(url, 'only http and https addresses are asked');
    }
    const isHome = url.origin === home.origin;
    if (!isHome) assertNameable(url, homeReach);
    const judge = (address: string): void => {
      if (!isHome) assertReachable(url, address, homeReach);
    };
    const body = Buffer.from(await request.arrayBuffer());
    const send = protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = send(url, {
      lookup: pinnedLookup(url, judge, resolveName),
      method: request.method,
      headers: headersOf(request, body),
      agent: agents[protocol],
    });
    const { response, answer } = await answerOf({ sent, url, body, limits, request });
    // Only who has a certificate for the author's name can say how near that name is.
    if (isHome && protocol === 'https:') homeReach ??= addressReach(response.socket.remoteAddress ?? '');
    return answer;
  };
  return async (input, init) => fetchGuarded(new Request(input, init));
}

/** How near the author's server is by what was written: an address or `localhost`; a name says nothing. */
function writtenReach({ hostname }: URL): Reach | undefined {
  const literal = literalAddress(hostname);
  if (literal !== undefined) return addressReach(literal);
  return hostname === 'localhost' || hostname.endsWith('.localhost') ? 'loopback' : undefined;
}

/** What can be said of an address before it is resolved. Fails with MCP_ADDRESS_REFUSED. */
function assertNameable(url: URL, homeReach: Reach | undefined): void {
  if (url.protocol !== 'https:' && homeReach !== 'loopback') throw refused(url, 'it is not an https address');
  const literal = literalAddress(url.hostname);
  if (literal !== undefined) assertReachable(url, literal, homeReach);
}

function assertReachable(url: URL, address: string, homeReach: Reach | undefined): void {
  const reach = addressReach(address);
  const fits = reach === 'public' || (reach !== 'refused' && reach === homeReach);
  if (!fits)
    throw refused(url, `${address} is ${REACH_WORDS[reach]}, and the server of the crew is not there`);
  if (url.protocol === 'http:' && reach !== 'loopback') throw refused(url, 'it is not an https address');
}

const REACH_WORDS: { readonly [reach in Reach]: string } = {
  public: 'on the internet',
  private: 'in a private network',
  loopback: 'this machine',
  refused: 'a reserved address',
};

function refused({ origin }: URL, why: string): CrewError {
  return new CrewError('MCP_ADDRESS_REFUSED', `A server named \`${origin}\`, which is not asked: ${why}`);
}

/** A `lookup` that answers with addresses which were all judged, so that the connection goes to one of these. */
function pinnedLookup(
  url: URL,
  judge: (address: string) => void,
  resolveName: ResolveName,
): NonNullable<RequestOptions['lookup']> {
  return (hostname, lookupOptions, done) => {
    resolveName(hostname)
      .then(addresses => {
        for (const { address } of addresses) judge(address);
        const [first] = addresses;
        if (first === undefined) throw refused(url, 'its name has no address');
        return [first, addresses] as const;
      })
      .then(
        ([first, addresses]) => {
          if (lookupOptions.all === true) done(null, [...addresses]);
          else done(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => done(error, '', 0),
      );
  };
}

function resolveBySystem(hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses);
      else reject(error);
    });
  });
}

function headersOf(request: Request, body: Buffer): { readonly [name: string]: string | number } {
  const given = Object.fromEntries(request.headers);
  const encoding = { 'accept-encoding': 'gzip, deflate, br' };
  const sendsNothing = body.byteLength === 0 && (request.method === 'GET' || request.method === 'HEAD');
  return { ...encoding, ...given, ...(sendsNothing ? {} : { 'content-length': body.byteLength }) };
}
