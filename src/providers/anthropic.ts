import Anthropic from '@anthropic-ai/sdk';
import type { LanguageModel, ModelRequest, ModelStreamPart } from '../ports/language-model.ts';
import { answerStream } from './answer-stream.ts';
import { messagesReader } from './anthropic-answer.ts';
import { deliveryOf, messagesBody } from './anthropic-messages.ts';
import type { CallLimits, HttpModelOptions } from './model-client.ts';
import { callLimits, sdkSettings, sendQuestion } from './model-client.ts';
import { toolNames } from './tool-names.ts';

const OWN_BASE_URL = 'https://api.anthropic.com';
const DEFAULT_MAX_TOKENS = 8192;

/**
 * A language model of Anthropic or of a server that speaks its Messages interface, with prompt caching. The
 * environment is not read for the key or the base URL. Failures come as PROVIDER_*, CONTEXT_OVERFLOW or
 * RUN_INTERRUPTED parts.
 * @see ./http-exchange.ts for limits, ./anthropic-messages.ts for how an artifact is asked for
 */
export function createAnthropicModel(options: HttpModelOptions): LanguageModel {
  const settings = sdkSettings(options);
  const wire: AnthropicWire = {
    client: new Anthropic({ ...settings, baseURL: options.baseUrl ?? OWN_BASE_URL }),
    model: options.name,
    stream: options.stream ?? true,
    apiKey: settings.apiKey,
    limits: callLimits(options),
  };
  return {
    id: `anthropic:${options.name}`,
    defaultMaxTokens: DEFAULT_MAX_TOKENS,
    isLanguageModel: true,
    generate: (request, signal) => generate(wire, request, signal),
  };
}

interface AnthropicWire {
  readonly client: Anthropic;
  readonly model: string;
  readonly stream: boolean;
  readonly apiKey: string;
  readonly limits: CallLimits;
}

function generate(
  { client, model, stream, apiKey, limits }: AnthropicWire,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncIterable<ModelStreamPart> {
  const names = toolNames(request);
  const delivery = deliveryOf(request.output, names);
  const deliveryTool = delivery.by === 'tool' ? delivery.wireName : undefined;
  const send = async () => {
    const body = { ...messagesBody(request, { model, names, delivery }), stream };
    const { idempotencyKey } = request;
    return sendQuestion(client, { path: '/v1/messages', body, idempotencyKey }, { limits, signal });
  };
  const reader = messagesReader({ names, deliveryTool });
  return answerStream({ reader, send, streamed: stream, signal, apiKey });
}
