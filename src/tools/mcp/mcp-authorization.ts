/** How requests to a server over HTTP are sent. Made by `createMcpAuthorization`; nobody else looks inside. */
export interface McpAuthorization {
  /** Sends every request to the server and its authorization servers; it refuses what may not be reached. */
  readonly fetch?: typeof fetch;
  /** The SDK's OAuth provider, whose type stays in this folder. */
  readonly provider?: object;
}
