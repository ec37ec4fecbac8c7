import type { LanguageModel } from '../../src/ports/language-model.ts';
import { createAnthropicModel } from '../../src/providers/anthropic.ts';
import type { HttpModelOptions } from '../../src/providers/model-client.ts';
import { createOpenAiModel } from '../../src/providers/openai.ts';
import { startAnthropicServer } from '../loopback/anthropic-server.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import type { LoopbackServer, ReplyScript } from '../loopback/reply.ts';

/** The key that tests use; it must never be seen in a failure. */
export const API_KEY = 'sk-test-1234567890';

/** A model before a loopback server, and the server. */
export interface ServedModel {
  readonly model: LanguageModel;
  readonly server: LoopbackServer;
  readonly close: () => Promise<void>;
}

type Limits = Partial<
  Pick<HttpModelOptions, 'idleTimeoutMs' | 'totalTimeoutMs' | 'baseUrl' | 'apiKey' | 'maxConcurrent'>
>;

/** One wire format, streamed or not. */
export interface Wire {
  readonly name: string;
  readonly serve: (script: ReplyScript, limits?: Limits) => Promise<ServedModel>;
}

/** Every wire format that we speak, each streamed and whole. */
export const WIRES: readonly Wire[] = [true, false].flatMap(stream => {
  const how = stream ? 'streamed' : 'whole';
  const options = { name: 'test-model', apiKey: API_KEY, stream };
  const openai = (api: 'chat' | 'responses'): Wire => ({
    name: `openai ${api}, ${how}`,
    serve: async (script, limits) => {
      const server = await startOpenAiServer(script);
      const model = createOpenAiModel({ ...options, api, baseUrl: server.baseUrl, ...limits });
      return { model, server, close: () => server.close() };
    },
  });
  const anthropic: Wire = {
    name: `anthropic, ${how}`,
    serve: async (script, limits) => {
      const server = await startAnthropicServer(script);
      const model = createAnthropicModel({ ...options, baseUrl: server.baseUrl, ...limits });
      return { model, server, close: () => server.close() };
    },
  };
  return [openai('chat'), openai('responses'), anthropic];
});
