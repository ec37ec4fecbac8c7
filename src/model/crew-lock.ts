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

/** The version of a prompt that was pinned. Hashes are sha256 in hex, as `promptHash` gives them. */
export interface LockedPrompt {
  readonly hash: string;
  /** Every partial that it puts in, at any depth, by name; null for one that was not there. */
  readonly partials: { readonly [name: string]: string | null };
  /** The hash of its output with the files that it refers to put in; absent when it refers to none. */
  readonly output?: string;
  /** The commit that has this version; absent when it was pinned before it was committed. */
  readonly commit?: string;
}

/** What `crew.lock` holds. */
export interface CrewLock {
  /** What the MCP servers of the crews beside it said of their tools, by `serverIdentity`. */
  readonly servers: ReadonlyMap<string, LockedServer>;
  /** The prompts of the folder of prompts beside it, by the names of their files without the ending: `merge.short`. */
  readonly prompts: ReadonlyMap<string, LockedPrompt>;
}

/** A lock in which nothing stands. */
export const EMPTY_LOCK: CrewLock = { servers: new Map(), prompts: new Map() };

/** The version of the file's own form; it counts apart from that of crew files. */
export const CREW_LOCK_VERSION = 1;

/** The name of the file, which stands beside the crew file, or beside the folder of prompts. */
export const CREW_LOCK_NAME = 'crew.lock';
