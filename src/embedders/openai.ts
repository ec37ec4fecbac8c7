import { CrewError } from '../model/crew-error.ts';
import type { JsonValue } from '../model/json.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { EmbedderDoors } from './doors.ts';
import { createRemoteEmbedder, PATIENCE_MS, probeDims, type RemoteModel } from './remote.ts';

/** Models whose vectors need not be asked for to be counted. */
const KNOWN_DIMS: ReadonlyMap<string, number> = new Map([
  ['text-embedding-3-small', 1536],
  ['text-embedding-3-large', 3072],
  ['text-embedding-ada-002', 1536],
]);
const OWN_ADDRESS = 'https://api.openai.com/v1';

/**
 * Makes an embedder of an OpenAI-compatible server (`POST /embeddings`): OPENAI_API_KEY, OPENAI_BASE_URL. A model whose
 * dimensions are not known, `dims`, is asked once. Fails with CREDENTIALS_MISSING, or with PROVIDER_* when it is asked.
 */
export async function createOpenAiEmbedder(
  name: string,
  { env, post, patienceMs = PATIENCE_MS }: EmbedderDoors,
  dims?: number,
): Promise<Embedder> {
  const id = `openai:${name}`;
  const [key, address] = [env.OPENAI_API_KEY?.trim() ?? '', env.OPENAI_BASE_URL?.trim() ?? ''];
  if (key === '' && address === '') {
    throw new CrewError(
      'CREDENTIALS_MISSING',
      `\`${id}\` needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own`,
    );
  }
  const url = `${(address || OWN_ADDRESS).replace(/\/+$/, '')}/embeddings`;
  const ask: RemoteModel['ask'] = async (texts, _kind, signal) => {
    const body = { model: name, input: texts, encoding_format: 'float' };
    const headers = { authorization: `Bearer ${key || 'none'}` };
    return inOrder(await post({ url, headers, body, ...(key === '' ? {} : { secret: key }) }, signal));
  };
  const known = dims ?? (address === '' ? KNOWN_DIMS.get(name) : undefined);
  const model = { id, patienceMs, ask };
  return createRemoteEmbedder({ ...model, dims: known ?? (await probeDims(model)) });
}

/** The vectors in the order of their texts, whatever order they came in. */
function inOrder(answer: JsonValue): readonly JsonValue[] {
  const rows = fieldOf(answer, 'data');
  if (!Array.isArray(rows)) {
    throw new CrewError('PROVIDER_PROTOCOL', 'expected vectors in `data`, found none');
  }
  return rows
    .map((row: JsonValue, at) => ({
      at: Number(fieldOf(row, 'index') ?? at),
      vector: fieldOf(row, 'embedding'),
    }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ vector }) => vector ?? null);
}

function fieldOf(value: JsonValue, name: string): JsonValue | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as { readonly [name: string]: JsonValue })[name] : undefined;
}
