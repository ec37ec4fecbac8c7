import OpenAI from 'openai';
import type { LanguageModel, ModelRequest, ModelStreamPart } from '../ports/language-model.ts';
import { answerStream } from './answer-stream.ts';
import type { CallLimits, HttpModelOptions } from './model-client.ts';
import { callLimits, sdkSettings, sendQuestion } from './model-client.ts';
import { chatBody, chatReader } from './openai-chat.ts';
import { responsesBody, responsesReader } from './openai-responses.ts';
import { toolNames } from './tool-names.ts';

/**
 * `api` picks Chat Completions or Responses. It defaults to Responses at OpenAI itself and to Chat Completions
 * everywhere else, because that is what compatible servers speak.
 */
export interface OpenAiModelOptions extends HttpModelOptions {
  readonly api?: 'chat' | 'responses';
}

const OWN_BASE_URL = 'https://api.openai.com/v1';
/** The own models think within the limit, so they need more room than what small local models can write. */
const OWN_MAX_TOKENS = 16_384;
const COMPATIBLE_MAX_TOKENS = 4096;

/**
 * A language model of OpenAI or of a server that is compatible with it (Ollama, vLLM, llama.cpp, LM Studio). The
 * environment is not read for the key or the base URL. Failures come as PROVIDER_*, CONTEXT_OVERFLOW or
 * RUN_INTERRUPTED parts; a server that refuses `response_format` is a PROVIDER_REFUSED with its own words.
 * @see ./http-exchange.ts for limits
 */
export function createOpenAiModel(options: OpenAiModelOptions): LanguageModel {
  const settings = sdkSettings(options);
  const baseURL = options.baseUrl ?? OWN_BASE_URL;
  const client = new OpenAI({ ...settings, baseURL, adminAPIKey: null });
  const isOwn = baseURL.startsWith('https://api.openai.com/');
  const wire: OpenAiWire = {
    client,
    model: options.name,
    api: options.api ?? (isOwn ? 'responses' : 'chat'),
    limitKey: isOwn ? 'max_completion_tokens' : 'max_tokens',
    stream: options.stream ?? true,
    apiKey: settings.apiKey,
    limits: callLimits(options),
  };
  return {
    id: `openai:${options.name}`,
    defaultMaxTokens: isOwn ? OWN_MAX_TOKENS : COMPATIBLE_MAX_TOKENS,
    isLanguageModel: true,
    generate: (request, signal) =>
      wire.api === 'chat'
        ? generateByChat(wire, request, signal)
        : generateByResponses(wire, request, signal),
  };
}

interface OpenAiWire {
  readonly client: OpenAI;
  readonly model: string;
  readonly api: 'chat' | 'responses';
  readonly limitKey: 'max_tokens' | 'max_completion_tokens';
  readonly stream: boolean;
  readonly apiKey: string;
  readonly limits: CallLimits;
}

function generateByChat(
  { client, model, limitKey, stream, apiKey, limits }: OpenAiWire,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncIterable<ModelStreamPart> {
  const names = toolNames(request);
  const send = async () => {
    const usage = stream ? { stream_options: { include_usage: true } } : {};
    const body = { ...chatBody(request, { model, names, limitKey }), stream, ...usage };
    const { idempotencyKey } = request;
    return sendQuestion(client, { path: '/chat/completions', body, idempotencyKey }, { limits, signal });
  };
  const reader = chatReader(names, callIdPrefix(request));
  return answerStream({ reader, send, streamed: stream, signal, apiKey });
}

function generateByResponses(
  { client, model, stream, apiKey, limits }: OpenAiWire,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncIterable<ModelStreamPart> {
  const names = toolNames(request);
  const send = async () => {
    const body = { ...responsesBody(request, model, names), stream };
    const { idempotencyKey } = request;
    return sendQuestion(client, { path: '/responses', body, idempotencyKey }, { limits, signal });
  };
  const reader = responsesReader(names, callIdPrefix(request));
  return answerStream({ reader, send, streamed: stream, signal, apiKey });
}

/** The length of the conversation makes ids distinct between its turns, and the same at every repetition. */
function callIdPrefix(request: ModelRequest): string {
  return `call_${request.messages.length}`;
}
