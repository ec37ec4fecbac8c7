import { randomBytes } from 'node:crypto';
import {
  isInitializeRequest,
  type McpServerFactory,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Caller, Refusal } from './gate.ts';

const MOST_SESSIONS = 200;
/** A session that nobody has used for so long is forgotten when another one begins; one with an open request is used. */
const IDLE_MS = 60 * 60_000;

interface Session {
  readonly subject: string;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  usedAt: number;
  openRequests: number;
}

/** The sessions of clients from before 2026-07-28. */
export interface LegacySessions {
  /** Serves a request of that era, with its parsed body. */
  handle(request: Request, caller: Caller, body: unknown): Promise<Response | Refusal>;
  close(): Promise<void>;
}

/**
 * Keeps sessions in memory, each bound to the subject that began it: for everybody else it is not there. Its id alone is
 * no credential.
 */
export function createLegacySessions(factory: McpServerFactory): LegacySessions {
  const sessions = new Map<string, Session>();
  const begin = async (caller: Caller): Promise<Session | Refusal> => {
    forgetIdle(sessions);
    if (sessions.size >= MOST_SESSIONS)
      return { status: 503, message: 'there are too many sessions', headers: { 'retry-after': '60' } };
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomBytes(24).toString('base64url'),
      onsessioninitialized: id => {
        sessions.set(id, session);
      },
      onsessionclosed: id => {
        sessions.delete(id);
      },
    });
    const session: Session = {
      subject: caller.subject,
      transport,
      usedAt: performance.now(),
      openRequests: 0,
    };
    const server = await factory({ era: 'legacy' });
    await server.connect(transport);
    return session;
  };
  return {
    async handle(request, caller, body) {
      const id = request.headers.get('mcp-session-id');
      const session = id === null ? undefined : sessions.get(id);
      const known = session?.subject === caller.subject ? session : undefined;
      if (id !== null && known === undefined)
        return { status: 404, code: -32001, message: 'there is no such session' };
      if (known === undefined && !isInitializeRequest(body)) {
        return { status: 400, message: 'expected `initialize`, or the header Mcp-Session-Id' };
      }
      const used = known ?? (await begin(caller));
      if ('status' in used) return used;
      use(used, request.signal);
      const options = {
        parsedBody: body,
        ...(caller.authInfo === undefined ? {} : { authInfo: caller.authInfo }),
      };
      return used.transport.handleRequest(request, options);
    },
    async close() {
      const all = [...sessions.values()];
      sessions.clear();
      await Promise.all(all.map(({ transport }) => transport.close()));
    },
  };
}

/** `closed` aborts when the response has ended, in whatever way. */
function use(session: Session, closed: AbortSignal): void {
  session.openRequests += 1;
  closed.addEventListener(
    'abort',
    () => {
      session.openRequests -= 1;
      session.usedAt = performance.now();
    },
    { once: true },
  );
}

/** Makes room: whoever has been idle for long goes, and the one that was idle longest where there is no room left. */
function forgetIdle(sessions: Map<string, Session>): void {
  const idle = [...sessions].filter(([, { openRequests }]) => openRequests === 0);
  const byAge = idle.toSorted(([, one], [, other]) => one.usedAt - other.usedAt);
  for (const [index, [id, { transport, usedAt }]] of byAge.entries()) {
    const isNeeded = index === 0 && sessions.size >= MOST_SESSIONS;
    if (!isNeeded && performance.now() - usedAt < IDLE_MS) continue;
    sessions.delete(id);
    transport.close().catch(() => undefined);
  }
}
