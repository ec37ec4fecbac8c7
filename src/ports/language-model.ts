import type { CodedFailure } from '../model/crew-error.ts';
import type { OutputRequest, RequestOrigin } from '../model/effect.ts';
import type { FinishReason, ResponderRules } from '../model/fact.ts';
import type { Message, ToolCall } from '../model/message.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import type { Usage } from '../model/usage.ts';

/** One question to a model. `idempotencyKey` is the same at every repetition of the same call. */
export interface ModelRequest {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  readonly output?: OutputRequest;
  readonly temperature?: number;
  readonly maxTokens: number;
  readonly idempotencyKey: string;
  readonly origin: RequestOrigin;
}

/** A piece of an answer, in the order in which it arrives. A stream ends with exactly one `finish` or `failure`. */
export type ModelStreamPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly reason: FinishReason }
  | { readonly type: 'failure'; readonly failure: CodedFailure };

/**
 * A language model behind any wire format. `generate` never throws and never rejects: failures travel in the stream
 * as a coded part. Aborting the signal ends the stream with a failure and closes the connection.
 * @see ../../test/contracts/language-model.ts for what every implementation must hold
 */
export interface LanguageModel {
  /** `provider:name`, as shown to people. */
  readonly id: string;
  /** Upper limit of output tokens when the crew file names none. */
  readonly defaultMaxTokens: number;
  /** False when the responses are not made by a language model; said wherever it speaks. */
  readonly isLanguageModel: boolean;
  /** For a rule-driven model that keeps to bounds of its own; a plan counts with them. */
  readonly rules?: ResponderRules;
  /**
   * For a model whose answers depend on those that it gave before: told, when a run goes on in a new process, of each call
   * that was over in its journal, answered, failed or given up, in order.
   */
  recall?(origin: RequestOrigin, messages?: readonly Message[]): void;
  generate(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelStreamPart>;
}
