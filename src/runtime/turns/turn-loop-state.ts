import type { CodedFailure } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../../model/json.ts';
import type { Message, ToolCall } from '../../model/message.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';

/** What a model is to deliver in one loop of turns, and as whom it speaks. */
export interface TurnTask {
  /** The name of the artifact, as the model is told. */
  readonly name: string;
  /** A role, or the name of a model that is asked without one. */
  readonly role: string;
  readonly output?: JsonSchema;
  /** Model calls with tools before it must have delivered. */
  readonly maxTurns: number;
  /** The task in its own words, where lessons follow it in the message that gives it. */
  readonly words?: string;
}

/**
 * A tool that acts on the work itself, such as a hand-off; no tool of the world is called. One that `ends` delivers
 * what was said with it; the others are answered by the owner of the loop.
 */
export interface Control {
  readonly spec: ToolSpec;
  readonly ends: boolean;
}

/** One tool call of the current turn; `result` is there once it is answered. */
export interface TurnCall {
  readonly call: ToolCall;
  readonly key: string;
  readonly result?: { readonly value: JsonValue; readonly isError: boolean };
}

/** Where a model stands in its turn loop. `key` starts the keys of all its effects. */
export interface TurnLoop {
  readonly task: TurnTask;
  readonly key: string;
  /** The key of its model in the run; one of its fallbacks once the models before it have failed. */
  readonly model: string;
  /** The key of the model that was asked first since the loop began or was resumed; who comes back to it has failed. */
  readonly askedFirst: string;
  readonly tools: readonly ToolSpec[];
  readonly controls: readonly Control[];
  /** The inputs and artifacts that the task reads; they cannot change while it works. */
  readonly values: JsonObject;
  readonly messages: readonly Message[];
  /** Model calls so far, counted from 1; a try again after a provider's failure is the same turn. */
  readonly turn: number;
  /** How often the current call was sent. */
  readonly tries: number;
  /** How often it may still be sent before the provider's failure stands; a resume gives new ones. */
  readonly triesLeft: number;
  /** Failed calls that were sent again. */
  readonly failures: number;
  readonly repairs: number;
  readonly calls: readonly TurnCall[];
  /** The role with a budget of its own that pays for its calls. */
  readonly paidBy?: string;
  /** It was told that it repeats itself. */
  readonly warned: boolean;
  /** The message that gives the task, where other things are told before it. */
  readonly asked?: Message;
  /** The message that stands for older ones; absent while all are there. */
  readonly summary?: Message;
  /** What is being summed up; the next call waits for it. */
  readonly summarising?: Summarising;
  /** What a server has found too long, in its tokens as far as is known: room is made for less. */
  readonly refused?: { readonly model: string; readonly tokens: number };
  /** Its last request was too long and is asked again; once more and the failure stands. Absent once it is answered. */
  readonly overflowed?: true;
  /** How many tokens its provider counts for one of ours; absent until that is known and matters. */
  readonly tokenRatio?: number;
  /** What its last answer that was cut off said; absent while none was. */
  readonly cutAt?: string;
  /** Where words of strangers come from that it has read since it began; absent while it has read none. */
  readonly untrusted?: string;
}

/** Older messages that are to make room for a summary: their places in the conversation, and the call that was sent. */
export interface Summarising {
  readonly key: string;
  readonly evict: readonly number[];
  /** The most that the summary may take, in tokens of ours. */
  readonly maxTokens: number;
}

/** How a loop came out: with its artifact, which may be a text that was cut off, or its failure, or because a control ended it. */
export type TurnOutcome =
  | {
      readonly type: 'delivered';
      readonly artifact: JsonValue;
      readonly text: string;
      readonly cutOff?: true;
    }
  | { readonly type: 'ended'; readonly call: ToolCall; readonly text: string }
  | { readonly type: 'failed'; readonly failure: CodedFailure };

/**
 * What a loop answers its owner: its next state, its wishes, its outcome once it has one, and the controls that the
 * owner is to answer with `answerControl`.
 */
export interface TurnStep {
  readonly loop: TurnLoop;
  readonly effects: readonly Effect[];
  readonly outcome?: TurnOutcome;
  readonly asked?: readonly TurnCall[];
}
