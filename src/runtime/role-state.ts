import type { RoleWork } from '../model/crew.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Message, ToolCall } from '../model/message.ts';
import type { ToolSpec } from '../model/tool-spec.ts';

/** One tool call of the current turn; `result` is there once it is answered. */
export interface TurnCall {
  readonly call: ToolCall;
  readonly key: string;
  readonly result?: { readonly value: JsonValue; readonly isError: boolean };
}

/** Where a role stands in its turn loop. */
export interface RoleState {
  readonly work: RoleWork;
  readonly model: string;
  readonly tools: readonly ToolSpec[];
  /** The inputs and artifacts that the task reads; they cannot change while the role works. */
  readonly values: JsonObject;
  readonly messages: readonly Message[];
  /** Model calls of this attempt so far, counted from 1; a try again after a provider's failure is the same turn. */
  readonly turn: number;
  /** How often the current call was sent. */
  readonly tries: number;
  /** How often it may still be sent before the provider's failure stands; a resume gives new ones. */
  readonly triesLeft: number;
  /** Failed calls of this attempt that were sent again. */
  readonly failures: number;
  readonly repairs: number;
  readonly calls: readonly TurnCall[];
}
