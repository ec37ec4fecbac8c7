import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '../model/canonical-json.ts';
import type { JsonObject } from '../model/json.ts';
import { type ListedTool, pinContent } from '../model/mcp-listing.ts';
import type { McpServer } from '../model/mcp-server.ts';

/** All that says which server is meant and what it may see: its declaration without the times. Pure. */
export function serverDeclaration(server: McpServer): JsonObject {
  const { startTimeoutMs: _start, timeoutMs: _call, ...rest } = server;
  return rest as unknown as JsonObject;
}

/** The identity of a server, in hex: the sha256 of its declaration in canonical JSON, whatever alias it has. Pure. */
export function serverIdentity(server: McpServer): string {
  return hashOf(serverDeclaration(server));
}

/** The pin of a tool, in hex. Pure. */
export function toolPin(identity: string, tool: ListedTool): string {
  return hashOf(pinContent(identity, tool));
}

/** The sha256, in hex, of a value in canonical JSON. Pure. */
export function hashOf(value: JsonObject): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}
