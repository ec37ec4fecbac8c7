// The process in which llama.cpp runs a model: what native code does to a process that it does not like, it does to this one.
// 1. One text at a time; texts of somebody who waits go before notes.
// 2. Nothing is downloaded, built or printed.
// 3. It ends with the process that started it.
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LlamaAnswer, LlamaQuestion } from './llama-messages.ts';

/** More than a note has; long contexts take memory. */
const MOST_TOKENS = 2048;
/** The tokens that a model puts around a text, and one that the package wants to be left. */
const OTHER_TOKENS = 3;
/** Threads of llama.cpp wait for each other at full speed: where others work too, two can be a hundred times slower than one. */
const THREADS = Math.min(4, Math.max(1, Math.floor(availableParallelism() / 4)));

/** What llama.cpp says of a failure comes a little after it. */
const COMPLAINING_MS = 200;

type Asked = Exclude<LlamaQuestion, { readonly drop: number }>;

let waiting: readonly Asked[] = [];
const complaints: string[] = [];

async function openModel(modelPath: string) {
  const { getLlama } = await import('node-llama-cpp');
  const llama = await getLlama({
    // Macs with chips of Apple have no other build; elsewhere one machine has a graphics card and the next has none.
    gpu: process.platform === 'darwin' && process.arch === 'arm64' ? 'auto' : false,
    ...{ build: 'never', skipDownload: true, progressLogs: false, maxThreads: THREADS },
    logLevel: 'error',
    logger: (_level, message) => complaints.push(message.trim()),
  });
  const model = await llama.loadModel({ modelPath });
  const tokens = Math.min(model.trainContextSize, MOST_TOKENS);
  // Models that read in both directions must be given all of a text at once.
  const sizes = { contextSize: tokens, batchSize: tokens, threads: THREADS };
  const context = await model.createEmbeddingContext(sizes);
  const vectorOf = async (text: string): Promise<Float32Array | undefined> => {
    const said = model.tokenize(text, false).slice(0, tokens - OTHER_TOKENS);
    return said.length === 0 ? undefined : Float32Array.from((await context.getEmbeddingFor(said)).vector);
  };
  const dims = (await vectorOf('dimensions'))?.length ?? 0;
  if (dims === 0) throw new Error('the model makes no vectors');
  return { dims, vectorOf: async (text: string) => (await vectorOf(text)) ?? new Float32Array(dims) };
}

type OpenModel = Awaited<ReturnType<typeof openModel>>;

function say(answer: LlamaAnswer): void {
  if (process.connected) process.send?.(answer);
}

/** Answers all who wait, or only those who stand before notes. */
async function answerAll(model: OpenModel, only?: 'query'): Promise<void> {
  for (;;) {
    const next = waiting.find(({ kind }) => kind === 'query') ?? (only ? undefined : waiting[0]);
    if (next === undefined) return;
    await answer(next, model);
    waiting = waiting.filter(({ id }) => id !== next.id);
  }
}

async function answer({ id, kind, texts }: Asked, model: OpenModel): Promise<void> {
  const vectors: Float32Array[] = [];
  try {
    for (const text of texts) {
      if (!waiting.some(asked => asked.id === id)) return;
      vectors.push(await model.vectorOf(text));
      if (kind === 'query') continue;
      // Who asked meanwhile is heard.
      await new Promise(resolve => setImmediate(resolve));
      await answerAll(model, 'query');
    }
    say({ id, vectors });
  } catch (error) {
    say({ id, failure: wordsOf(error) });
  }
}

function wordsOf(error: unknown): string {
  const own = error instanceof Error ? error.message : String(error);
  if (own === 'NoBinaryFoundError') {
    return `node-llama-cpp has no program for this machine (${process.platform} ${process.arch}); its optional packages have it`;
  }
  return [own, ...complaints.splice(0).slice(-3)].join('; ');
}

let busy = false;

async function work(opening: Promise<OpenModel>): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    await answerAll(await opening);
  } finally {
    busy = false;
  }
}

// A person's Ctrl-C is for the process that they see; this one ends with it.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));

const opening = openModel(process.argv[2] ?? '');
opening.then(
  ({ dims }) => say({ opened: true, dims }),
  async error => {
    await sleep(COMPLAINING_MS);
    say({ unopened: wordsOf(error) });
  },
);
process.on('message', (question: LlamaQuestion) => {
  if ('drop' in question) {
    waiting = waiting.filter(({ id }) => id !== question.drop);
    return;
  }
  waiting = [...waiting, question];
  // Whoever waits for a model that did not open is told so already.
  work(opening).catch(() => undefined);
});
