/** How requests to a server over HTTP are sent. Made by `createMcpAuthorization`. */
export interface McpAuthorization {
  /** Sends every request with the person's token, logs in where that needs nobody, and refuses what may not be reached. */
  readonly fetch?: typeof fetch;
}
