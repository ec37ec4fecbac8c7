import type { McpSource } from '../model/crew.ts';
import { CREW_LOCK_NAME, type CrewLock, EMPTY_LOCK, type LockedServer } from '../model/crew-lock.ts';
import type { SourceRange } from '../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { McpServer } from '../model/mcp-server.ts';
import { resolveSourcePath } from '../model/source.ts';
import type { IncludeReader } from './includes.ts';
import { lowerMcpServer } from './lower-mcp-server.ts';
import { asObject } from './lower-values.ts';

import { mcpSpecs } from './mcp-specs.ts';
import { LOCK_CONFLICT, readLock } from './read-lock.ts';
import { quote } from './report.ts';
import { serverDeclaration, serverIdentity } from './server-identity.ts';
import { isSoundServer } from './server-mistakes.ts';
import { keyPlaceOf, type SourceNode } from './source-node.ts';

/** Lowers a toolset that is an MCP server. */
export type ReadMcp = (alias: string, written: JsonObject) => McpSource;

/**
 * Makes the reader of the MCP servers that a crew file declares. Their tools are those in the `crew.lock` beside the file;
 * no server is started. One that nobody has accepted, or not as it is declared now, is reported and has no tools.
 */
export function mcpReader(root: SourceNode, reader: IncludeReader): ReadMcp {
  let known: { readonly lock: CrewLock | undefined } | undefined;
  return (alias, written) => {
    const server = lowerMcpServer(asObject(written.mcp));
    const identity = serverIdentity(server);
    const source = { kind: 'mcp', server, identity, tools: [] } as const;
    // The checks of the declaration have said what is wrong with such a one.
    if (!isSoundServer(asObject(written.mcp))) return source;
    const range = keyPlaceOf(root, ['tools', alias]);
    known ??= { lock: lockBeside(root, range, reader) };
    const { lock } = known;
    if (lock === undefined) return source;
    const accepted = lock.servers.get(identity);
    if (accepted === undefined) {
      refuse({ alias, server, range }, lock, reader);
      return source;
    }
    const { specs, lost } = mcpSpecs(alias, identity, accepted);
    for (const { tool, why } of lost) {
      const message = `The tool ${quote(tool)} of ${quote(alias)} cannot be called: ${why}`;
      reader.report({ code: 'mcp-tool-lost', severity: 'warning', range, message });
    }
    return { ...source, tools: specs };
  };
}

/** Where the lock of a crew file stands. Pure. */
export function lockPath(crewFile: string): string {
  return resolveSourcePath(crewFile, CREW_LOCK_NAME);
}

/** A lock that cannot be believed is reported once, and is undefined. */
function lockBeside(
  root: SourceNode,
  range: SourceRange,
  { readSource, sources, report }: IncludeReader,
): CrewLock | undefined {
  const path = lockPath(root.file.path);
  const text = readSource(path);
  if (text === undefined) return EMPTY_LOCK;
  sources.set(path, text);
  const { lock, problem } = readLock(text);
  if (lock !== undefined) return lock;
  const hint = problem.startsWith(LOCK_CONFLICT)
    ? 'keep one side of it, take the marks out, and accept again'
    : 'put the file back as `crew tools accept` wrote it, or delete it and accept again';
  report({ code: 'mcp-lock-broken', range, message: `${quote(path)} cannot be believed: ${problem}`, hint });
  return undefined;
}

interface Refused {
  readonly alias: string;
  readonly server: McpServer;
  readonly range: SourceRange;
}

function refuse({ alias, server, range }: Refused, lock: CrewLock, { report }: IncludeReader): void {
  const before = [...lock.servers.values()].filter(({ aliases }) => aliases.includes(alias));
  const hint = `\`crew tools accept ${range.file}\` starts it, shows its tools and keeps what they say`;
  const [one] = before;
  if (one === undefined) {
    const message = `Nobody has accepted the server ${quote(alias)} yet, so its tools are not known`;
    report({ code: 'mcp-not-accepted', range, message, hint });
    return;
  }
  const changes = changesOf(nearest(before, serverDeclaration(server)), serverDeclaration(server));
  const message = `The server ${quote(alias)} is not the one that was accepted: ${changes.join('; ')}`;
  report({ code: 'mcp-lock-stale', range, message, hint });
}

/** The earlier declaration that differs least. */
function nearest(before: readonly LockedServer[], now: JsonObject): JsonObject {
  const counted = before.map(({ declaration }) => ({
    declaration,
    count: changesOf(declaration, now).length,
  }));
  return counted.toSorted((left, right) => left.count - right.count)[0]?.declaration ?? {};
}

/** What differs between two declarations, one text for each key. Pure. */
function changesOf(before: JsonObject, now: JsonObject): readonly string[] {
  const [old, fresh] = [flat(before), flat(now)];
  const keys = [...new Set([...old.keys(), ...fresh.keys()])];
  return keys
    .filter(key => old.get(key) !== fresh.get(key))
    .map(key => `${quote(key)} was ${old.get(key) ?? 'not there'}, is ${fresh.get(key) ?? 'not there'}`);
}

/** The transport's keys stand beside the others, as in a crew file. */
function flat({ transport, ...rest }: JsonObject): ReadonlyMap<string, string> {
  const rows: [string, JsonValue][] = [...Object.entries(asObject(transport)), ...Object.entries(rest)];
  return new Map(rows.map(([key, value]) => [key, JSON.stringify(value)]));
}
