import { CrewError } from '../model/crew-error.ts';
import type { JsonObject } from '../model/json.ts';
import { ollamaAddress } from '../model/ollama-address.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { EmbedderDoors } from './doors.ts';
import { prefixOf } from './model-prefixes.ts';
import { createRemoteEmbedder, PATIENCE_MS, probeDims, type RemoteModel } from './remote.ts';

/**
 * Makes an embedder of an Ollama server (`POST /api/embed`): OLLAMA_HOST, else this machine. It is asked once for its
 * dimensions, unless they are known: `dims`. Fails with PROVIDER_* when it is asked.
 */
export async function createOllamaEmbedder(
  name: string,
  { env, post, patienceMs = PATIENCE_MS }: EmbedderDoors,
  dims?: number,
): Promise<Embedder> {
  const id = `ollama:${name}`;
  const url = `${addressOf(env.OLLAMA_HOST)}/api/embed`;
  const ask: RemoteModel['ask'] = async (texts, kind, signal) => {
    const prefix = prefixOf(name, kind);
    const body = { model: name, input: texts.map(text => prefix + text), truncate: true };
    const answer = (await post({ url, headers: {}, body }, signal)) as JsonObject | null;
    const vectors = answer !== null && Object.hasOwn(answer, 'embeddings') ? answer.embeddings : undefined;
    if (Array.isArray(vectors)) return vectors;
    throw new CrewError('PROVIDER_PROTOCOL', `\`${id}\`: expected vectors in \`embeddings\`, found none`);
  };
  const model = { id, patienceMs, ask };
  return createRemoteEmbedder({ ...model, dims: dims ?? (await probeDims(model)) });
}

/** What is served beside the wire format of OpenAI stands beside its folder, too. */
function addressOf(host: string | undefined): string {
  const url = ollamaAddress(host);
  url.pathname = url.pathname.replace(/(\/v1)?\/*$/, '');
  return url.href.replace(/\/+$/, '');
}
