import { pathToFileURL } from 'node:url';
import {
  Client,
  type ClientCapabilities,
  ProtocolError,
  type Transport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { CrewError } from '../../model/crew-error.ts';
import type { McpServer } from '../../model/mcp-server.ts';
import { createHttpTransport } from './http-transport.ts';
import type { McpAuthorization } from './mcp-authorization.ts';
import { createMessageGate, type MessageGate } from './message-gate.ts';
import { notStarted } from './not-started.ts';
import { stdioStart } from './stdio-start.ts';
import { createStdioTransport } from './stdio-transport.ts';

/** Our own deadlines hold; the SDK's must not come before them. */
export const NO_TIMEOUT_MS = 2_000_000_000;
const CLIENT = { name: 'crewfile', version: '1' };
const MODERN = '2026-07-28';
/** How a server that knows only 2026-07-28 refuses the older greeting: such a version, or such a method, it does not know. */
const OTHER_ERA: ReadonlySet<number> = new Set([-32_022, -32_601]);

/** Which handshake a server understands; found out once for a run. */
export type SessionEra = 'legacy' | 'modern';

/** A connection that is ready for requests. */
export interface Session {
  readonly client: Client;
  readonly gate: MessageGate;
  readonly era: SessionEra;
  /** Why it ended, when we know. */
  readonly ended: () => string | undefined;
  readonly onEnd: (call: () => void) => void;
  /** Ends the process or the session; may be called again, never rejects. */
  readonly close: () => Promise<void>;
}

/** What a session is opened with; `prepare` sets the handlers of a client before it connects. */
export interface OpenSessionOptions {
  readonly alias: string;
  readonly server: McpServer;
  readonly workspace: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly authorize?: McpAuthorization | undefined;
  readonly era: SessionEra | undefined;
  readonly signal: AbortSignal;
  readonly prepare: (client: Client) => void;
  /** Takes how to read what the process of the server last wrote to its standard error, before it answers. */
  readonly onProcess?: (said: () => string) => void;
}

/**
 * Starts or reaches a server and shakes hands. Over HTTP, `auto` asks first which revision is spoken; a server that we start
 * is greeted in the way of 2025 and, should it refuse that, started once more in the way of 2026. Fails with the error of
 * the SDK, or a CrewError; nothing is left running then.
 */
export async function openSession(options: OpenSessionOptions): Promise<Session> {
  const { server, era } = options;
  const isStdio = server.transport.kind === 'stdio';
  if (server.protocol === MODERN || era === 'modern') return await connect(options, { pin: MODERN });
  if (server.protocol !== 'auto' || era === 'legacy') return await connect(options, 'legacy');
  if (!isStdio) return await connect(options, 'auto');
  try {
    return await connect(options, 'legacy');
  } catch (error) {
    if (!(error instanceof ProtocolError && OTHER_ERA.has(error.code))) throw error;
    return await connect(options, { pin: MODERN }).catch(() => {
      throw error;
    });
  }
}

async function connect(options: OpenSessionOptions, mode: VersionNegotiationMode): Promise<Session> {
  options.signal.throwIfAborted();
  const gate = createMessageGate();
  const { transport, ended } = await createTransport(options, gate);
  const client = new Client(CLIENT, {
    capabilities: capabilitiesOf(options.server),
    versionNegotiation: { mode },
    inputRequired: { autoFulfill: false },
  });
  options.prepare(client);
  if (options.server.roots) {
    const root = { uri: pathToFileURL(options.workspace).href, name: 'workspace' };
    client.setRequestHandler('roots/list', () => ({ roots: [root] }));
  }
  const ends: (() => void)[] = [];
  let over = false;
  client.onclose = () => {
    over = true;
    for (const call of ends) call();
  };
  client.onerror = () => undefined;
  const close = async (): Promise<void> => {
    over = true;
    await transport.close().catch(() => undefined);
  };
  // The SDK looks at the signal of a request only, and not while it finds out the revision.
  const onAbort = (): void => void close();
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await client.connect(transport, { timeout: NO_TIMEOUT_MS, signal: options.signal });
  } catch (error) {
    const why = ended();
    await close();
    options.signal.throwIfAborted();
    throw why === undefined ? error : endedAtStart(options, why, error);
  } finally {
    options.signal.removeEventListener('abort', onAbort);
  }
  return {
    client,
    gate,
    era: client.getProtocolEra() ?? 'legacy',
    ended: () => ended() ?? (over ? 'it was ended' : undefined),
    onEnd: call => ends.push(call),
    close,
  };
}

function capabilitiesOf({ roots }: McpServer): ClientCapabilities {
  return { elicitation: { form: {}, url: {} }, ...(roots ? { roots: {} } : {}) };
}

interface OpenedTransport {
  readonly transport: Transport;
  readonly ended: () => string | undefined;
}

async function createTransport(options: OpenSessionOptions, gate: MessageGate): Promise<OpenedTransport> {
  const { server, authorize, env, alias } = options;
  if (server.transport.kind === 'stdio') {
    const transport = createStdioTransport(await stdioStart(server, server.transport, options), gate);
    options.onProcess?.(transport.said);
    return { transport, ended: transport.ended };
  }
  const { url, headers, bearerEnv } = server.transport;
  const token = bearerEnv === undefined ? undefined : env[bearerEnv];
  if (bearerEnv !== undefined && (token === undefined || token === '')) {
    const message = `the server \`${alias}\` is reached with the token in \`${bearerEnv}\`, which is not set`;
    throw new CrewError('MCP_CREDENTIALS_MISSING', message);
  }
  const all = token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
  const start = authorize === undefined ? { url, headers: all } : { url, headers: all, authorize };
  return { transport: createHttpTransport(start, gate), ended: () => undefined };
}

/** What bubblewrap says before the server is there, it says of itself. */
function endedAtStart({ alias, server }: OpenSessionOptions, why: string, cause: unknown): CrewError {
  if (server.sandbox !== undefined && /^bwrap: /m.test(why.slice(why.indexOf('it said: ') + 9))) {
    return new CrewError('SANDBOX_MISSING', `the sandbox of the server \`${alias}\` cannot be made: ${why}`, {
      cause,
    });
  }
  return new CrewError('MCP_UNAVAILABLE', `${notStarted(alias, server)}: ${why}`, { cause });
}
