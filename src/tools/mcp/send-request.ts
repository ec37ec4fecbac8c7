import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  type CallToolRequest,
  type CallToolResult,
  type GetPromptResult,
  type InputRequiredResult,
  isInputRequiredResult,
  LOG_LEVEL_META_KEY,
  ProtocolError,
  type ReadResourceResult,
  type RequestOptions,
  type Tool,
} from '@modelcontextprotocol/client';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ListedTool } from '../../model/mcp-listing.ts';
import { answerElicitation } from './answer-elicitation.ts';
import { isObject } from './json-depth.ts';
import type { McpToolsOptions } from './mcp-tools.ts';
import type { OpenCall } from './open-call.ts';
import { NO_TIMEOUT_MS, type Session } from './open-session.ts';
import { reportProgress } from './progress-report.ts';

const MAX_ROUNDS = 10;
const ROUND_PAUSE_MS = 250;
/** A server of 2025-11-25 wants an address to be visited first, and has done nothing yet. */
const VISIT_FIRST = -32_042;
const IDEMPOTENCY_KEY = 'crewfile/idempotency-key';

/** The results of the requests that may ask something before they answer. */
interface Results {
  readonly 'tools/call': CallToolResult;
  readonly 'prompts/get': GetPromptResult;
  readonly 'resources/read': ReadResourceResult;
}

/** One request of a call. `tool` is what the server says of the tool that is called. */
export interface ServerRequest<Method extends keyof Results> {
  readonly session: Session;
  readonly call: OpenCall;
  readonly method: Method;
  readonly params: JsonObject;
  readonly tool?: ListedTool;
  readonly signal: AbortSignal;
  readonly options: McpToolsOptions;
}

/**
 * Sends a request and gives its result. What the server wants to know before it answers (2026-07-28) is asked, and the
 * request goes on with the answers. Fails as the SDK does, and with TOOL_FAILED for a server that wants a model or never
 * has enough.
 */
export async function sendRequest<Method extends keyof Results>(
  request: ServerRequest<Method>,
): Promise<Results[Method]> {
  const params = { ...request.params, _meta: metaOf(request) };
  let more: JsonObject = {};
  for (let round = 0; round <= MAX_ROUNDS; round += 1) {
    const result = await sendRound(request, { ...params, ...more });
    if (!isInputRequiredResult(result)) return result as Results[Method];
    more = await answersTo(result, request);
  }
  throw new CrewError('TOOL_FAILED', `the server still wants to know more after ${MAX_ROUNDS} rounds`);
}

async function sendRound<Method extends keyof Results>(
  request: ServerRequest<Method>,
  params: JsonObject,
): Promise<unknown> {
  try {
    return await sendOnce(request, params);
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== VISIT_FIRST) throw error;
    if (!(await visit(error.data, request))) throw error;
    return await sendOnce(request, params);
  }
}

function sendOnce<Method extends keyof Results>(
  { session, call, method, tool, signal }: ServerRequest<Method>,
  params: JsonObject,
): Promise<unknown> {
  const report = reportProgress(call.context.progress);
  const options: RequestOptions = {
    signal,
    timeout: NO_TIMEOUT_MS,
    allowInputRequired: true,
    onprogress: at => {
      if (report(at)) call.deadline.touch();
    },
  };
  if (method !== 'tools/call') return session.client.request({ method, params } as never, options);
  // Which arguments are repeated as headers is declared in the schema; results are looked at by us.
  const toolDefinition =
    tool === undefined ? undefined : ({ name: tool.name, inputSchema: tool.inputSchema } as Tool);
  return session.client.callTool(
    params as unknown as CallToolRequest['params'],
    toolDefinition === undefined ? options : { ...options, toolDefinition },
  );
}

function metaOf({ session, call }: Pick<ServerRequest<'tools/call'>, 'session' | 'call'>): JsonObject {
  const { idempotencyKey } = call.context;
  const logs = session.era === 'modern' && session.client.getServerCapabilities()?.logging !== undefined;
  return {
    ...(idempotencyKey === undefined ? {} : { [IDEMPOTENCY_KEY]: idempotencyKey }),
    ...(logs ? { [LOG_LEVEL_META_KEY]: 'info' } : {}),
  };
}

/** What goes back to a server that wants to know more; its state is returned as it came. */
async function answersTo(
  { inputRequests, requestState }: InputRequiredResult,
  request: ServerRequest<keyof Results>,
): Promise<JsonObject> {
  const wanted = Object.entries(inputRequests ?? {});
  const responses: (readonly [string, JsonObject])[] = [];
  for (const [key, one] of wanted) responses.push([key, await answerTo(one, request)]);
  if (wanted.length === 0) await pause(ROUND_PAUSE_MS, undefined, { signal: request.signal });
  return {
    ...(wanted.length === 0 ? {} : { inputResponses: Object.fromEntries(responses) }),
    ...(requestState === undefined ? {} : { requestState }),
  };
}

async function answerTo(
  wanted: unknown,
  { call, options }: ServerRequest<keyof Results>,
): Promise<JsonObject> {
  const { method, params } = isObject(wanted) ? wanted : { method: undefined, params: undefined };
  if (method === 'elicitation/create')
    return { ...(await answerElicitation(params, call, options)) } as JsonObject;
  if (method === 'roots/list' && options.server.roots) {
    return { roots: [{ uri: pathToFileURL(options.workspace).href, name: 'workspace' }] };
  }
  const what = typeof method === 'string' ? JSON.stringify(method.slice(0, 100)) : 'something unknown';
  throw new CrewError('TOOL_FAILED', `the server wants ${what} of us, which it does not get`);
}

/** Shows the addresses that must be visited first; whether a person has visited all of them. */
async function visit(data: unknown, { call, options }: ServerRequest<keyof Results>): Promise<boolean> {
  const wanted = isObject(data) && Array.isArray(data.elicitations) ? data.elicitations : [];
  for (const one of wanted) {
    const { action } = await answerElicitation(isObject(one) ? { ...one, mode: 'url' } : one, call, options);
    if (action !== 'accept') return false;
  }
  return wanted.length > 0;
}
