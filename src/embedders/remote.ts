import { setTimeout as sleep } from 'node:timers/promises';
import { CrewError, ERROR_CODES } from '../model/crew-error.ts';
import type { JsonValue } from '../model/json.ts';
import type { Embedder } from '../ports/embedder.ts';
import { normalise } from './normalise.ts';
import { readableText } from './readable-text.ts';
import { withinTime } from './within-time.ts';

/** One server that makes vectors: what it is called, and how it is asked for the vectors of some texts, in their order. */
export interface RemoteModel {
  readonly id: string;
  readonly dims: number;
  /** A question of somebody who waits for it takes so long at most, with all tries. */
  readonly patienceMs: number;
  readonly ask: (
    texts: readonly string[],
    kind: 'note' | 'query',
    signal: AbortSignal | undefined,
  ) => Promise<readonly JsonValue[]>;
}

/** How long somebody waits, where nothing else is said. */
export const PATIENCE_MS = 8_000;
const TEXTS_A_QUESTION = 64;
const TRIES = 4;
const FIRST_WAIT_MS = 500;
/** A model that finds less than this too long means something else. */
const SHORTEST_TEXT = 100;

/** An embedder behind HTTP: asks in batches of 64, again after what passes, and takes nothing but vectors of `dims` numbers. Of a text that is too long for the model, its beginning is read. */
export function createRemoteEmbedder(model: RemoteModel): Embedder {
  const { id, dims, patienceMs } = model;
  return {
    id,
    dims,
    async embed(texts, kind, signal) {
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += TEXTS_A_QUESTION) {
        const some = texts.slice(from, from + TEXTS_A_QUESTION).map(readableText);
        const ask = (until: AbortSignal | undefined) =>
          askFitting(async texts => {
            const answer = await askAgain(() => model.ask(texts, kind, until), until);
            if (answer.length !== texts.length) throw unfit(id, `${texts.length} vectors`, answer.length);
            return answer;
          }, some);
        // Many notes take their time on a small machine; a question is one short text.
        const answer = await (kind === 'note'
          ? ask(signal)
          : withinTime({ what: id, limitMs: patienceMs, signal }, ask));
        vectors.push(...answer.map(vector => readVector(id, vector, dims)));
      }
      return vectors;
    },
  };
}

/** How many numbers the vectors of a model have, by asking for one. Fails with PROVIDER_*. */
export async function probeDims({ id, patienceMs, ask }: Omit<RemoteModel, 'dims'>): Promise<number> {
  const [vector] = await withinTime({ what: id, limitMs: patienceMs }, signal =>
    askAgain(() => ask(['dimensions'], 'note', signal), signal),
  );
  if (!Array.isArray(vector) || vector.length === 0) throw unfit(id, 'a list of numbers', vector);
  return vector.length;
}

/**
 * Asks, and where a text or all together are too long for the model, asks for fewer at once, and of one that is too long alone for its
 * first half; so one long text keeps no other one from its vector.
 */
async function askFitting(
  ask: (texts: readonly string[]) => Promise<readonly JsonValue[]>,
  texts: readonly string[],
): Promise<readonly JsonValue[]> {
  try {
    return await ask(texts);
  } catch (error) {
    if (!(error instanceof CrewError && error.code === 'CONTEXT_OVERFLOW')) throw error;
    const [first = ''] = texts;
    const half = Math.ceil((texts.length > 1 ? texts : first).length / 2);
    if (texts.length > 1) {
      return [
        ...(await askFitting(ask, texts.slice(0, half))),
        ...(await askFitting(ask, texts.slice(half))),
      ];
    }
    if (half < SHORTEST_TEXT) throw error;
    return askFitting(ask, [first.slice(0, half).toWellFormed()]);
  }
}

async function askAgain<Answer>(
  ask: () => Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (error) {
      signal?.throwIfAborted();
      const passes = error instanceof CrewError && ERROR_CODES[error.code].retryable;
      if (!passes || tried >= TRIES) throw error;
      const waitMs = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (tried - 1);
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function readVector(id: string, vector: JsonValue, dims: number): Float32Array {
  const numbers = Array.isArray(vector) ? (vector as readonly JsonValue[]) : [];
  if (numbers.length !== dims || !numbers.every(value => Number.isFinite(value))) {
    throw unfit(id, `a vector of ${dims} numbers`, Array.isArray(vector) ? `${numbers.length}` : vector);
  }
  return normalise(numbers as readonly number[]);
}

function unfit(id: string, expected: string, found: unknown): CrewError {
  const shown = JSON.stringify(found)?.slice(0, 80);
  return new CrewError('PROVIDER_PROTOCOL', `\`${id}\`: expected ${expected}, found ${shown}`);
}
