/** How a server is reached; commands and names as the crew file wrote them. */
export type McpTransport =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      /** Relative to the workspace; the workspace when absent. */
      readonly cwd?: string;
    }
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly headers: { readonly [name: string]: string };
      /** The environment variable that holds a bearer token. */
      readonly bearerEnv?: string;
      /** Present when the server is logged in to with OAuth 2.1. */
      readonly oauth?: McpOAuth;
    };

/** What the client of an OAuth-protected server may be told beforehand; secrets only by the name of their variable. */
export interface McpOAuth {
  /** The authorization server that the client is known at; the server may trust no other one. */
  readonly issuer?: string;
  /** An https address is that of a client metadata document, for authorization servers which read such documents. */
  readonly clientId?: string;
  readonly clientSecretEnv?: string;
  readonly scopes?: readonly string[];
  /** `code` opens a browser at `crew mcp login`; `client_credentials` needs id and secret and no person. */
  readonly flow: 'code' | 'client_credentials';
}

/**
 * What a server process may see: `fs` has `ro:PATH` and `rw:PATH`, relative to the workspace, the system's libraries are
 * there to read; `net: none` has no network.
 */
export interface Sandbox {
  readonly fs: readonly string[];
  readonly net: 'none' | 'host';
}

/** The revision of the protocol that is spoken; `auto` is found out. */
export type McpProtocol = 'auto' | '2025-11-25' | '2026-07-28';

/**
 * An MCP server as a crew declares it. `env` are the names of environment variables that a started server may see beside
 * HOME, PATH, SHELL and TERM, `variables` fixed values. Times in milliseconds.
 */
export interface McpServer {
  readonly transport: McpTransport;
  readonly env: readonly string[];
  readonly variables: { readonly [name: string]: string };
  readonly protocol: McpProtocol;
  /**
   * The longest start with all its lists, and the longest that a server says nothing to a call. One that tells its progress
   * may work ten times as long in all; while a person is asked, time stands still.
   */
  readonly startTimeoutMs: number;
  readonly timeoutMs: number;
  readonly sandbox?: Sandbox;
  /** Tells the server the workspace (MCP roots). */
  readonly roots: boolean;
}

/** The longest start of a server that says nothing else. */
export const MCP_START_TIMEOUT_MS = 30_000;
/** The longest call of a server that says nothing else. */
export const MCP_TIMEOUT_MS = 60_000;
