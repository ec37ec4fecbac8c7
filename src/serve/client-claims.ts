import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';

/** What a client says of itself; nobody has vouched for it. */
export interface ClientClaims {
  readonly name: string | undefined;
  readonly capabilities: ClientCapabilities;
}

interface Envelope {
  readonly [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities;
  readonly [CLIENT_INFO_META_KEY]?: { readonly name: string };
}

/** Since 2026-07-28 each request says what its client is; before, the client said it once. Pure. */
export function clientClaims({ server }: McpServer, { mcpReq }: ServerContext): ClientClaims {
  const envelope: Envelope = mcpReq.envelope ?? {};
  return {
    name: (envelope[CLIENT_INFO_META_KEY] ?? server.getClientVersion())?.name,
    capabilities: envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities() ?? {},
  };
}
