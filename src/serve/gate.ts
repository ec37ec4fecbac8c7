import type { AuthInfo, McpServerFactory, ServerEventBus } from '@modelcontextprotocol/server';

/** All that is served to clients: `factory` makes the server of one client, or of one request. */
export interface Served {
  readonly factory: McpServerFactory;
  readonly bus?: ServerEventBus;
}

/** Who sent a request. `subject` is what sessions are bound to; `authInfo` has no token in it. */
export interface Caller {
  readonly subject: string;
  readonly authInfo?: AuthInfo;
}

/** An answer of ours in place of the protocol's: its status, what goes into a JSON-RPC error, and headers. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 503;
  readonly message: string;
  /** The JSON-RPC code; -32000 when absent. */
  readonly code?: number;
  readonly headers?: { readonly [name: string]: string };
}

/** Decides about requests by their bearer token; the same for all clients of a server. */
export interface Gate {
  /** Who sent it, by the `Authorization` header, before any of its body is read. */
  authenticate(authorization: string | null): Promise<Caller | Refusal>;
  /** Whether that caller may use these methods of the protocol; undefined when it may. */
  authorize(caller: Caller, methods: readonly string[]): Refusal | undefined;
  /** A document that everybody may read, by its path. */
  publicDocument(path: string): object | undefined;
}

/** Tells a refusal from a caller. Pure. */
export function isRefusal(answer: Caller | Refusal): answer is Refusal {
  return 'status' in answer;
}

/** A gate for fixtures, which have nothing that anybody could want. */
export const OPEN_GATE: Gate = {
  authenticate: async () => ({ subject: 'anybody' }),
  authorize: () => undefined,
  publicDocument: () => undefined,
};
