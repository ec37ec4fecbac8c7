import { afterEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/model/json.ts';
import { askModel, type GatheredAnswer, GIT_DIFF, modelRequest } from '../contracts/ask-model.ts';
import { type ServedModel, WIRES } from './wire-models.ts';

const open: ServedModel[] = [];
afterEach(async () => {
  for (const served of open.splice(0)) await served.close();
});

/** Asks one wire whose server sends a body that no script would. */
async function answerTo(wireName: string, body: string, contentType: string): Promise<GatheredAnswer> {
  const wire = WIRES.find(candidate => candidate.name === wireName);
  if (wire === undefined) throw new Error(`no wire ${wireName}`);
  const served = await wire.serve(() => ({
    fault: { kind: 'raw', body, headers: { 'content-type': contentType } },
  }));
  open.push(served);
  return askModel(served.model, modelRequest({ tools: [GIT_DIFF] }));
}

const whole = (wireName: string, body: JsonValue) =>
  answerTo(wireName, JSON.stringify(body), 'application/json');
const events = (wireName: string, ...all: readonly JsonValue[]) =>
  answerTo(
    wireName,
    all
      .map(event => `event: ${(event as { type?: string }).type ?? 'x'}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(''),
    'text/event-stream',
  );
const chunks = (...all: readonly JsonValue[]) =>
  answerTo(
    'openai chat, streamed',
    all.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join(''),
    'text/event-stream',
  );
const delta = (fields: JsonValue, finish: string | null = null) => ({
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
});

describe('Chat Completions of compatible servers', () => {
  it('may stop although they call tools', async () => {
    const call = { function: { name: 'git_diff', arguments: '{"range":"x"}' } };
    const answer = await chunks(delta({ tool_calls: [call] }), delta({}, 'stop'));
    expect(answer.finish).toBe('tool_calls');
    expect(answer.calls).toEqual([{ id: 'call_2_0', tool: 'git.diff', args: { range: 'x' } }]);
  });

  it('may say tool_calls without calling any', async () => {
    const answer = await chunks(delta({ content: 'hi' }), delta({}, 'tool_calls'));
    expect(answer.finish).toBe('stop');
  });

  it('may end without [DONE] once the finish reason was there', async () => {
    const answer = await chunks(delta({ content: 'hi' }, 'stop'));
    expect(answer).toMatchObject({ text: 'hi', finish: 'stop', failure: undefined });
  });

  it('may send usage with the last choice, and null before', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2 };
    const answer = await chunks(
      { ...delta({ content: 'hi' }), usage: null },
      { ...delta({}, 'stop'), usage },
    );
    expect(answer.usage).toEqual({ inputTokens: 3, outputTokens: 2, cachedInputTokens: 0 });
  });

  it('may send content in a list of parts, and reasoning that is no answer', async () => {
    const answer = await whole('openai chat, whole', {
      choices: [
        {
          message: {
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
            reasoning_content: 'hm',
          },
          finish_reason: 'stop',
        },
      ],
    });
    expect(answer.text).toBe('ab');
  });

  const letters = (text: string) => [...text].map(content => delta({ content }));
  it.each([
    ['<think>hm</think>yes', 'stop', 'yes'],
    ['\n<think>\nmaybe {"n": 1}\n</think>\n\n{"n": 2}', 'stop', '{"n": 2}'],
    ['<Thinking>a </think> b</THINKING> yes', 'stop', 'yes'],
    ['<think></think><thinking>more</thinking>\nyes', 'stop', 'yes'],
    ['<think>only that</think>', 'stop', ''],
    ['yes <think>hm</think>', 'stop', 'yes <think>hm</think>'],
    ['<thinker>hm</thinker>', 'stop', '<thinker>hm</thinker>'],
    ['  indented', 'stop', '  indented'],
    ['<thi', 'stop', '<thi'],
    ['<think>never closed', 'stop', '<think>never closed'],
    ['<think>never closed</thin', 'length', ''],
    ['<think>hm</think>half an ans', 'length', 'half an ans'],
  ])('may think in tags before the reply: %j', async (said, finish, reply) => {
    const streamed = await chunks(...letters(said), delta({}, finish));
    expect(streamed).toMatchObject({ text: reply, finish });
    const once = await chunks(delta({ content: said }), delta({}, finish));
    expect(once).toMatchObject({ text: reply, finish });
    const message = { content: said };
    const choices = [{ message, finish_reason: finish }];
    expect(await whole('openai chat, whole', { choices })).toMatchObject({ text: reply, finish });
  });

  it('may think before they call tools', async () => {
    const call = { function: { name: 'git_diff', arguments: '{"range":"x"}' } };
    const answer = await chunks(
      delta({ content: '<think>the diff fir' }),
      delta({ content: 'st</think>' }),
      delta({ tool_calls: [call] }),
      delta({}, 'tool_calls'),
    );
    expect(answer).toMatchObject({ text: '', finish: 'tool_calls' });
    expect(answer.calls).toHaveLength(1);
  });

  it('may put an error into a success', async () => {
    const error = { code: 429, message: 'Rate limit of the upstream' };
    expect((await whole('openai chat, whole', { error })).failure?.code).toBe('PROVIDER_RATE_LIMITED');
    expect((await chunks({ error })).failure?.code).toBe('PROVIDER_RATE_LIMITED');
  });

  it('break the protocol with a finish reason that nobody knows', async () => {
    const answer = await chunks(delta({ content: 'hi' }), delta({}, 'exploded'));
    expect(answer.failure).toMatchObject({
      code: 'PROVIDER_PROTOCOL',
      message: expect.stringContaining('"exploded"'),
    });
  });

  it('never claim more cached tokens than there were', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 99 } };
    const answer = await chunks({ ...delta({}, 'stop'), usage });
    expect(answer.usage?.cachedInputTokens).toBe(3);
  });
});

describe('Responses', () => {
  it('may bring items only with the final response', async () => {
    const output = [
      { type: 'message', content: [{ type: 'output_text', text: 'hi' }] },
      { type: 'function_call', call_id: 'c', name: 'git_diff', arguments: '{}' },
    ];
    const answer = await events('openai responses, streamed', {
      type: 'response.completed',
      response: { object: 'response', status: 'completed', output },
    });
    expect(answer.text).toBe('hi');
    expect(answer.calls).toEqual([{ id: 'c', tool: 'git.diff', args: {} }]);
    expect(answer.finish).toBe('tool_calls');
  });

  it('may bring a message without deltas beside one with deltas', async () => {
    const message = (text: string) => ({ type: 'message', content: [{ type: 'output_text', text }] });
    const answer = await events(
      'openai responses, streamed',
      { type: 'response.output_text.delta', delta: 'one ' },
      { type: 'response.output_item.done', item: message('one ') },
      { type: 'response.output_item.done', item: message('two') },
      {
        type: 'response.completed',
        response: { status: 'completed', output: [message('one '), message('two')] },
      },
    );
    expect(answer.text).toBe('one two');
  });

  it('may fail in the final response', async () => {
    const error = { code: 'rate_limit_exceeded', message: 'slow down' };
    const failed = { type: 'response.failed', response: { status: 'failed', error } };
    expect((await events('openai responses, streamed', failed)).failure?.code).toBe('PROVIDER_RATE_LIMITED');
    const body = { object: 'response', status: 'failed', error, output: [] };
    expect((await whole('openai responses, whole', body)).failure?.code).toBe('PROVIDER_RATE_LIMITED');
  });
});

describe('Messages', () => {
  const start = { type: 'message_start', message: { usage: { input_tokens: 7, output_tokens: 1 } } };
  const stop = { type: 'message_stop' };
  const ended = (stop_reason: string | null, usage: JsonValue = { output_tokens: 4 }) => ({
    type: 'message_delta',
    delta: { stop_reason },
    usage,
  });
  const text = [
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: 'hm' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'hi' } },
    { type: 'content_block_stop', index: 1 },
  ];
  const ask = (...all: readonly JsonValue[]) => events('anthropic, streamed', ...all);

  it('count input at the start, output at the end and cached tokens apart', async () => {
    const usage = { output_tokens: 4, cache_read_input_tokens: 100, cache_creation_input_tokens: 20 };
    const answer = await ask(start, ...text, ended('end_turn', usage), stop);
    expect(answer.text).toBe('hi');
    expect(answer.usage).toEqual({ inputTokens: 127, outputTokens: 4, cachedInputTokens: 100 });
  });

  it('are not complete without message_stop, nor without a stop reason', async () => {
    expect((await ask(start, ...text, ended('end_turn'))).failure?.code).toBe('PROVIDER_PROTOCOL');
    expect((await ask(start, ...text, ended(null), stop)).failure?.code).toBe('PROVIDER_PROTOCOL');
    expect((await ask(start, ...text, ended('exploded'), stop)).failure?.message).toContain('"exploded"');
  });

  it('may fill the context window with the answer', async () => {
    const answer = await ask(start, ...text, ended('model_context_window_exceeded'), stop);
    expect(answer.failure?.code).toBe('CONTEXT_OVERFLOW');
  });

  it('may begin a tool call with its input complete', async () => {
    const block = { type: 'tool_use', id: 't1', name: 'git_diff', input: { range: 'x' } };
    const answer = await ask(
      start,
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_stop', index: 0 },
      ended('tool_use'),
      stop,
    );
    expect(answer.calls).toEqual([{ id: 't1', tool: 'git.diff', args: { range: 'x' } }]);
  });

  it('lose no tool call whose block was never closed', async () => {
    const block = { type: 'tool_use', id: 't1', name: 'git_diff', input: {} };
    const answer = await ask(
      start,
      { type: 'content_block_start', index: 0, content_block: block },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"range": "HE' },
      },
      ended('max_tokens'),
      stop,
    );
    expect(answer.calls).toEqual([{ id: 't1', tool: 'git.diff', args: {}, malformed: '{"range": "HE' }]);
    expect(answer.finish).toBe('length');
  });
});
