import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { startHttpServer, type WireFormat, type WireRefusal } from './http-server.ts';
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
 * Serves a script as Anthropic does: `POST <baseUrl>/v1/messages`, streamed or not. Requests that break Anthropic's
 * rules (headers, illegal tool names, empty texts, results of unknown calls) are refused.
 */
export function startAnthropicServer(script: ReplyScript): Promise<LoopbackServer> {
  return startHttpServer(messagesFormat, '', script);
}

const DELIVERY_NAME = /^deliver(_\d+)?$/;

const messagesFormat: WireFormat = {
  describe(_path, body) {
    const names = offeredNames(body);
    const delivery = deliveryName(body);
    const blocks = [
      ...blocksOf(body.system),
      ...messagesOf(body).flatMap(message => blocksOf(message.content)),
    ];
    return {
      promptText: blocks.map(block => String(block.text ?? block.content ?? '')).join('\n'),
      toolNames: names.filter(name => name !== delivery),
      wantsOutput: delivery !== undefined || body.output_config !== undefined,
    };
  },
  refuse: request => brokenRule(request),
  events: messageEvents,
  whole(request, reply) {
    const content = contentBlocks(request, reply).map(({ json, ...block }) =>
      json === undefined ? block : { ...block, input: parsedOrText(json) },
    );
    const stop = reply.fault?.kind === 'cut' ? null : stopReason(request, reply);
    return { ...messageFrame(request), content, stop_reason: stop, ...withUsage(usageOf(reply)) };
  },
};

function brokenRule(request: LoopbackRequest): WireRefusal | undefined {
  const { headers, body, path } = request;
  if (!path.endsWith('/v1/messages')) return refusal(404, 'not_found_error', `Not found: ${path}`);
  if (!headers['x-api-key'] && !/^Bearer \S+$/.test(headers.authorization ?? '')) {
    return refusal(401, 'authentication_error', 'An API key is required');
  }
  if (!headers['anthropic-version'])
    return refusal(400, 'invalid_request_error', 'anthropic-version: header is required');
  if (typeof body.max_tokens !== 'number')
    return refusal(400, 'invalid_request_error', 'max_tokens: Field required');
  const illegal = offeredNames(body).find(name => !/^[a-zA-Z0-9_-]{1,128}$/.test(name));
  if (illegal !== undefined) return refusal(400, 'invalid_request_error', `tools: illegal name "${illegal}"`);
  const blocks = messagesOf(body).flatMap(message => blocksOf(message.content));
  if (blocks.some(block => block.type === 'text' && block.text === '')) {
    return refusal(400, 'invalid_request_error', 'messages: text content blocks must be non-empty');
  }
  const known = new Set(blocks.filter(block => block.type === 'tool_use').map(block => block.id));
  const stray = blocks.find(block => block.type === 'tool_result' && !known.has(block.tool_use_id ?? ''));
  if (stray !== undefined) return refusal(400, 'invalid_request_error', 'messages: unexpected tool_use_id');
  return undefined;
}

function refusal(status: number, type: string, message: string): WireRefusal {
  return { status, body: { type: 'error', error: { type, message } } };
}

interface Block extends JsonObject {
  readonly type: string;
}

function messageEvents(request: LoopbackRequest, reply: Reply): readonly string[] {
  const usage = usageOf(reply);
  const start = {
    ...messageFrame(request),
    content: [],
    stop_reason: null,
    ...withUsage(usage),
  };
  const events = [sse({ type: 'message_start', message: start }), sse({ type: 'ping' })];
  for (const [index, { json, ...block }] of contentBlocks(request, reply).entries()) {
    const isText = block.type === 'text';
    const started = isText ? { ...block, text: '' } : { ...block, input: {} };
    events.push(sse({ type: 'content_block_start', index, content_block: started }));
    for (const piece of textPieces(isText ? String(block.text) : String(json))) {
      const delta = isText
        ? { type: 'text_delta', text: piece }
        : { type: 'input_json_delta', partial_json: piece };
      events.push(sse({ type: 'content_block_delta', index, delta }));
    }
    events.push(sse({ type: 'content_block_stop', index }), sse({ type: 'ping' }));
  }
  if (reply.fault?.kind === 'error-event') {
    const { type, message } = reply.fault;
    return [...events, sse({ type: 'error', error: { type, message } })];
  }
  if (reply.fault?.kind === 'cut') return events;
  const delta = { stop_reason: stopReason(request, reply), stop_sequence: null };
  events.push(sse({ type: 'message_delta', delta, ...withUsage(usage) }));
  return [...events, sse({ type: 'message_stop' })];
}

/** `json` is the text of a tool's input, which streams send in pieces and whole bodies as an object. */
type SentBlock = Block & { readonly json?: string };

function contentBlocks(request: LoopbackRequest, reply: Reply): readonly SentBlock[] {
  const delivery = deliveryName(request.body);
  const artifact = reply.json === undefined ? '' : JSON.stringify(reply.json);
  const text = (reply.text ?? '') + (reply.refusal ?? '') + (delivery === undefined ? artifact : '');
  const turn = messagesOf(request.body).length;
  const calls: SentBlock[] = (reply.toolCalls ?? []).map((call, index) => ({
    type: 'tool_use',
    id: call.id ?? `toolu_${turn}_${index}`,
    name: wireName(call.tool, request.toolNames),
    json: argumentsText(call),
  }));
  if (delivery !== undefined && artifact !== '') {
    calls.push({ type: 'tool_use', id: `toolu_${turn}_deliver`, name: delivery, json: artifact });
  }
  return [...(text === '' ? [] : [{ type: 'text', text }]), ...calls];
}

function stopReason(request: LoopbackRequest, reply: Reply): string {
  const given = {
    stop: 'end_turn',
    tool_calls: 'tool_use',
    length: 'max_tokens',
    content_filter: 'refusal',
  } as const;
  if (reply.finish !== undefined) return given[reply.finish];
  if (reply.refusal !== undefined) return 'refusal';
  return contentBlocks(request, reply).some(block => block.type === 'tool_use') ? 'tool_use' : 'end_turn';
}

function usageOf(reply: Reply): JsonObject | undefined {
  const claimed = claimedUsage(reply);
  if (claimed === undefined) return undefined;
  const { input, output, cached } = claimed;
  // Anthropic counts what it read from the cache apart.
  const fresh = typeof input === 'number' && typeof cached === 'number' ? input - cached : input;
  return {
    input_tokens: fresh,
    output_tokens: output,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: 0,
  };
}

function withUsage(usage: JsonObject | undefined): JsonObject {
  return usage === undefined ? {} : { usage };
}

function messageFrame(request: LoopbackRequest): JsonObject {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: request.body.model ?? '',
    stop_sequence: null,
  };
}

function offeredNames(body: JsonObject): readonly string[] {
  return ((body.tools ?? []) as readonly { readonly name: string }[]).map(tool => tool.name);
}

/** The tool of the adapter through which it wants the artifact, when it forces one. */
function deliveryName(body: JsonObject): string | undefined {
  return body.tool_choice === undefined
    ? undefined
    : offeredNames(body).findLast(name => DELIVERY_NAME.test(name));
}

function messagesOf(body: JsonObject): readonly JsonObject[] {
  return (body.messages ?? []) as readonly JsonObject[];
}

function blocksOf(content: JsonValue | undefined): readonly Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return (content ?? []) as readonly Block[];
}

/** Anthropic never sends a broken input in a whole body; a text stands for the broken thing. */
function parsedOrText(json: string): JsonValue {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    return json;
  }
}

function sse(event: JsonObject): string {
  return `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`;
}
