import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { startHttpServer, type WireFormat, type WireRefusal } from './http-server.ts';
import { responsesFormat } from './openai-responses-format.ts';
import {
  argumentsText,
  claimedUsage,
  type LoopbackRequest,
  type LoopbackServer,
  type Reply,
  type ReplyScript,
  textPieces,
  wireName,
} from './reply.ts';

/**
 * Serves a script as OpenAI does: `POST <baseUrl>/chat/completions` and `POST <baseUrl>/responses`, streamed or not.
 * Requests that break OpenAI's rules (no bearer key, illegal tool names, results of unknown calls) are refused.
 */
export function startOpenAiServer(script: ReplyScript): Promise<LoopbackServer> {
  return startHttpServer(openAiFormat, '/v1', script);
}

const openAiFormat: WireFormat = {
  describe: (path, body) =>
    isResponses(path) ? responsesFormat.describe(path, body) : chatFormat.describe(path, body),
  refuse: request => {
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? ''))
      return refusal(401, 'invalid_api_key', 'No API key');
    const illegal = request.toolNames.find(name => !/^[a-zA-Z0-9_-]{1,64}$/.test(name));
    if (illegal !== undefined) return refusal(400, 'invalid_value', `Invalid tool name "${illegal}"`);
    return isResponses(request.path) ? responsesFormat.refuse(request) : chatFormat.refuse(request);
  },
  events: (request, reply) =>
    isResponses(request.path) ? responsesFormat.events(request, reply) : chatFormat.events(request, reply),
  whole: (request, reply) =>
    isResponses(request.path) ? responsesFormat.whole(request, reply) : chatFormat.whole(request, reply),
};

function isResponses(path: string): boolean {
  return path.endsWith('/responses');
}

function refusal(status: number, code: string, message: string): WireRefusal {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}

const chatFormat: WireFormat = {
  describe(_path, body) {
    const messages = (body.messages ?? []) as readonly JsonObject[];
    const tools = (body.tools ?? []) as readonly { readonly function: { readonly name: string } }[];
    return {
      promptText: messages.map(message => String(message.content ?? '')).join('\n'),
      toolNames: tools.map(tool => tool.function.name),
      wantsOutput: body.response_format !== undefined,
    };
  },
  refuse(request) {
    if (!request.path.endsWith('/chat/completions'))
      return refusal(404, 'unknown_url', `Unknown URL ${request.path}`);
    const messages = (request.body.messages ?? []) as readonly JsonObject[];
    const called = messages.flatMap(
      message => (message.tool_calls ?? []) as readonly { readonly id: string }[],
    );
    const known = new Set(called.map(call => call.id));
    const stray = messages.find(
      message => message.role === 'tool' && !known.has(String(message.tool_call_id)),
    );
    return stray === undefined
      ? undefined
      : refusal(400, 'invalid_value', 'A tool message answers no tool call');
  },
  events: chatEvents,
  whole(request, reply) {
    const calls = chatCalls(request, reply);
    const message: JsonObject = {
      role: 'assistant',
      content: contentOf(reply),
      refusal: reply.refusal ?? null,
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    const finish = reply.fault?.kind === 'cut' ? null : finishOf(reply);
    return {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: String(request.body.model),
      choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
      ...usageOf(reply),
    };
  },
};

function chatEvents(request: LoopbackRequest, reply: Reply): readonly string[] {
  const frame = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: String(request.body.model),
  };
  const chunk = (delta: JsonObject, finish: string | null = null) =>
    sse({ ...frame, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });
  const events = [chunk({ role: 'assistant', content: '' })];
  for (const piece of textPieces(contentOf(reply) ?? '')) events.push(chunk({ content: piece }));
  for (const piece of textPieces(reply.refusal ?? '')) events.push(chunk({ refusal: piece }));
  for (const [index, call] of chatCalls(request, reply).entries()) {
    const { name } = call.function;
    events.push(chunk({ tool_calls: [{ ...call, index, function: { name, arguments: '' } }] }));
    for (const piece of textPieces(call.function.arguments)) {
      events.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
    }
  }
  if (reply.fault?.kind === 'error-event') {
    const { type, message } = reply.fault;
    return [...events, sse({ error: { message, type, code: null, param: null } })];
  }
  if (reply.fault?.kind === 'cut') return events;
  events.push(chunk({}, finishOf(reply)));
  const usage = usageOf(reply);
  if (usage !== undefined) events.push(sse({ ...frame, choices: [], ...usage }));
  return [...events, 'data: [DONE]\n\n'];
}

interface ChatCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
  readonly [key: string]: JsonValue;
}

function chatCalls(request: LoopbackRequest, reply: Reply): readonly ChatCall[] {
  return (reply.toolCalls ?? []).map((call, index) => ({
    id:
      call.id ??
      `call_${request.body.messages === undefined ? 0 : JSON.stringify(request.body.messages).length}_${index}`,
    type: 'function',
    function: { name: wireName(call.tool, request.toolNames), arguments: argumentsText(call) },
  }));
}

function contentOf(reply: Reply): string | null {
  const json = reply.json === undefined ? '' : JSON.stringify(reply.json);
  return (reply.text ?? '') + json || null;
}

function finishOf(reply: Reply): string {
  return reply.finish ?? ((reply.toolCalls?.length ?? 0) > 0 ? 'tool_calls' : 'stop');
}

function usageOf(reply: Reply): { readonly usage: JsonObject } | undefined {
  const claimed = claimedUsage(reply);
  if (claimed === undefined) return undefined;
  const { input, output, cached } = claimed;
  return {
    usage: {
      prompt_tokens: input,
      completion_tokens: output,
      prompt_tokens_details: { cached_tokens: cached },
    },
  };
}

function sse(value: JsonValue): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
