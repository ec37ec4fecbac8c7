import type {
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { FinishReason } from '../model/fact.ts';
import type { Message } from '../model/message.ts';
import { messageText, messageToolCalls } from '../model/message.ts';
import type { Usage } from '../model/usage.ts';
import type { ModelRequest, ModelStreamPart } from '../ports/language-model.ts';
import type { AnswerReader } from './answer-stream.ts';
import { NO_PARTS } from './answer-stream.ts';
import { ChatToolCalls } from './chat-tool-calls.ts';
import { createLeadingThought } from './leading-thought.ts';
import { toolResults, toolResultText } from './message-text.ts';
import { jsonSchemaFormat, outputInstruction } from './output-format.ts';
import { errorObjectFailure, ProviderFailure } from './provider-failure.ts';
import { reportedUsage } from './reported-usage.ts';
import { toolInputSchema } from './strict-schema.ts';
import type { ToolNames } from './tool-names.ts';
import { field, listField, textField } from './wire-value.ts';

const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
]);

/** What a Chat Completions body is made from. */
export interface ChatSettings {
  readonly model: string;
  readonly names: ToolNames;
  /** OpenAI's own models refuse `max_tokens`; many compatible servers know nothing else. */
  readonly limitKey: 'max_tokens' | 'max_completion_tokens';
}

/** A request as the body of Chat Completions, without `stream`. Pure. */
export function chatBody(
  request: ModelRequest,
  { model, names, limitKey }: ChatSettings,
): Omit<ChatCompletionCreateParams, 'stream'> {
  const format = request.output === undefined ? undefined : jsonSchemaFormat(request.output);
  const instruction: ChatCompletionMessageParam[] =
    request.output === undefined || format !== undefined
      ? []
      : [{ role: 'system', content: outputInstruction(request.output) }];
  const tools = request.tools.map(tool => ({
    type: 'function' as const,
    function: {
      name: names.toWire(tool.name),
      description: tool.description,
      parameters: { ...toolInputSchema(tool.inputSchema) },
    },
  }));
  return {
    model,
    messages: [...request.messages.flatMap(message => chatMessages(message, names)), ...instruction],
    [limitKey]: request.maxTokens,
    ...(tools.length > 0 && { tools }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(format !== undefined && {
      response_format: { type: 'json_schema', json_schema: { ...format, schema: { ...format.schema } } },
    }),
  };
}

function chatMessages(message: Message, names: ToolNames): ChatCompletionMessageParam[] {
  const text = messageText(message);
  switch (message.from) {
    case 'system':
      return [{ role: 'system', content: text }];
    case 'user':
      return [{ role: 'user', content: text }];
    case 'tool':
      return toolResults(message.parts).map(result => ({
        role: 'tool',
        tool_call_id: result.callId,
        content: toolResultText(result),
      }));
    case 'assistant': {
      const calls = messageToolCalls(message).map(call => ({
        id: call.id,
        type: 'function' as const,
        function: { name: names.toWire(call.tool), arguments: JSON.stringify(call.args) },
      }));
      if (calls.length === 0) return [{ role: 'assistant', content: text }];
      return [{ role: 'assistant', content: text === '' ? null : text, tool_calls: calls }];
    }
  }
}

/**
 * Reads an answer of Chat Completions, streamed or whole. `callIdPrefix` starts the ids of calls to which the server
 * gave none. What a model thinks in tags before its reply is no part of it, see `leading-thought.ts`.
 */
export function chatReader(names: ToolNames, callIdPrefix: string): AnswerReader {
  const calls = new ChatToolCalls(callIdPrefix);
  const thought = createLeadingThought();
  let finish: string | undefined;
  let refused = false;
  let usage: Usage | undefined;
  return {
    event(event) {
      const error = field(event, 'error');
      if (error !== undefined && error !== null) throw errorObjectFailure(error);
      usage = chatUsage(field(event, 'usage')) ?? usage;
      const choice = listField(event, 'choices')[0];
      if (choice === undefined) return NO_PARTS;
      finish = textField(choice, 'finish_reason') ?? finish;
      const delta = field(choice, 'delta') ?? field(choice, 'message');
      for (const call of listField(delta, 'tool_calls')) calls.add(call);
      const refusal = textField(delta, 'refusal') ?? '';
      refused ||= refusal !== '';
      const text = thought.push(contentText(field(delta, 'content'))) + refusal;
      return text === '' ? NO_PARTS : [{ type: 'text', text }];
    },
    end() {
      const called = calls.finished(names);
      const reason = refused ? 'content_filter' : finishReason(finish, called.length > 0);
      const rest = thought.end(reason === 'length');
      const parts: ModelStreamPart[] = rest === '' ? [] : [{ type: 'text', text: rest }];
      parts.push(...called.map((call): ModelStreamPart => ({ type: 'tool-call', call })));
      if (usage !== undefined) parts.push({ type: 'usage', usage });
      return [...parts, { type: 'finish', reason }];
    },
  };
}

/** Text by the book; a list of text parts from some compatible servers. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map(part => textField(part, 'text') ?? '').join('') : '';
}

function chatUsage(usage: unknown): Usage | undefined {
  const cached = field(field(usage, 'prompt_tokens_details'), 'cached_tokens');
  return reportedUsage(field(usage, 'prompt_tokens'), field(usage, 'completion_tokens'), cached);
}

/** Some servers say `stop` although they call tools, so calls decide between the two. */
function finishReason(said: string | undefined, hasCalls: boolean): FinishReason {
  if (said === undefined) {
    throw new ProviderFailure(
      'PROVIDER_PROTOCOL',
      'Expected a finish reason, but the answer ended without one',
    );
  }
  const reason = FINISH_REASONS.get(said);
  if (reason === undefined) {
    const known = [...FINISH_REASONS.keys()].join(', ');
    throw new ProviderFailure(
      'PROVIDER_PROTOCOL',
      `Expected one of the finish reasons ${known}, found "${said}"`,
    );
  }
  if (reason === 'stop' || reason === 'tool_calls') return hasCalls ? 'tool_calls' : 'stop';
  return reason;
}
