import { CrewError } from '../../model/crew-error.ts';
import { noPositionals } from '../positionals.ts';
import { loadEmbedders } from '../wire-memory.ts';
import { type MemoryVerb, printJson } from './memory-verb.ts';

/**
 * `crew memory embed`: gives all notes vectors of one embedder, anew where another made them; what is interrupted goes on with
 * the next call. Fails with EMBEDDER_UNAVAILABLE or PROVIDER_*.
 */
export const embedMemory: MemoryVerb = async (call, memory) => {
  noPositionals(call.positionals);
  const { embedder, store } = memory;
  if (embedder === undefined) {
    const why =
      memory.wordsAlone?.() ?? 'expected an embedder, found `none`; `--embedder static` needs nothing';
    const hint = '`crew memory embed --embedder static` needs no server; `crew doctor` says what is there.';
    throw new CrewError('EMBEDDER_UNAVAILABLE', why, { hint });
  }
  const { ensureEmbedder } = await loadEmbedders();
  const embedded = await ensureEmbedder(memory, {
    onProgress: ({ done, total }) => call.terminal.stderr(`${done} of ${total} notes\n`),
  }).catch((error: unknown) => {
    if (!(error instanceof CrewError)) throw error;
    const hint = 'What has its vector keeps it; `crew memory embed` goes on with the rest.';
    throw new CrewError(error.code, error.message, { cause: error, hint });
  });
  await store.flush();
  const total = await store.count({ scopes: 'all', states: 'all' });
  if (call.values.json === true) printJson(call, { embedder: embedder.id, embedded, notes: total });
  call.terminal.stderr(`${total} ${total === 1 ? 'note has' : 'notes have'} vectors of ${embedder.id}.\n`);
  return 0;
};
