import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { textMessage } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { createAnthropicModel } from '../../src/providers/anthropic.ts';
import { createOpenAiModel } from '../../src/providers/openai.ts';
import { askModel, FILES_READ, GIT_DIFF, modelRequest } from '../contracts/ask-model.ts';
import { WIRES, type Wire } from './wire-models.ts';

const TEXT = { type: 'string' };
const STRICT: JsonObject = {
  type: 'object',
  properties: { a: TEXT },
  required: ['a'],
  additionalProperties: false,
};
const LOOSE: JsonObject = {
  $schema: 'x',
  type: 'object',
  properties: { a: { type: 'string', minLength: 1 } },
};

function wireNamed(name: string): Wire {
  const found = WIRES.find(wire => wire.name === name);
  if (found === undefined) throw new Error(`no wire ${name}`);
  return found;
}

async function bodyOf(wire: Wire, request: ModelRequest): Promise<JsonObject> {
  const { model, server, close } = await wire.serve(() => ({ text: 'hi' }));
  const answer = await askModel(model, request);
  await close();
  expect(answer.failure).toBeUndefined();
  return server.requests[0]?.body ?? {};
}

/** Every place of a body that carries a cache mark, as a path. */
function cacheMarks(value: JsonValue, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === 'cache_control' ? [path] : cacheMarks(child, `${path}/${key}`),
  );
}

describe('Chat Completions', () => {
  const chat = wireNamed('openai chat, streamed');

  it('asks compatible servers with the words that all of them know', async () => {
    const body = await bodyOf(chat, modelRequest({ maxTokens: 77, temperature: 0 }));
    expect(body).toMatchObject({
      model: 'test-model',
      max_tokens: 77,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    for (const absent of ['max_completion_tokens', 'tools', 'response_format'])
      expect(body).not.toHaveProperty(absent);
  });

  it('enforces a schema only when it qualifies for strict mode', async () => {
    const strict = await bodyOf(chat, modelRequest({ output: { name: 'the verdict!', schema: STRICT } }));
    expect(strict.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'the_verdict_', schema: STRICT, strict: true },
    });
    const loose = await bodyOf(chat, modelRequest({ output: { name: 'x', schema: LOOSE } }));
    const { $schema: _, ...schema } = LOOSE;
    expect(loose.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'x', schema, strict: false },
    });
  });

  it('tells a server that refuses response_format apart by its own words, without a second request', async () => {
    const message = "response_format 'json_schema' is not supported";
    const { model, server, close } = await chat.serve(() => ({
      fault: { kind: 'http', status: 400, body: { error: { message } } },
    }));
    const { failure } = await askModel(model, modelRequest({ output: { name: 'x', schema: STRICT } }));
    await close();
    expect(failure).toMatchObject({ code: 'PROVIDER_REFUSED', message: expect.stringContaining(message) });
    expect(server.requests).toHaveLength(1);
  });

  it('marks a tool result that is an error, and keeps calls without text', async () => {
    const call = { id: 'c1', tool: 'git.diff', args: {}, malformed: '{"broken' };
    const body = await bodyOf(
      chat,
      modelRequest({
        tools: [GIT_DIFF],
        messages: [
          { from: 'assistant', parts: [{ type: 'tool-call', call }] },
          {
            from: 'tool',
            parts: [
              { type: 'tool-result', callId: 'c1', tool: 'git.diff', value: 'not JSON', isError: true },
            ],
          },
        ],
      }),
    );
    expect(body.messages).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'git_diff', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'Error: not JSON' },
    ]);
  });
});

describe('Responses', () => {
  it('stores nothing at the provider and does not make tools strict behind our back', async () => {
    const request = modelRequest({ tools: [GIT_DIFF], output: { name: 'x', schema: STRICT }, maxTokens: 77 });
    const body = await bodyOf(wireNamed('openai responses, streamed'), request);
    expect(body).toMatchObject({
      store: false,
      max_output_tokens: 77,
      tools: [{ type: 'function', name: 'git_diff', strict: false }],
      text: { format: { type: 'json_schema', name: 'x', strict: true, schema: STRICT } },
    });
  });
});

describe('Messages', () => {
  const messages = wireNamed('anthropic, streamed');

  it('marks the end of the stable prefix for the cache', async () => {
    expect(cacheMarks(await bodyOf(messages, modelRequest()))).toEqual(['/system/0']);
    const withTools = await bodyOf(messages, modelRequest({ tools: [GIT_DIFF, FILES_READ] }));
    expect(cacheMarks(withTools).toSorted()).toEqual(['/messages/0/content/0', '/system/0']);
    const user = [textMessage('user', 'hi')];
    const withoutSystem = await bodyOf(
      messages,
      modelRequest({ tools: [GIT_DIFF, FILES_READ], messages: user }),
    );
    expect(cacheMarks(withoutSystem).toSorted()).toEqual(['/messages/0/content/0', '/tools/1']);
  });

  it('uses the native format for a schema that it can enforce', async () => {
    const body = await bodyOf(
      messages,
      modelRequest({ tools: [GIT_DIFF], output: { name: 'x', schema: STRICT } }),
    );
    expect(body.output_config).toEqual({ format: { type: 'json_schema', schema: STRICT } });
    expect(body).not.toHaveProperty('tool_choice');
    expect(body.tools).toHaveLength(1);
  });

  it('forces a delivery tool for a richer schema, and any tool when others are granted', async () => {
    const output = { name: 'x', schema: LOOSE };
    const alone = await bodyOf(messages, modelRequest({ output }));
    expect(alone.tool_choice).toEqual({ type: 'tool', name: 'deliver', disable_parallel_tool_use: true });
    const besides = await bodyOf(
      messages,
      modelRequest({ output, tools: [{ ...GIT_DIFF, name: 'deliver' }] }),
    );
    expect(besides.tool_choice).toEqual({ type: 'any' });
    expect((besides.tools as readonly JsonObject[]).map(tool => tool.name)).toEqual(['deliver', 'deliver_2']);
    expect(alone).not.toHaveProperty('output_config');
  });

  it('leaves out what the provider refuses: empty texts and messages without content', async () => {
    const body = await bodyOf(
      messages,
      modelRequest({
        messages: [
          textMessage('system', ''),
          textMessage('user', 'hi'),
          textMessage('assistant', ''),
          textMessage('user', 'again'),
        ],
      }),
    );
    expect(body).not.toHaveProperty('system');
    expect((body.messages as readonly JsonObject[]).map(message => message.role)).toEqual(['user', 'user']);
  });

  it('passes a temperature on only when one was asked for', async () => {
    expect(await bodyOf(messages, modelRequest({ temperature: 0 }))).toHaveProperty('temperature', 0);
    expect(await bodyOf(messages, modelRequest())).not.toHaveProperty('temperature');
  });

  it('does not think that more than 21,333 tokens cannot be awaited without a stream', async () => {
    const body = await bodyOf(wireNamed('anthropic, whole'), modelRequest({ maxTokens: 64_000 }));
    expect(body.max_tokens).toBe(64_000);
  });
});

describe('a model', () => {
  it('is shown as provider and name, and is a language model', () => {
    const openai = createOpenAiModel({ name: 'gpt-x', apiKey: 'k' });
    expect(openai).toMatchObject({ id: 'openai:gpt-x', isLanguageModel: true });
    expect(createAnthropicModel({ name: 'claude-x', apiKey: 'k' }).id).toBe('anthropic:claude-x');
    expect(openai.defaultMaxTokens).toBeGreaterThan(0);
  });

  it('speaks to a local server without a key', async () => {
    for (const wire of WIRES) {
      const { model, close } = await wire.serve(() => ({ text: 'hi' }), { apiKey: '' });
      expect((await askModel(model)).text).toBe('hi');
      await close();
    }
  });
});
