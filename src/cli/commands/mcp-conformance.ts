import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { ListedTool, McpListing } from '../../model/mcp-listing.ts';
import {
  MCP_START_TIMEOUT_MS,
  MCP_TIMEOUT_MS,
  type McpOAuth,
  type McpServer,
} from '../../model/mcp-server.ts';
import type { ToolAnswer, ToolQuestion } from '../../model/person-question.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import type { Tool, ToolContext } from '../../ports/tool.ts';
import type { LoginPerson } from '../../tools/mcp/oauth/login-settings.ts';
import type { Command, CommandCall, Terminal } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { sampleOf } from '../sample-value.ts';
import { loadMcpLock, loadMcpLogin, loadMcpTools } from '../wire.ts';

const ALIAS = 'suite';
/** The client that the suite expects from whoever has a metadata document. */
const CLIENT_DOCUMENT = 'https://conformance-test.local/client-metadata.json';
const REDIRECT_URI = 'http://127.0.0.1:43110/callback';

/**
 * `crew __mcp-conformance URL`: the client code of runs, driven by the official conformance suite through its environment
 * variables, with a person who says yes to everything and a browser that follows addresses by itself.
 */
export const mcpConformanceCommand: Command = {
  name: '__mcp-conformance',
  usage: '__mcp-conformance URL',
  summary: 'talk to a server of the MCP conformance suite',
  flags: {},
  hidden: true,
  run: conform,
};

async function conform({ positionals, terminal }: CommandCall): Promise<number> {
  const url = onePositional(positionals, 'the address of a server');
  const folder = await mkdtemp(join(tmpdir(), 'crew-conformance-'));
  try {
    await talkTo(url, folder, terminal);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function talkTo(url: string, folder: string, terminal: Terminal): Promise<void> {
  const { createMcpAuthorization, createTokenStore, MCP_LIMITS } = await loadMcpLogin();
  const { listMcpTools, createMcpTools, foreignMisfit } = await loadMcpTools();
  const { serverIdentity, toolPin, mcpSpecs, foreignSchemaProblem } = await loadMcpLock();
  const context = contextOf(terminal.env.MCP_CONFORMANCE_CONTEXT);
  const { server, clientSecret } = serverOf(url, context, terminal);
  const oauth = server.transport.kind === 'http' ? server.transport.oauth : undefined;
  const notice = (text: string): void => terminal.stderr(`${text}\n`);
  const authorize = createMcpAuthorization({
    serverUrl: url,
    oauth: oauth ?? { flow: 'code' },
    ...(clientSecret === undefined ? {} : { clientSecret }),
    store: createTokenStore(join(folder, 'tokens', 'mcp.json'), notice),
    person: scriptedBrowser(),
    now: Date.now,
    limits: MCP_LIMITS,
  });
  const opened = { alias: ALIAS, server, workspace: folder, env: terminal.env, authorize, notice };
  const listing = await listMcpTools({ ...opened, schemaProblem: foreignSchemaProblem });
  const identity = serverIdentity(server);
  const tools = listing.tools.map(tool => ({ ...tool, pin: toolPin(identity, tool) }));
  const { specs } = mcpSpecs(ALIAS, identity, { ...listing, tools, aliases: [ALIAS], declaration: {} });
  const client = createMcpTools({ ...opened, identity, specs, misfit: foreignMisfit });
  try {
    await callAll(client.tools, { specs, listing, context, folder, notice });
  } finally {
    await client.close();
  }
}

interface Use {
  readonly specs: readonly ToolSpec[];
  readonly listing: McpListing;
  readonly context: JsonObject;
  readonly folder: string;
  readonly notice: (text: string) => void;
}

/** Calls every tool once, or as the suite says, and reads every resource and prompt. */
async function callAll(tools: ReadonlyMap<string, Tool>, use: Use): Promise<void> {
  const { listing, context, folder, notice } = use;
  const toolContext: ToolContext = {
    workspace: folder,
    signal: new AbortController().signal,
    notice,
    ask: async question => consent(question),
  };
  const call = async (name: string, args: JsonObject): Promise<JsonObject> => {
    const tool = tools.get(`${ALIAS}.${name}`);
    if (tool === undefined)
      throw new CrewError('TOOL_UNKNOWN', `the server has no tool \`${name}\` that can be called`);
    try {
      return objectOf(await tool.call(args, toolContext));
    } catch (error) {
      // What a tool fails with is told to the role that called it, and the role goes on.
      if (!(error instanceof CrewError) || error.code !== 'TOOL_FAILED') throw error;
      notice(error.message);
      return {};
    }
  };
  const told = listOf(context.toolCalls).map(objectOf);
  const wanted = told.map(({ name, arguments: args }) => ({ name: String(name), args: objectOf(args) }));
  const found = listing.tools.map(tool => ({ name: tool.name, args: argumentsFor(tool, listing) }));
  for (const { name, args } of wanted.length > 0 ? wanted : found) await call(name, args);
  if (listing.resources) {
    const { resources } = await call('resources_list', {});
    for (const { uri } of listOf(resources).map(objectOf)) await call('resource_read', { uri: String(uri) });
  }
  if (listing.prompts) {
    const { prompts } = await call('prompts_list', {});
    for (const { name } of listOf(prompts).map(objectOf)) await call('prompt_get', { name: String(name) });
  }
}

/** One scenario wants to see what is left of a schema when we have read it. */
function argumentsFor({ name, inputSchema }: ListedTool, { tools }: McpListing): JsonObject {
  if (name !== 'json_schema_echo') return objectOf(sampleOf(inputSchema));
  const seen = tools.find(tool => tool.name === 'json_schema_2020_12_tool')?.inputSchema;
  return { schema: seen ?? {} };
}

function consent(question: ToolQuestion): ToolAnswer {
  if (question.kind === 'url') return { action: 'accept', by: 'script' };
  return { action: 'accept', content: objectOf(sampleOf(question.schema)), by: 'script' };
}

/** Follows an authorization address as a browser of a person would who says yes. */
function scriptedBrowser(): LoginPerson {
  const authorize = async (url: string): Promise<URLSearchParams> => {
    const answer = await fetch(url, { redirect: 'manual' });
    const target = URL.parse(answer.headers.get('location') ?? '', url);
    if (target === null || `${target.origin}${target.pathname}` !== REDIRECT_URI) {
      throw new CrewError('MCP_LOGIN_FAILED', `expected to be sent back, found status ${answer.status}`);
    }
    return target.searchParams;
  };
  const redirection = { redirectUri: REDIRECT_URI, authorize, close: async () => undefined };
  return { open: async () => redirection };
}

function serverOf(
  url: string,
  context: JsonObject,
  { env }: Terminal,
): { readonly server: McpServer; readonly clientSecret: string | undefined } {
  const text = (name: string): string | undefined => {
    const value = context[name];
    return typeof value === 'string' ? value : undefined;
  };
  const isOwn = env.MCP_CONFORMANCE_SCENARIO?.startsWith('auth/client-credentials') === true;
  const issuer = text('issuer');
  const oauth: McpOAuth = {
    clientId: text('client_id') ?? CLIENT_DOCUMENT,
    ...(issuer === undefined ? {} : { issuer }),
    flow: isOwn ? 'client_credentials' : 'code',
  };
  const isModern = env.MCP_CONFORMANCE_PROTOCOL_VERSION === '2026-07-28';
  const server: McpServer = {
    transport: { kind: 'http', url, headers: {}, oauth },
    ...{ env: [], variables: {}, roots: false },
    // What a crew gets that says nothing; the servers of the older revisions are scripts that know no other greeting.
    protocol: isModern ? 'auto' : '2025-11-25',
    ...{ startTimeoutMs: MCP_START_TIMEOUT_MS, timeoutMs: MCP_TIMEOUT_MS },
  };
  return { server, clientSecret: text('client_secret') };
}

function contextOf(text: string | undefined): JsonObject {
  return text === undefined ? {} : objectOf(JSON.parse(text) as JsonValue);
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
