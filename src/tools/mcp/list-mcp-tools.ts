import type { JsonSchema } from '../../model/json.ts';
import type { McpListing } from '../../model/mcp-listing.ts';
import type { McpToolsOptions } from './mcp-tools.ts';

/** A server to be asked what it offers. */
export interface ListMcpToolsOptions
  extends Pick<McpToolsOptions, 'alias' | 'server' | 'workspace' | 'env' | 'authorize'> {
  readonly signal?: AbortSignal;
  /** Says why a schema cannot be used; undefined when it can. Tools with such a schema are left out, with a problem. */
  readonly schemaProblem?: (schema: JsonSchema) => string | undefined;
  readonly notice?: (text: string) => void;
}

/**
 * Starts a server or connects to it, asks what it offers, and ends it. Tools are sorted by name; one that cannot be used is
 * left out and told among the `problems`. Fails within `startTimeoutMs` with TOOL_MISSING, SANDBOX_MISSING,
 * CREDENTIALS_MISSING or TOOL_FAILED.
 */
export async function listMcpTools(options: ListMcpToolsOptions): Promise<McpListing> {
  throw new Error(`not built yet: ${options.alias}`);
}
