import type { CodedFailure } from '../../src/model/crew-error.ts';
import type { FinishReason } from '../../src/model/fact.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { ToolCall } from '../../src/model/message.ts';
import type { Usage } from '../../src/model/usage.ts';
import type { LanguageModel, ModelRequest, ModelStreamPart } from '../../src/ports/language-model.ts';
import type { World } from '../../src/ports/world.ts';

/** One answer of a programmable model; text and calls may both be there. */
export interface Reply {
  readonly text?: string;
  /** Sent as JSON text. */
  readonly json?: JsonValue;
  readonly calls?: readonly (Partial<ToolCall> & { readonly tool: string })[];
  readonly finish?: FinishReason;
  readonly failure?: CodedFailure;
  /** `null` sends none. */
  readonly usage?: Usage | null;
  readonly afterMs?: number;
}

/** Says what to answer; `nth` counts all requests of the run from 1. */
export type Replies = (request: ModelRequest, nth: number) => Reply;

const SOME_USAGE: Usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0 };

/** A language model that answers as it is told, after virtual milliseconds. */
export function createFakeModel(world: World, replies: Replies, id = 'fake:model'): LanguageModel {
  let nth = 0;
  const generate = async function* (
    request: ModelRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ModelStreamPart, void, undefined> {
    nth += 1;
    const reply = replies(request, nth);
    await world.sleep(reply.afterMs ?? 1, signal);
    if (signal.aborted) {
      return yield { type: 'failure', failure: { code: 'RUN_INTERRUPTED', message: 'aborted' } };
    }
    yield* partsOf(reply, request.origin.turn);
  };
  return { id, defaultMaxTokens: 100, isLanguageModel: true, generate };
}

function* partsOf(reply: Reply, turn: number): Generator<ModelStreamPart, void, undefined> {
  const text = reply.json === undefined ? (reply.text ?? '') : JSON.stringify(reply.json);
  if (text !== '') yield { type: 'text', text };
  for (const [index, call] of (reply.calls ?? []).entries()) {
    const args: JsonObject = {};
    yield { type: 'tool-call', call: { id: `call_${turn}_${index + 1}`, args, ...call } };
  }
  if (reply.usage !== null) yield { type: 'usage', usage: reply.usage ?? SOME_USAGE };
  if (reply.failure !== undefined) return yield { type: 'failure', failure: reply.failure };
  yield { type: 'finish', reason: reply.finish ?? (reply.calls === undefined ? 'stop' : 'tool_calls') };
}
