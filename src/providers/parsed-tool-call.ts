import type { JsonObject } from '../model/json.ts';
import type { ToolCall } from '../model/message.ts';
import { isRecord } from './wire-value.ts';

/** A tool call as it came over the wire, its arguments still text. */
export interface WireToolCall {
  readonly id: string;
  readonly tool: string;
  readonly argumentsText: string;
}

/**
 * A tool call with its arguments as a JSON object. Models send an empty text for a tool without arguments, which is
 * `{}`; anything else that is not a JSON object becomes `args: {}` with the raw text in `malformed`. Pure.
 */
export function parsedToolCall({ id, tool, argumentsText }: WireToolCall): ToolCall {
  if (argumentsText.trim() === '') return { id, tool, args: {} };
  const args = parseObject(argumentsText);
  return args === undefined ? { id, tool, args: {}, malformed: argumentsText } : { id, tool, args };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
