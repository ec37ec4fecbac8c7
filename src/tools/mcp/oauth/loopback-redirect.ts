import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CrewError } from '../../../model/crew-error.ts';
import type { LoginPerson, Redirection } from './login-settings.ts';

/** What listening for a person's return needs. */
export interface LoopbackOptions {
  /** Shows the address where the person logs in. */
  readonly show: (url: string) => void;
  /** Milliseconds until nobody is waited for any more. */
  readonly timeoutMs: number;
  /** The port that was agreed with the authorization server; any free one when absent. */
  readonly port?: number;
}

const PATH = '/callback';
const HOST = '127.0.0.1';

/**
 * A person whose browser comes back to this machine: a server on 127.0.0.1 that takes the one answer with the right state
 * and nothing else. `authorize` fails with MCP_LOGIN_FAILED when nobody comes back in time, `open` when the agreed port is
 * taken.
 */
export function loopbackPerson(options: LoopbackOptions): LoginPerson {
  return {
    open: async preferred => {
      const before = preferred === undefined ? 0 : Number(URL.parse(preferred)?.port ?? 0);
      const server = await listen(options.port ?? before, options.port === undefined);
      return redirectionTo(server, options);
    },
  };
}

/** The registered port may be in use by somebody else; then any other one will do, and is registered anew. */
async function listen(port: number, orAny: boolean): Promise<Server> {
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000 });
  const opened = await new Promise<Error | undefined>(resolve => {
    server.once('error', resolve);
    server.listen({ host: HOST, port, exclusive: true }, () => resolve(undefined));
  });
  if (opened === undefined) return server;
  if (orAny && port !== 0) return listen(0, false);
  throw new CrewError('MCP_LOGIN_FAILED', `Cannot listen on ${HOST}:${port}: ${opened.message}`);
}

function redirectionTo(server: Server, { show, timeoutMs }: LoopbackOptions): Redirection {
  const { port } = server.address() as AddressInfo;
  const origin = `http://${HOST}:${port}`;
  const authorize = (url: string, state: string): Promise<URLSearchParams> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new CrewError('MCP_LOGIN_FAILED', `Nobody came back from the login within ${timeoutMs / 1000} s`),
        );
      }, timeoutMs);
      server.on('request', (request: IncomingMessage, response: ServerResponse) => {
        const returned = returnedTo(origin, request, state);
        if (returned === undefined) return answer(response, 400, 'This is not the answer to a login.');
        clearTimeout(timer);
        answer(response, 200, 'You can close this page and go back to the terminal.');
        resolve(returned);
      });
      show(url);
    });
  const close = async (): Promise<void> => {
    const closed = new Promise(resolve => server.close(resolve));
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 200).unref();
    await closed;
  };
  return { redirectUri: `${origin}${PATH}`, authorize, close };
}

/**
 * What a browser brought back; undefined for everything else. Any page may make a browser come here, so without the state
 * that only this login knows nothing is looked at, and the wait goes on.
 */
function returnedTo(
  origin: string,
  { method, url = '', headers }: IncomingMessage,
  state: string,
): URLSearchParams | undefined {
  const address = URL.parse(url, origin);
  const isOurs = method === 'GET' && `http://${headers.host}` === origin && address?.pathname === PATH;
  if (!isOurs || address.origin !== origin) return undefined;
  return address.searchParams.get('state') === state ? address.searchParams : undefined;
}

/** Nothing of the request is repeated on the page. */
function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(`${text}\n`);
}
