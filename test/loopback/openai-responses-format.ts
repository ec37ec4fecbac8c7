import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { WireFormat } from './http-server.ts';
import {
  argumentsText,
  claimedUsage,
  type LoopbackRequest,
  type Reply,
  textPieces,
  wireName,
} from './reply.ts';

/** OpenAI's Responses interface: named events with sequence numbers, items, a final response. */
export const responsesFormat: WireFormat = {
  describe(_path, body) {
    const items = (body.input ?? []) as readonly JsonObject[];
    const tools = (body.tools ?? []) as readonly { readonly name: string }[];
    return {
      promptText: items.map(item => String(item.content ?? item.output ?? '')).join('\n'),
      toolNames: tools.map(tool => tool.name),
      wantsOutput: body.text !== undefined,
    };
  },
  refuse(request) {
    const items = (request.body.input ?? []) as readonly JsonObject[];
    const known = new Set(items.filter(item => item.type === 'function_call').map(item => item.call_id));
    const stray = items.find(item => item.type === 'function_call_output' && !known.has(item.call_id ?? ''));
    if (stray === undefined) return undefined;
    const message = `No tool call found for function call output with call_id ${String(stray.call_id)}.`;
    return {
      status: 400,
      body: { error: { message, type: 'invalid_request_error', param: 'input', code: null } },
    };
  },
  events(request, reply) {
    const events: string[] = [];
    const emit = (type: string, fields: JsonObject) => {
      const event = { type, sequence_number: events.length, ...fields };
      events.push(`event: ${type}\ndata: ${JSON.stringify(event)}\n\n`);
    };
    const begun = { ...responseFrame(request), status: 'in_progress', output: [] };
    emit('response.created', { response: begun });
    emit('response.in_progress', { response: begun });
    for (const [index, item] of outputItems(request, reply).entries()) emitItem(emit, index, item);
    if (reply.fault?.kind === 'error-event') {
      emit('error', { code: reply.fault.type, message: reply.fault.message, param: null });
      return events;
    }
    if (reply.fault?.kind === 'cut') return events;
    const response = finalResponse(request, reply);
    emit(`response.${String(response.status)}`, { response });
    return events;
  },
  whole: finalResponse,
};

type Emit = (type: string, fields: JsonObject) => void;

function emitItem(emit: Emit, index: number, item: JsonObject): void {
  const place = { output_index: index, item_id: item.id ?? '' };
  if (item.type === 'reasoning') {
    emit('response.output_item.added', { output_index: index, item: { ...item, content: [] } });
    emit('response.reasoning_text.delta', { ...place, content_index: 0, delta: 'hm' });
  } else if (item.type === 'function_call') {
    const whole = String(item.arguments);
    emit('response.output_item.added', {
      output_index: index,
      item: { ...item, arguments: '', status: 'in_progress' },
    });
    for (const delta of textPieces(whole))
      emit('response.function_call_arguments.delta', { ...place, delta });
    emit('response.function_call_arguments.done', { ...place, arguments: whole });
  } else {
    const part = (item.content as readonly JsonObject[])[0] ?? {};
    const isRefusal = part.type === 'refusal';
    const whole = String(isRefusal ? part.refusal : part.text);
    const kind = isRefusal ? 'response.refusal' : 'response.output_text';
    emit('response.output_item.added', {
      output_index: index,
      item: { ...item, content: [], status: 'in_progress' },
    });
    emit('response.content_part.added', {
      ...place,
      content_index: 0,
      part: { type: 'output_text', text: '' },
    });
    for (const delta of textPieces(whole)) emit(`${kind}.delta`, { ...place, content_index: 0, delta });
    emit(`${kind}.done`, { ...place, content_index: 0, [isRefusal ? 'refusal' : 'text']: whole });
    emit('response.content_part.done', { ...place, content_index: 0, part });
  }
  emit('response.output_item.done', { output_index: index, item });
}

function responseFrame(request: LoopbackRequest): JsonObject {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    model: request.body.model ?? '',
    error: null,
  };
}

function finalResponse(request: LoopbackRequest, reply: Reply): JsonObject {
  const reasons: Readonly<Record<string, string>> = {
    length: 'max_output_tokens',
    content_filter: 'content_filter',
  };
  const reason = reasons[reply.finish ?? ''];
  const usage = claimedUsage(reply);
  const status = reason === undefined ? 'completed' : 'incomplete';
  return {
    ...responseFrame(request),
    status: reply.fault?.kind === 'cut' ? 'in_progress' : status,
    incomplete_details: reason === undefined ? null : { reason },
    output: outputItems(request, reply),
    usage:
      usage === undefined
        ? null
        : {
            input_tokens: usage.input,
            output_tokens: usage.output,
            input_tokens_details: { cached_tokens: usage.cached },
          },
  };
}

function outputItems(request: LoopbackRequest, reply: Reply): readonly JsonObject[] {
  const text = (reply.text ?? '') + (reply.json === undefined ? '' : JSON.stringify(reply.json));
  const message = (content: JsonValue): JsonObject => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [content],
  });
  const turn = ((request.body.input ?? []) as readonly JsonValue[]).length;
  return [
    { id: 'rs_1', type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
    ...(text === '' ? [] : [message({ type: 'output_text', text, annotations: [] })]),
    ...(reply.refusal === undefined ? [] : [message({ type: 'refusal', refusal: reply.refusal })]),
    ...(reply.toolCalls ?? []).map((call, index) => ({
      id: `fc_${turn}_${index}`,
      type: 'function_call',
      status: 'completed',
      call_id: call.id ?? `call_${turn}_${index}`,
      name: wireName(call.tool, request.toolNames),
      arguments: argumentsText(call),
    })),
  ];
}
