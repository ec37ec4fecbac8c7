import { afterEach, describe, expect, it } from 'vitest';
import { createEmbedder } from '../../src/embedders/create-embedder.ts';
import type { CrewError } from '../../src/model/crew-error.ts';
import { postJson } from '../../src/providers/post-json.ts';
import { near } from '../contracts/embedder.ts';
import { type EmbeddingFault, startEmbeddingServer } from '../loopback/embedding-server.ts';

const DIMS = 16;
const KEY = 'sk-test-0123456789abcdef';

describe.each([
  ['openai:model-x', (address: string) => ({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${address}/v1` })],
  ['ollama:model-x', (address: string) => ({ OLLAMA_HOST: address.replace('http://', '') })],
] as const)('%s', (use, envOf) => {
  const open: { close: () => Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  const serve = async (faults: readonly (EmbeddingFault | undefined)[] = []) => {
    const server = await startEmbeddingServer(DIMS, (_, index) => faults[index]);
    open.push(server);
    return { server, doors: { env: envOf(server.address), post: postJson } };
  };
  const failureOf = async (act: Promise<unknown>): Promise<CrewError> =>
    (await act.then(
      () => expect.unreachable('it succeeded'),
      error => error,
    )) as CrewError;

  it('asks once for its dimensions, unless the store knows them', async () => {
    const { server, doors } = await serve();
    const asked = await createEmbedder(use, doors);
    expect([asked?.id, asked?.dims, server.questions.length]).toEqual([use, DIMS, 1]);
    const known = await createEmbedder(use, doors, { id: use, dims: DIMS });
    expect([known?.dims, server.questions.length]).toEqual([DIMS, 1]);
  });

  it('does not take the dimensions of another embedder for its own', async () => {
    const { doors } = await serve();
    expect((await createEmbedder(use, doors, { id: 'static@1', dims: 100 }))?.dims).toBe(DIMS);
  });

  it('asks in batches and puts the answers in the order of the texts', async () => {
    const { server, doors } = await serve();
    const embedder = await createEmbedder(use, doors, { id: use, dims: DIMS });
    const texts = Array.from({ length: 130 }, (_, at) => `text ${at}`);
    const vectors = (await embedder?.embed(texts, 'note')) ?? [];
    expect(server.questions.map(({ input }) => input.length)).toEqual([64, 64, 2]);
    const [last] = (await embedder?.embed(['text 129'], 'note')) ?? [];
    expect(near(last, vectors[129])).toBeCloseTo(1, 5);
    expect(near(last, vectors[128])).toBeLessThan(0.99);
  });

  it('asks again after what passes', async () => {
    const busy = { status: 503, headers: { 'retry-after': '0' } };
    const { server, doors } = await serve([busy, { ...busy, status: 429 }]);
    const embedder = await createEmbedder(use, doors, { id: use, dims: DIMS });
    expect(await embedder?.embed(['a'], 'note')).toHaveLength(1);
    expect(server.questions).toHaveLength(3);
  });

  it('does not ask again after what does not pass', async () => {
    const refusal = { status: 401, body: { error: { message: `bad key ${KEY}` } } };
    const { server, doors } = await serve([refusal]);
    const embedder = await createEmbedder(use, doors, { id: use, dims: DIMS });
    const failure = await failureOf(embedder?.embed(['a'], 'note') ?? Promise.resolve());
    expect(failure.code).toBe('PROVIDER_AUTH');
    expect(server.questions).toHaveLength(1);
    if (use.startsWith('openai')) expect(failure.message).not.toContain(KEY);
  });

  it('gives up after four tries', async () => {
    const busy = { status: 503, headers: { 'retry-after': '0' } };
    const { server, doors } = await serve(Array.from({ length: 9 }, () => busy));
    const embedder = await createEmbedder(use, doors, { id: use, dims: DIMS });
    const failure = await failureOf(embedder?.embed(['a'], 'note') ?? Promise.resolve());
    expect([failure.code, server.questions.length]).toEqual(['PROVIDER_OVERLOADED', 4]);
  });

  it.each<readonly [string, EmbeddingFault]>([
    ['of other dimensions', { vectors: vectors => vectors.map(vector => vector.slice(1)) }],
    ['that are too few', { vectors: vectors => vectors.slice(1) }],
    ['with a hole in them', { vectors: vectors => vectors.map(vector => [null, ...vector.slice(1)]) }],
    ['that are texts', { vectors: vectors => vectors.map(() => 'AAAA') }],
  ])('takes no vectors %s', async (_name, fault) => {
    const { doors } = await serve([fault]);
    const embedder = await createEmbedder(use, doors, { id: use, dims: DIMS });
    const failure = await failureOf(embedder?.embed(['a', 'b'], 'note') ?? Promise.resolve());
    expect(failure.code).toBe('PROVIDER_PROTOCOL');
    expect(failure.message).toContain(use);
  });

  it('reads the beginning of a text that is too long for the model, and all of those beside it', async () => {
    const server = await startEmbeddingServer(DIMS, ({ input }) =>
      input.some(text => text.length > 1_000)
        ? { status: 400, body: { error: { message: 'the maximum context length is 512 tokens' } } }
        : undefined,
    );
    open.push(server);
    const doors = { env: envOf(server.address), post: postJson };
    const embedder = await createEmbedder(use, doors, { id: use, dims: DIMS });
    const long = 'x'.repeat(3_000);
    const together = (await embedder?.embed(['a', 'b', long, 'c', 'd'], 'note')) ?? [];
    const alone = (await embedder?.embed(['a', 'b', 'x'.repeat(750), 'c', 'd'], 'note')) ?? [];
    for (const [at, vector] of together.entries()) expect(near(vector, alone[at])).toBeCloseTo(1, 5);
    const [same] = (await embedder?.embed([long], 'note')) ?? [];
    expect(near(same, together[2])).toBeCloseTo(1, 5);
  });

  it('does not halve for ever what a server calls too long', async () => {
    const fault = { status: 413, body: { error: { message: 'too many tokens' } } };
    const server = await startEmbeddingServer(DIMS, () => fault);
    open.push(server);
    const doors = { env: envOf(server.address), post: postJson };
    const embedder = await createEmbedder(use, doors, { id: use, dims: DIMS });
    const failure = await failureOf(embedder?.embed(['x'.repeat(3_000)], 'note') ?? Promise.resolve());
    expect([failure.code, server.questions.length]).toEqual(['CONTEXT_OVERFLOW', 5]);
  });

  it('sends no text after a redirect', async () => {
    const elsewhere = await startEmbeddingServer(DIMS);
    open.push(elsewhere);
    const { doors } = await serve([
      { status: 307, headers: { location: `${elsewhere.address}/v1/embeddings` } },
    ]);
    const embedder = await createEmbedder(use, doors, { id: use, dims: DIMS });
    expect((await failureOf(embedder?.embed(['a'], 'note') ?? Promise.resolve())).code).toBe(
      'PROVIDER_REFUSED',
    );
    expect(elsewhere.questions).toHaveLength(0);
  });
});

describe('what is asked for', () => {
  const post = () => Promise.reject(new Error('nobody should be asked'));

  it('is nothing for `none`', async () => {
    expect(await createEmbedder('none', { env: {}, post })).toBeUndefined();
  });

  it.each(['', 'openai:', 'ollama', 'word2vec', 'static:x', '__proto__'])('is refused: `%s`', async use => {
    await expect(createEmbedder(use, { env: { OPENAI_API_KEY: KEY }, post })).rejects.toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
    });
  });

  it('needs a key or a server of one’s own for OpenAI', async () => {
    await expect(createEmbedder('openai:text-embedding-3-small', { env: {}, post })).rejects.toMatchObject({
      code: 'CREDENTIALS_MISSING',
    });
  });

  it('is known by name for the models of OpenAI, so that nobody is asked', async () => {
    const embedder = await createEmbedder('openai:text-embedding-3-large', {
      env: { OPENAI_API_KEY: KEY },
      post,
    });
    expect(embedder?.dims).toBe(3072);
  });

  it.each(['http://HERE/v1/', 'HERE', 'http://HERE/'])('is asked of Ollama at `%s`', async written => {
    const server = await startEmbeddingServer(DIMS);
    const host = written.replace('HERE', server.address.replace('http://', ''));
    const embedder = await createEmbedder('ollama:a', { env: { OLLAMA_HOST: host }, post: postJson });
    expect([embedder?.dims, server.questions[0]?.path]).toEqual([DIMS, '/api/embed']);
    await server.close();
  });

  it('tells a model of Ollama whether a text is a note or a question, where the model wants to know', async () => {
    const server = await startEmbeddingServer(DIMS);
    const doors = { env: { OLLAMA_HOST: server.address }, post: postJson };
    const embedder = await createEmbedder('ollama:nomic-embed-text', doors);
    await embedder?.embed(['cats'], 'note');
    await embedder?.embed(['cats'], 'query');
    expect(server.questions.slice(1).flatMap(({ input }) => input)).toEqual([
      'search_document: cats',
      'search_query: cats',
    ]);
    await server.close();
  });
});
