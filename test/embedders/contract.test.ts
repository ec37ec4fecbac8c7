import { createEmbedder } from '../../src/embedders/create-embedder.ts';
import type { EmbedderDoors } from '../../src/embedders/doors.ts';
import { postJson } from '../../src/providers/post-json.ts';
import { testEmbedder } from '../contracts/embedder.ts';
import { startEmbeddingServer } from '../loopback/embedding-server.ts';

const local: EmbedderDoors = {
  env: {},
  post: () => Promise.reject(new Error('nothing local asks a server')),
};

for (const use of ['static', 'use']) {
  testEmbedder(use, async () => {
    const embedder = await createEmbedder(use, local);
    if (embedder === undefined) throw new Error(`expected an embedder for ${use}`);
    return { embedder, close: async () => embedder.close?.() };
  });
}

for (const [use, variable, path] of [
  ['openai:loopback', 'OPENAI_BASE_URL', '/v1/'],
  ['ollama:loopback', 'OLLAMA_HOST', ''],
] as const) {
  testEmbedder(use, async () => {
    const server = await startEmbeddingServer(32);
    const doors = { env: { [variable]: server.address + path }, post: postJson };
    const embedder = await createEmbedder(use, doors);
    if (embedder === undefined) throw new Error(`expected an embedder for ${use}`);
    return { embedder, close: server.close };
  });
}
