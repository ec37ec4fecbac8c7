import type {
  EasyInputMessage,
  ResponseCreateParams,
  ResponseInputItem,
} from 'openai/resources/responses/responses';
import type { FinishReason } from '../model/fact.ts';
import type { Message } from '../model/message.ts';
import { messageText, messageToolCalls } from '../model/message.ts';
import type { ModelRequest, ModelStreamPart } from '../ports/language-model.ts';
import type { AnswerReader } from './answer-stream.ts';
import { NO_PARTS } from './answer-stream.ts';
import { toolResults, toolResultText } from './message-text.ts';
import { jsonSchemaFormat, outputInstruction } from './output-format.ts';
import { parsedToolCall } from './parsed-tool-call.ts';
import { errorObjectFailure, ProviderFailure } from './provider-failure.ts';
import { reportedUsage } from './reported-usage.ts';
import { toolInputSchema } from './strict-schema.ts';
import type { ToolNames } from './tool-names.ts';
import { field, isRecord, listField, textField } from './wire-value.ts';

/** A request as the body of the Responses interface, without `stream`. Nothing is stored at the provider. Pure. */
export function responsesBody(
  request: ModelRequest,
  model: string,
  names: ToolNames,
): Omit<ResponseCreateParams, 'stream'> {
  const format = request.output === undefined ? undefined : jsonSchemaFormat(request.output);
  const instruction: EasyInputMessage[] =
    request.output === undefined || format !== undefined
      ? []
      : [{ role: 'system', content: outputInstruction(request.output) }];
  const tools = request.tools.map(tool => ({
    type: 'function' as const,
    name: names.toWire(tool.name),
    description: tool.description,
    parameters: { ...toolInputSchema(tool.inputSchema) },
    // Unlike Chat Completions, this interface enforces strict schemas unless told otherwise.
    strict: false,
  }));
  return {
    model,
    input: [...request.messages.flatMap(message => inputItems(message, names)), ...instruction],
    max_output_tokens: request.maxTokens,
    store: false,
    ...(tools.length > 0 && { tools }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(format !== undefined && {
      text: { format: { type: 'json_schema', ...format, schema: { ...format.schema } } },
    }),
  };
}

function inputItems(message: Message, names: ToolNames): ResponseInputItem[] {
  if (message.from === 'tool') {
    return toolResults(message.parts).map(result => ({
      type: 'function_call_output',
      call_id: result.callId,
      output: toolResultText(result),
    }));
  }
  const text = messageText(message);
  const spoken: ResponseInputItem[] = text === '' ? [] : [{ role: message.from, content: text }];
  const calls = messageToolCalls(message).map(call => ({
    type: 'function_call' as const,
    call_id: call.id,
    name: names.toWire(call.tool),
    arguments: JSON.stringify(call.args),
  }));
  return [...spoken, ...calls];
}

/**
 * Reads an answer of the Responses interface, streamed or whole. `callIdPrefix` starts the ids of calls to which the
 * server gave none.
 */
export function responsesReader(names: ToolNames, callIdPrefix: string): AnswerReader {
  const state: ReaderState = {
    callIdPrefix,
    response: undefined,
    items: 0,
    spokenSinceItem: false,
    called: false,
    refused: false,
  };
  return {
    event(event) {
      if (!isRecord(event)) return NO_PARTS;
      if (event.type === undefined) return responseParts(event, state, names);
      return eventParts(event, state, names);
    },
    end: () => endParts(state),
  };
}

interface ReaderState {
  readonly callIdPrefix: string;
  /** The response with its final status, once it came. */
  response: unknown;
  items: number;
  spokenSinceItem: boolean;
  called: boolean;
  refused: boolean;
}

function eventParts(event: object, state: ReaderState, names: ToolNames): readonly ModelStreamPart[] {
  switch (textField(event, 'type')) {
    case 'response.output_text.delta':
      return spoken(textField(event, 'delta'), state);
    case 'response.refusal.delta':
      state.refused = true;
      return spoken(textField(event, 'delta'), state);
    case 'response.output_item.done':
      return itemParts(field(event, 'item'), state, names);
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      return responseParts(field(event, 'response'), state, names);
    case 'error':
      throw errorObjectFailure(field(event, 'error') ?? event);
    default:
      return NO_PARTS;
  }
}

function spoken(text: string | undefined, state: ReaderState): readonly ModelStreamPart[] {
  if (text === undefined || text === '') return NO_PARTS;
  state.spokenSinceItem = true;
  return [{ type: 'text', text }];
}

/** The final response; its items count only when the stream did not bring them before. */
function responseParts(response: unknown, state: ReaderState, names: ToolNames): readonly ModelStreamPart[] {
  const error = field(response, 'error');
  if (error !== undefined && error !== null) throw errorObjectFailure(error);
  state.response = response;
  if (state.items > 0 || state.spokenSinceItem) return NO_PARTS;
  return listField(response, 'output').flatMap(item => itemParts(item, state, names));
}

function itemParts(item: unknown, state: ReaderState, names: ToolNames): readonly ModelStreamPart[] {
  state.items += 1;
  const alreadySpoken = state.spokenSinceItem;
  state.spokenSinceItem = false;
  switch (textField(item, 'type')) {
    case 'function_call': {
      state.called = true;
      const tool = names.fromWire(textField(item, 'name') ?? '');
      const id = textField(item, 'call_id') ?? `${state.callIdPrefix}_${state.items}`;
      const call = parsedToolCall({ id, tool, argumentsText: textField(item, 'arguments') ?? '' });
      return [{ type: 'tool-call', call }];
    }
    case 'message': {
      const content = listField(item, 'content');
      state.refused ||= content.some(part => textField(part, 'type') === 'refusal');
      const text = content.map(part => textField(part, 'text') ?? textField(part, 'refusal') ?? '').join('');
      return alreadySpoken || text === '' ? NO_PARTS : [{ type: 'text', text }];
    }
    default:
      return NO_PARTS;
  }
}

function endParts(state: ReaderState): readonly ModelStreamPart[] {
  const { response } = state;
  const reason = finishReason(state);
  const usage = field(response, 'usage');
  const cached = field(field(usage, 'input_tokens_details'), 'cached_tokens');
  const reported = reportedUsage(field(usage, 'input_tokens'), field(usage, 'output_tokens'), cached);
  const finish: ModelStreamPart = { type: 'finish', reason };
  return reported === undefined ? [finish] : [{ type: 'usage', usage: reported }, finish];
}

function finishReason({ response, refused, called }: ReaderState): FinishReason {
  const status = textField(response, 'status');
  const incomplete = textField(field(response, 'incomplete_details'), 'reason');
  if (refused || incomplete === 'content_filter') return 'content_filter';
  if (incomplete === 'max_output_tokens') return 'length';
  if (status === 'completed') return called ? 'tool_calls' : 'stop';
  const found =
    response === undefined ? 'the answer ended without one' : `found status "${status}" ${incomplete ?? ''}`;
  throw new ProviderFailure('PROVIDER_PROTOCOL', `Expected a completed response, but ${found}`);
}
