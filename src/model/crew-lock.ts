import type { JsonObject } from './json.ts';
import type { ListedTool } from './mcp-listing.ts';

/** A tool as a person accepted it; `pin` is the sha256 of `pinContent`, in hex. */
export interface LockedTool extends ListedTool {
  readonly pin: string;
}

/**
 * A server as a person accepted it: `declaration` is what its identity is the sha256 of, `aliases` the names that crew
 * files gave it, `tools` are sorted by their names, which are different ones.
 */
export interface LockedServer {
  readonly aliases: readonly string[];
  readonly declaration: JsonObject;
  readonly server: { readonly name: string; readonly version: string };
  readonly protocol: string;
  readonly resources: boolean;
  readonly prompts: boolean;
  readonly tools: readonly LockedTool[];
}

/** What `crew.lock` holds: what the MCP servers of the crews beside it said of their tools, by `serverIdentity`. */
export type CrewLock = ReadonlyMap<string, LockedServer>;

/** The version of the file's own form; it counts apart from that of crew files. */
export const CREW_LOCK_VERSION = 1;

/** The name of the file, which stands beside the crew file. */
export const CREW_LOCK_NAME = 'crew.lock';
