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
    throw new CrewError('EMBEDDER_UNAVAILABLE', why);
  }
  const { ensureEmbedder } = await loadEmbedders();
  const embedded = await ensureEmbedder(memory, {
    onProgress: ({ done, total }) => call.terminal.stderr(`${done} of ${total} notes\n`),
  });
  await store.flush();
  const total = await store.count({ scopes: 'all', states: 'all' });
  if (call.values.json === true) printJson(call, { embedder: embedder.id, embedded, notes: total });
  call.terminal.stderr(`${total} ${total === 1 ? 'note has' : 'notes have'} vectors of ${embedder.id}.\n`);
  return 0;
};
