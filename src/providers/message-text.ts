import type { JsonValue } from '../model/json.ts';
import type { MessagePart } from '../model/message.ts';

type ToolResult = Extract<MessagePart, { readonly type: 'tool-result' }>;

/** A tool's value as a model reads it: text as it is, anything else as JSON. Pure. */
export function toolValueText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The tool results of a message, in order. Pure. */
export function toolResults(parts: readonly MessagePart[]): readonly ToolResult[] {
  return parts.filter(part => part.type === 'tool-result');
}

/** The text of a tool result for formats that have no sign for an error of their own. Pure. */
export function toolResultText(result: ToolResult): string {
  const text = toolValueText(result.value);
  return result.isError ? `Error: ${text}` : text;
}
