/**
 * Owns the connection to one server.
 * 1. There is at most one; it is opened by the first call that needs it, and again after it has ended.
 * 2. What the server lists is known before a call is sent, and asked for anew after it said that it has changed.
 * 3. After `close` nothing runs and nothing is opened.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@modelcontextprotocol/client';
import { CrewError } from '../../model/crew-error.ts';
import { listTools } from './list-tools.ts';
import { notStarted } from './not-started.ts';
import { type OpenSessionOptions, openSession, type Session, type SessionEra } from './open-session.ts';
import { serverFailure } from './server-failure.ts';
import type { VettedTools } from './vet-tools.ts';

/** A server that ends so often is not started again in the same run. */
const MAX_STARTS = 10;
/** The shortest time between two looks at the list, in milliseconds. */
const RELIST_MS = 1000;
const LISTEN_MS = 5000;
/** A list is looked at again after this, for not every server can tell that it has changed. */
const OLD_AFTER_MS = 60_000;

/** A session with what the server last said that it has. */
export interface LiveServer {
  readonly session: Session;
  readonly list: VettedTools;
}

/** The way to one server. */
export interface Connection {
  /** The server, started if need be, with a list that is not known to be old. Fails with a CrewError. */
  readonly live: (signal: AbortSignal) => Promise<LiveServer>;
  /** Says that a session is good for nothing any more. */
  readonly drop: (session: Session) => void;
  /** Says that the server has another list of tools than before. */
  readonly changed: () => void;
  readonly close: () => Promise<void>;
}

/** What a connection needs to know, but for what it finds out itself. */
type ConnectionOptions = Omit<OpenSessionOptions, 'era' | 'signal' | 'prepare' | 'onProcess'> & {
  readonly prepare: (client: Client) => void;
  /** Whether the server is asked to tell of changes, where it does so only for those who listen. */
  readonly listens: boolean;
};

interface Current {
  readonly session: Session;
  list: VettedTools;
  listedAt: number;
  isOld: boolean;
  isHeard: boolean;
  listing: Promise<void> | undefined;
}

/** Makes the owner of a connection; nothing is started yet. */
export function createConnection(options: ConnectionOptions): Connection {
  const stop = new AbortController();
  let current: Current | undefined;
  let starting: Promise<Current> | undefined;
  let era: SessionEra | undefined;
  let starts = 0;

  const start = async (): Promise<Current> => {
    starts += 1;
    const last = current;
    current = undefined;
    await last?.session.close();
    const opened = await startServer({ ...options, era }, stop.signal);
    ({ era } = opened.session);
    current = opened;
    return opened;
  };
  const running = (): Promise<Current> => {
    if (stop.signal.aborted) return Promise.reject(afterTheEnd(options.alias));
    if (current !== undefined && current.session.ended() === undefined) return Promise.resolve(current);
    if (starting === undefined && starts >= MAX_STARTS) return Promise.reject(tooOften(options.alias));
    starting ??= start().finally(() => {
      starting = undefined;
    });
    return starting;
  };
  return {
    live: async signal => {
      signal.throwIfAborted();
      const server = await orAborted(running(), signal);
      if (server.isOld || performance.now() - server.listedAt > OLD_AFTER_MS) {
        server.listing ??= relist(server, options, stop.signal).finally(() => {
          server.listing = undefined;
        });
        await orAborted(server.listing, signal);
      }
      if (options.listens) hear(server, stop.signal);
      return { session: server.session, list: server.list };
    },
    drop: session => {
      if (current?.session !== session) return;
      current = undefined;
      void session.close();
    },
    changed: () => {
      if (current !== undefined) current.isOld = true;
    },
    close: async () => {
      stop.abort();
      await starting?.catch(() => undefined);
      await current?.session.close();
    },
  };
}

async function startServer(
  options: Omit<OpenSessionOptions, 'signal'>,
  stopped: AbortSignal,
): Promise<Current> {
  const { alias, server } = options;
  const late = AbortSignal.timeout(server.startTimeoutMs);
  const signal = AbortSignal.any([stopped, late]);
  let session: Session | undefined;
  let said = (): string => '';
  const onProcess: OpenSessionOptions['onProcess'] = read => {
    said = read;
  };
  try {
    session = await openSession({ ...options, signal, onProcess });
    const list = await listTools(session, signal);
    return { session, list, listedAt: performance.now(), isOld: false, isHeard: false, listing: undefined };
  } catch (cause) {
    const why = session?.ended();
    await session?.close();
    if (stopped.aborted) throw afterTheEnd(alias);
    const what = notStarted(alias, server);
    const unavailable = (message: string): CrewError => new CrewError('MCP_UNAVAILABLE', message, { cause });
    if (late.aborted) throw unavailable(`${what} within ${server.startTimeoutMs} ms${saidText(said())}`);
    if (why !== undefined) throw unavailable(`${what}: ${why}`);
    const failure = serverFailure(cause, { what, alias, server });
    throw failure.code === 'TOOL_FAILED' ? unavailable(failure.message) : failure;
  }
}

function saidText(said: string): string {
  return said === '' ? '' : `; it said: ${said}`;
}

/** Asks for the list anew; a change that is told meanwhile makes it old again. */
async function relist(
  server: Current,
  { alias, server: declared }: ConnectionOptions,
  stopped: AbortSignal,
): Promise<void> {
  const waitMs = server.listedAt + RELIST_MS - performance.now();
  if (waitMs > 0) await pause(waitMs, undefined, { signal: stopped });
  server.isOld = false;
  const late = AbortSignal.timeout(declared.startTimeoutMs);
  try {
    server.list = await listTools(server.session, AbortSignal.any([stopped, late]));
  } catch (error) {
    server.isOld = true;
    const what = `the server \`${alias}\` did not say what it has now`;
    if (late.aborted) throw new CrewError('MCP_UNAVAILABLE', `${what} within ${declared.startTimeoutMs} ms`);
    throw serverFailure(error, { what, alias, server: declared });
  } finally {
    server.listedAt = performance.now();
  }
}

/** Since 2026-07-28 a server tells of changes only those who listen. When it stops telling, its list may be old. */
function hear(server: Current, stopped: AbortSignal): void {
  const { client, era } = server.session;
  if (server.isHeard || era === 'legacy' || client.getServerCapabilities()?.tools?.listChanged !== true)
    return;
  server.isHeard = true;
  client
    .listen({ toolsListChanged: true }, { timeout: LISTEN_MS, signal: stopped })
    .then(({ closed }) => closed)
    .then(
      () => {
        server.isOld = true;
        server.isHeard = false;
      },
      // It does not let anybody listen; its list is looked at when it is started only.
      () => undefined,
    );
}

/** The same outcome, or the end of waiting for it. */
async function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  // Whoever waits no more must not make a failure one that nobody saw.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

function afterTheEnd(alias: string): CrewError {
  return new CrewError('TOOL_FAILED', `the server \`${alias}\` is not called after the end of a run`);
}

function tooOften(alias: string): CrewError {
  return new CrewError(
    'MCP_UNAVAILABLE',
    `the server \`${alias}\` ended ${MAX_STARTS} times in this run and is not started again`,
  );
}
