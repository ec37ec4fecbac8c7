import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { foreignProblems } from '../../../src/expressions/foreign-problems.ts';
import { toolPin } from '../../../src/language/server-identity.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { mcpExtraSpecs } from '../../../src/model/mcp-extra-specs.ts';
import type { McpListing } from '../../../src/model/mcp-listing.ts';
import type { McpServer } from '../../../src/model/mcp-server.ts';
import type { ToolSpec } from '../../../src/model/tool-spec.ts';
import type { ToolContext } from '../../../src/ports/tool.ts';
import { listMcpTools } from '../../../src/tools/mcp/list-mcp-tools.ts';
import { createMcpTools, type McpToolsOptions } from '../../../src/tools/mcp/mcp-tools.ts';

const IDENTITY = 'a'.repeat(64);

/** The path of a file of the fixtures. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
}

/** The declaration of a server; times are short, for tests wait for what fails. */
export function declared(transport: McpServer['transport'], more: Partial<McpServer> = {}): McpServer {
  return {
    transport,
    env: [],
    variables: {},
    protocol: 'auto',
    startTimeoutMs: 15_000,
    timeoutMs: 15_000,
    roots: false,
    ...more,
  };
}

/** A server that Node runs from a file. */
export function nodeServer(
  file: string,
  args: readonly string[] = [],
  more: Partial<McpServer> = {},
): McpServer {
  return declared({ kind: 'stdio', command: process.execPath, args: [file, ...args] }, more);
}

/** A peer that listens on a port which it prints; it ends with `stop`. */
export async function startHttpPeer(
  file: string,
  args: readonly string[],
): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
  return { url: `http://127.0.0.1:${port}/mcp`, stop };
}

/** The specs that a lock would give of a listing under an alias. */
function specsOf(alias: string, listing: McpListing): readonly ToolSpec[] {
  const tools = listing.tools.map(
    (tool): ToolSpec => ({
      name: `${alias}.${tool.name}`,
      description: tool.description ?? '',
      inputSchema: tool.inputSchema,
      ...(tool.outputSchema === undefined ? {} : { outputSchema: tool.outputSchema }),
      readOnly: false,
      source: 'mcp',
      ...(tool.annotations === undefined ? {} : { annotations: tool.annotations }),
      server: IDENTITY,
      pin: toolPin(IDENTITY, tool),
    }),
  );
  return [...tools, ...mcpExtraSpecs(alias, IDENTITY, listing)];
}

/** What a server offers, asked from a folder that does not matter. */
export function listOf(server: McpServer): Promise<McpListing> {
  return listMcpTools({ alias: 'peer', server, workspace: realpathSync(tmpdir()), env: process.env });
}

/** A server that was listed and whose tools can be called by their bare names. */
export interface OpenedServer {
  readonly listing: McpListing;
  readonly notices: string[];
  readonly workspace: string;
  call(name: string, args?: JsonObject, context?: Partial<ToolContext>): Promise<JsonValue>;
  close(): Promise<void>;
}

/** Lists a server and opens its tools as a run would; `before` runs in between, for servers that change. */
export async function openServer(
  server: McpServer,
  more: Partial<McpToolsOptions> & {
    readonly specs?: readonly ToolSpec[];
    readonly listing?: McpListing;
  } = {},
): Promise<OpenedServer> {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'crew-mcp-')));
  const where = { alias: 'peer', server, workspace, env: more.env ?? process.env };
  const listing = more.listing ?? (await listOf(server));
  const notices: string[] = [];
  const opened = createMcpTools({
    ...where,
    identity: IDENTITY,
    specs: specsOf('peer', listing),
    notice: text => notices.push(text),
    misfit: (schema, value) => foreignProblems(schema, value)[0]?.message,
    ...more,
  });
  return {
    listing,
    notices,
    workspace,
    call: async (name, args = {}, context = {}) => {
      const tool = opened.tools.get(`peer.${name}`);
      if (tool === undefined) throw new Error(`there is no tool ${name}`);
      const notice = (text: string): void => void notices.push(text);
      return await tool.call(args, { workspace, signal: new AbortController().signal, notice, ...context });
    },
    close: async () => {
      await opened.close();
      rmSync(workspace, { recursive: true, force: true });
    },
  };
}
