// Owns the process in which llama.cpp runs.
// 1. It is started by the first text and keeps this process alive only while texts are asked for.
// 2. Every question settles once: by its answer, by its signal, or by the end of the process. The next one starts another.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CrewError } from '../model/crew-error.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { StoreEmbedder } from '../ports/memory-store.ts';
import { assertInstalled } from './assert-installed.ts';
import type { EmbedderDoors } from './doors.ts';
import { assertUnchanged, type LlamaFile, readLlamaFile } from './llama-file.ts';
import type { LlamaAnswer, LlamaQuestion } from './llama-messages.ts';
import { prefixOf } from './model-prefixes.ts';
import { normalise } from './normalise.ts';
import { readableText } from './readable-text.ts';
import { untilAborted } from './until-aborted.ts';
import { withinTime } from './within-time.ts';

const PACKAGE = 'node-llama-cpp';
const TEXTS_A_QUESTION = 16;
/** How long a question of somebody who waits may take once the model is open, where nothing else is said. */
const PATIENCE_MS = 30_000;
/** How long a model may take to be read from a slow disk. */
const OPENING_MS = 180_000;
/** The compiler rewrites imports, but not this. */
const PROGRAM = import.meta.url.endsWith('.ts')
  ? new URL('./llama-process.ts', import.meta.url)
  : new URL('./llama-process.js', import.meta.url);
/** All that the process sees of the environment. */
const VARIABLES = (
  process.platform === 'win32'
    ? 'APPDATA LOCALAPPDATA PATH SYSTEMDRIVE SYSTEMROOT TEMP USERPROFILE WINDIR'
    : 'HOME LD_LIBRARY_PATH PATH TMPDIR'
).split(' ');

/**
 * Makes the embedder of a GGUF file, `llama:<name>@<hash of its content>`, by llama.cpp in a process of its own, on this machine
 * alone. What a text has beyond the model's context, 2,048 tokens at most, is not read. The model is opened at once, unless
 * `held` has its dimensions. Fails with EMBEDDER_UNAVAILABLE when the package, which is optional, is not installed, and when
 * the file is no embedding model or cannot be run.
 */
export async function createLlamaEmbedder(
  path: string,
  { patienceMs = PATIENCE_MS }: Pick<EmbedderDoors, 'patienceMs'>,
  held?: StoreEmbedder,
): Promise<Embedder> {
  const file = await readLlamaFile(path);
  assertLlamaInstalled();
  const { id } = file;
  const runner = createRunner(file);
  const dims = held?.id === id ? held.dims : await openNow(runner);
  return {
    id,
    dims,
    async embed(texts, kind, signal) {
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += TEXTS_A_QUESTION) {
        signal?.throwIfAborted();
        const some = texts
          .slice(from, from + TEXTS_A_QUESTION)
          .map(text => prefixOf(file.name, kind) + readableText(text));
        await runner.open(signal);
        const ask = (until: AbortSignal | undefined) => runner.ask(some, kind, until);
        const answer = await (kind === 'note'
          ? ask(signal)
          : withinTime({ what: id, limitMs: patienceMs, signal }, ask));
        vectors.push(...readVectors(id, answer, { count: some.length, dims }));
      }
      return vectors;
    },
    close: runner.close,
  };
}

async function openNow(runner: ReturnType<typeof createRunner>): Promise<number> {
  try {
    return await runner.open(undefined);
  } catch (error) {
    await runner.close();
    throw error;
  }
}

/** Fails with EMBEDDER_UNAVAILABLE when the package of `llama:` is not installed. */
export function assertLlamaInstalled(): void {
  assertInstalled('llama:', [PACKAGE], `npm install --ignore-scripts ${PACKAGE}@3`);
}

function readVectors(
  id: string,
  vectors: readonly Float32Array[],
  { count, dims }: { readonly count: number; readonly dims: number },
): readonly Float32Array[] {
  const isWhole = (vector: Float32Array) => vector.length === dims && vector.every(Number.isFinite);
  if (vectors.length === count && vectors.every(isWhole)) return vectors.map(normalise);
  throw new CrewError(
    'EMBEDDER_UNAVAILABLE',
    `\`${id}\`: expected ${count} vectors of ${dims} finite numbers`,
  );
}

interface Waiting {
  readonly resolve: (vectors: readonly Float32Array[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A process that was started, its model, and who waits for what. */
interface Running {
  readonly child: ChildProcess;
  readonly opened: Promise<number>;
  readonly waiting: Map<number, Waiting>;
  /** How many wait for anything of it; only then it keeps this process alive. */
  users: number;
}

function createRunner(file: LlamaFile) {
  let running: Running | undefined;
  let lastId = 0;
  const current = (): Running => {
    running ??= start(file, ended => {
      if (running === ended) running = undefined;
    });
    return running;
  };
  return {
    /** The dimensions of the model, once it is open. */
    open: (signal: AbortSignal | undefined): Promise<number> => {
      const used = current();
      const limits = { what: file.id, limitMs: OPENING_MS, signal };
      const opening = withinTime(limits, until => untilAborted(() => used.opened, until));
      return whileUsed(used, opening).catch(error => {
        if (error instanceof CrewError && error.code === 'PROVIDER_TIMEOUT') used.child.kill('SIGKILL');
        throw error;
      });
    },
    ask: (texts: readonly string[], kind: 'note' | 'query', signal: AbortSignal | undefined) => {
      const used = current();
      lastId += 1;
      const id = lastId;
      const answered = new Promise<readonly Float32Array[]>((resolve, reject) => {
        used.waiting.set(id, { resolve, reject });
        send(used.child, { id, kind, texts });
      });
      const asking = untilAborted(() => answered, signal).finally(() => {
        if (used.waiting.delete(id)) send(used.child, { drop: id });
      });
      return whileUsed(used, asking);
    },
    /** Ends the process, and all that the model takes with it. */
    close: async (): Promise<void> => {
      const { child } = running ?? {};
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise(resolve => child.once('exit', resolve));
      child.ref();
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function start(file: LlamaFile, onEnd: (ended: Running) => void): Running {
  const failure = (words: string) => new CrewError('EMBEDDER_UNAVAILABLE', `\`${file.id}\` ${words}`);
  const env = Object.fromEntries(VARIABLES.flatMap(name => [[name, process.env[name]] as const]));
  const child = fork(fileURLToPath(PROGRAM), [file.path], {
    ...{ env, execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  });
  const opening = Promise.withResolvers<number>();
  // Whoever asks waits for it; that nobody does is no failure.
  opening.promise.catch(() => undefined);
  const started: Running = { child, opened: opening.promise, waiting: new Map(), users: 0 };
  const end = (words: string): void => {
    onEnd(started);
    opening.reject(failure(words));
    for (const { reject } of started.waiting.values()) reject(failure(words));
    started.waiting.clear();
  };
  child.on('message', (answer: LlamaAnswer) => {
    if ('unopened' in answer) {
      end(`cannot be opened: ${answer.unopened}`);
      child.kill('SIGKILL');
    } else if ('opened' in answer) {
      settleOpening(file, answer.dims, opening);
    } else {
      const asked = started.waiting.get(answer.id);
      started.waiting.delete(answer.id);
      if ('vectors' in answer) asked?.resolve(answer.vectors);
      else asked?.reject(failure(`failed: ${answer.failure}`));
    }
  });
  child.on('error', error => end(`cannot be started: ${error.message}`));
  child.on('exit', (code, signal) => end(`failed: its process ended by ${signal ?? `exit code ${code}`}`));
  return started;
}

function settleOpening(file: LlamaFile, dims: number, opening: PromiseWithResolvers<number>): void {
  try {
    assertUnchanged(file);
    opening.resolve(dims);
  } catch (error) {
    opening.reject(error);
  }
}

function send(child: ChildProcess, question: LlamaQuestion): void {
  // One that has ended is told of by its end.
  if (child.connected) child.send(question, () => undefined);
}

async function whileUsed<Answer>(running: Running, wait: Promise<Answer>): Promise<Answer> {
  const { child } = running;
  running.users += 1;
  child.ref();
  child.channel?.ref();
  try {
    return await wait;
  } finally {
    running.users -= 1;
    if (running.users === 0) {
      child.unref();
      child.channel?.unref();
    }
  }
}
