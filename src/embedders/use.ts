// Owns the thread in which the Universal Sentence Encoder runs: its 30 ms a text would stop everything else.
// 1. The thread is started by the first text and keeps the process alive only while texts are asked for.
// 2. Every question settles once: by its answer, or by the end of the thread. The next question starts another one.
import { Worker } from 'node:worker_threads';
import { CrewError } from '../model/crew-error.ts';
import type { Embedder } from '../ports/embedder.ts';
import { assertInstalled } from './assert-installed.ts';
import { normalise } from './normalise.ts';
import { untilAborted } from './until-aborted.ts';
import { USE_PACKAGES, type UseAnswer } from './use-messages.ts';

const ID = 'use-lite@0.2.0';
const DIMS = 512;
/** Of 13 questions about nothing of 15 notes the nearest note is at 0.39, of 16 about one of them half are above. */
const NEAR = 0.42;
/** Larger batches are no faster a text, and cannot be stopped in between. */
const TEXTS_A_QUESTION = 16;
/** More than a note has; the model takes seconds for a text of 30,000 characters. */
const LONGEST_TEXT = 8_000;
/** The compiler rewrites imports, but not this. */
const WORKER = import.meta.url.endsWith('.ts')
  ? new URL('./use-worker.ts', import.meta.url)
  : new URL('./use-worker.js', import.meta.url);

/**
 * Makes the embedder `use-lite@0.2.0`, 512 dimensions: sentence vectors on this machine, about 30 ms a text, up to 500 MB of memory.
 * Fails with EMBEDDER_UNAVAILABLE when its packages, which are optional, are not installed.
 */
export function createUseEmbedder(): Embedder {
  assertUseInstalled();
  const thread = createThread();
  return {
    id: ID,
    dims: DIMS,
    near: NEAR,
    async embed(texts, _kind, signal) {
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += TEXTS_A_QUESTION) {
        const some = texts
          .slice(from, from + TEXTS_A_QUESTION)
          .map(text => text.slice(0, LONGEST_TEXT).toWellFormed());
        vectors.push(...(await untilAborted(() => thread.ask(some), signal)));
      }
      return vectors;
    },
    close: thread.close,
  };
}

/** Fails with EMBEDDER_UNAVAILABLE when the packages of `use` are not installed. */
export function assertUseInstalled(): void {
  assertInstalled('use', USE_PACKAGES, `npm install ${USE_PACKAGES.join(' ')}`);
}

interface Waiting {
  readonly resolve: (vectors: readonly Float32Array[]) => void;
  readonly reject: (error: CrewError) => void;
  readonly count: number;
}

function createThread() {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let lastId = 0;
  const end = (of: Worker, reason: string): void => {
    if (worker === of) worker = undefined;
    const left = [...waiting.values()];
    waiting.clear();
    for (const { reject } of left) {
      reject(new CrewError('EMBEDDER_UNAVAILABLE', `\`${ID}\` failed: ${reason}`));
    }
  };
  const start = (): Worker => {
    const started = new Worker(WORKER, { argv: [], stdout: true, stderr: true });
    started.on('message', (answer: UseAnswer) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) started.unref();
      if ('vectors' in answer) settle(asked, answer.vectors);
      else asked?.reject(new CrewError('EMBEDDER_UNAVAILABLE', `\`${ID}\` failed: ${answer.failure}`));
    });
    started.on('error', error => end(started, String(error)));
    started.on('exit', () => end(started, 'its thread has ended'));
    return started;
  };
  const ask = (texts: readonly string[]): Promise<readonly Float32Array[]> => {
    worker ??= start();
    const to = worker;
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject, count: texts.length });
      to.ref();
      to.postMessage({ id, texts });
    });
  };
  const close = async (): Promise<void> => {
    await worker?.terminate();
  };
  return { ask, close };
}

function settle(asked: Waiting | undefined, vectors: readonly (readonly number[])[]): void {
  const isWhole = (vector: readonly number[]) => vector.length === DIMS && vector.every(Number.isFinite);
  if (vectors.length === asked?.count && vectors.every(isWhole)) {
    asked.resolve(vectors.map(vector => normalise(vector)));
    return;
  }
  asked?.reject(
    new CrewError(
      'EMBEDDER_UNAVAILABLE',
      `\`${ID}\`: expected ${asked.count} vectors of ${DIMS} finite numbers`,
    ),
  );
}
