import type { CodedFailure } from '../model/crew-error.ts';
import type { ModelStreamPart } from '../ports/language-model.ts';
import type { HttpAnswer } from './http-exchange.ts';
import { failureOf, ProviderFailure, presentable } from './provider-failure.ts';
import { createSseEvents } from './sse-events.ts';
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
  /** Sends the request; resolves when the answer begins. */
  readonly send: () => Promise<HttpAnswer>;
  /** Whether a stream of events was asked for; some servers answer with a whole body all the same. */
  readonly streamed: boolean;
  readonly signal: AbortSignal;
  readonly apiKey: string;
}

/** For events that add nothing; spares an allocation for each. */
export const NO_PARTS: readonly ModelStreamPart[] = [];

/**
 * Runs an exchange as the port demands: never throws, ends with exactly one `finish` or `failure`, and an aborted
 * signal always ends in RUN_INTERRUPTED. Text that arrived together is one part.
 */
export async function* answerStream(exchange: Exchange): AsyncGenerator<ModelStreamPart, void, undefined> {
  const { reader, signal, apiKey } = exchange;
  try {
    signal.throwIfAborted();
    for await (const events of eventsOf(await exchange.send(), exchange.streamed)) {
      yield* partsOf(reader, events);
    }
    signal.throwIfAborted();
    yield* reader.end();
  } catch (error) {
    yield { type: 'failure', failure: signal.aborted ? INTERRUPTED : presentable(failureOf(error), apiKey) };
  }
}

const INTERRUPTED: CodedFailure = {
  code: 'RUN_INTERRUPTED',
  message: 'The model call was interrupted before its answer was complete',
};

/** The JSON texts of an answer's events, as many at once as arrived together; a whole body is one event. */
async function* eventsOf(
  { mediaType, pieces }: HttpAnswer,
  streamed: boolean,
): AsyncGenerator<readonly string[], void> {
  if (!streamed || mediaType === 'application/json') {
    yield [await textOf(pieces)];
    return;
  }
  const events = createSseEvents();
  for await (const piece of pieces) yield events.push(piece);
}

/** Neighbouring text is one part, so that whoever listens has less to do for each token; none of it is lost to an error. */
function* partsOf(reader: AnswerReader, events: readonly string[]): Generator<ModelStreamPart, void> {
  let text = '';
  try {
    for (const event of events) {
      for (const part of reader.event(parsed(event))) {
        if (part.type === 'text') {
          text += part.text;
          continue;
        }
        if (text !== '') yield { type: 'text', text };
        text = '';
        yield part;
      }
    }
  } catch (error) {
    if (text !== '') yield { type: 'text', text };
    throw error;
  }
  if (text !== '') yield { type: 'text', text };
}

async function textOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  for await (const piece of pieces) read.push(piece);
  return Buffer.concat(read).toString('utf8');
}

function parsed(text: string): unknown {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    // Not JSON is reported below like any other value that is no object.
  }
  if (isRecord(event)) return event;
  const found = text.trim() === '' ? 'nothing' : text.slice(0, 80);
  throw new ProviderFailure('PROVIDER_PROTOCOL', `Expected a JSON object as answer, found ${found}`);
}
