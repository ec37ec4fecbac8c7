import { CrewError } from '../model/crew-error.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { StoreEmbedder } from '../ports/memory-store.ts';
import type { EmbedderDoors } from './doors.ts';
import { createLlamaEmbedder } from './llama.ts';
import { createOllamaEmbedder } from './ollama.ts';
import { createOpenAiEmbedder } from './openai.ts';
import { createStaticEmbedder } from './static.ts';
import { createUseEmbedder } from './use.ts';

const EXPECTED = '`none`, `static`, `use`, `openai:NAME`, `ollama:NAME` or `llama:PATH`';

/**
 * Makes the embedder that is asked for by `none` (undefined), `static`, `use`, `openai:NAME`, `ollama:NAME` or `llama:PATH`. `held` is what a store
 * says its vectors are of, and saves the question for the dimensions of a model whose name says nothing. Nothing takes the
 * place of what was asked for: vectors of another embedder would have all notes embedded anew. Fails with
 * EMBEDDER_UNAVAILABLE, CREDENTIALS_MISSING or PROVIDER_*.
 */
export async function createEmbedder(
  use: string,
  doors: EmbedderDoors,
  held?: StoreEmbedder,
): Promise<Embedder | undefined> {
  const colon = use.indexOf(':');
  const [kind, name] = colon === -1 ? [use, ''] : [use.slice(0, colon), use.slice(colon + 1).trim()];
  const dims = held?.id === `${kind}:${name}` ? held.dims : undefined;
  if (use === 'none') return undefined;
  if (use === 'static') return createStaticEmbedder();
  if (use === 'use') return createUseEmbedder();
  if (kind === 'openai' && name !== '') return createOpenAiEmbedder(name, doors, dims);
  if (kind === 'ollama' && name !== '') return createOllamaEmbedder(name, doors, dims);
  if (kind === 'llama' && name !== '') return createLlamaEmbedder(name, doors, held);
  throw new CrewError('EMBEDDER_UNAVAILABLE', `expected ${EXPECTED}, found \`${use}\``);
}
