import type { CodedFailure } from '../model/crew-error.ts';
import type { ModelStreamPart } from '../ports/language-model.ts';
import { failureOf, ProviderFailure, presentable } from './provider-failure.ts';
import { isRecord } from './wire-value.ts';

/**
 * Turns one answer in a wire format into our parts. `event` takes one event of a stream, or the whole body of an
 * answer that is not streamed; `end` gives what is known only at the end, the finish last. Both throw a
 * `ProviderFailure` when the answer is an error or breaks the format. Holds state; one per answer; no world.
 */
export interface AnswerReader {
  event(event: unknown): readonly ModelStreamPart[];
  end(): readonly ModelStreamPart[];
}

/** One exchange: how to start it, what reads it, and what must not be told. */
export interface Exchange {
  readonly reader: AnswerReader;
  /** Sends the request; resolves to a stream of events or to a whole body. */
  readonly send: () => Promise<unknown>;
  readonly signal: AbortSignal;
  readonly apiKey: string;
}

/** For events that add nothing; spares an allocation for each. */
export const NO_PARTS: readonly ModelStreamPart[] = [];

/**
 * Runs an exchange as the port demands: never throws, ends with exactly one `finish` or `failure`, and an aborted
 * signal always ends in RUN_INTERRUPTED, although the SDKs end an aborted stream as if it were complete.
 */
export async function* answerStream(exchange: Exchange): AsyncGenerator<ModelStreamPart, void, undefined> {
  const { reader, signal, apiKey } = exchange;
  try {
    signal.throwIfAborted();
    for await (const event of eventsOf(await exchange.send())) {
      for (const part of reader.event(event)) yield part;
    }
    signal.throwIfAborted();
    for (const part of reader.end()) yield part;
  } catch (error) {
    yield { type: 'failure', failure: signal.aborted ? INTERRUPTED : presentable(failureOf(error), apiKey) };
  }
}

const INTERRUPTED: CodedFailure = {
  code: 'RUN_INTERRUPTED',
  message: 'The model call was interrupted before its answer was complete',
};

function eventsOf(answer: unknown): AsyncIterable<unknown> | Iterable<unknown> {
  if (isAsyncIterable(answer)) return answer;
  if (isRecord(answer)) return [answer];
  throw notAnObject(answer);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function notAnObject(body: unknown): ProviderFailure {
  const found = body === undefined || body === '' ? 'nothing' : JSON.stringify(body).slice(0, 80);
  return new ProviderFailure('PROVIDER_PROTOCOL', `Expected a JSON object as answer, found ${found}`);
}
