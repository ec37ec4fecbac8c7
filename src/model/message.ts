import type { JsonObject, JsonValue } from './json.ts';

/** A model's wish to call a tool; `id` is the provider's own, unique within one conversation. */
export interface ToolCall {
  readonly id: string;
  readonly tool: string;
  readonly args: JsonObject;
  /** The raw text when the arguments were not a JSON object; the turn answers with an error instead of calling. */
  readonly malformed?: string;
}

/** What one message carries, in order. */
export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | {
      readonly type: 'tool-result';
      readonly callId: string;
      readonly tool: string;
      readonly value: JsonValue;
      readonly isError: boolean;
    };

/** One message of a conversation. `tool` messages carry only tool results, `assistant` ones text and tool calls. */
export interface Message {
  readonly from: 'system' | 'user' | 'assistant' | 'tool';
  readonly parts: readonly MessagePart[];
}

/** A message of plain text. Pure. */
export function textMessage(from: 'system' | 'user' | 'assistant', text: string): Message {
  return { from, parts: [{ type: 'text', text }] };
}

/** All text of a message, joined without separators. Pure. */
export function messageText(message: Message): string {
  return message.parts.map(part => (part.type === 'text' ? part.text : '')).join('');
}

/** The tool calls of a message, in order. Pure. */
export function messageToolCalls(message: Message): readonly ToolCall[] {
  return message.parts.flatMap(part => (part.type === 'tool-call' ? [part.call] : []));
}
