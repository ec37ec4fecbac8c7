import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { textMessage } from '../../src/model/message.ts';
import type { LanguageModel, ModelRequest } from '../../src/ports/language-model.ts';
import type { LoopbackRequest, Reply, ReplyScript } from '../loopback/reply.ts';
import { askModel, FILES_READ, type GatheredAnswer, GIT_DIFF, modelRequest } from './ask-model.ts';

/** A model whose answers a script decides, and how to end what serves it. */
export interface ScriptedModel {
  readonly model: LanguageModel;
  readonly close: () => Promise<void>;
}

const VERDICT_SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    verdict: { type: 'string', enum: ['approve', 'reject'] },
    effort: { type: 'integer', minimum: 1 },
  },
  required: ['verdict', 'effort'],
  additionalProperties: false,
};
const VERDICT = { verdict: 'approve', effort: 2 };

/** What every language model behind a wire format must hold, whatever the format and whether it streams. */
export function languageModelContract(
  name: string,
  makeModel: (script: ReplyScript) => Promise<ScriptedModel>,
): void {
  const open: ScriptedModel[] = [];
  const make = async (script: ReplyScript): Promise<LanguageModel> => {
    const scripted = await makeModel(script);
    open.push(scripted);
    return scripted.model;
  };
  const answerTo = async (reply: Reply, request?: ModelRequest): Promise<GatheredAnswer> =>
    askModel(await make(() => reply), request);
  afterEach(async () => {
    for (const scripted of open.splice(0)) await scripted.close();
  });

  describe(`${name}: answers`, () => {
    answersContract(make, answerTo);
  });
  describe(`${name}: failures`, () => {
    failuresContract(make, answerTo, makeModel);
  });
}

type Make = (script: ReplyScript) => Promise<LanguageModel>;
type AnswerTo = (reply: Reply, request?: ModelRequest) => Promise<GatheredAnswer>;

function answersContract(make: Make, answerTo: AnswerTo): void {
  it('gives the text, the usage and then the finish, which is last and only once', async () => {
    const text = 'The change is good: ☂ 🚀 "quoted"\nand a second line.';
    const answer = await answerTo({ text, usage: { input: 120, output: 9, cached: 100 } });
    expect(answer.text).toBe(text);
    expect(answer.usage).toEqual({ inputTokens: 120, outputTokens: 9, cachedInputTokens: 100 });
    expect(answer.parts.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    expect(answer.parts.filter(part => part.type === 'finish' || part.type === 'failure')).toHaveLength(1);
  });

  it('gives parallel tool calls under our names, with distinct ids and text beside them', async () => {
    const request = modelRequest({ tools: [GIT_DIFF, FILES_READ] });
    const toolCalls = [
      { tool: 'git.diff', args: { range: 'HEAD~1..HEAD' } },
      { tool: 'files.read', args: { path: 'äöü/☂.ts' } },
      { tool: 'files.read' },
    ];
    const answer = await answerTo({ text: 'Let me look.', toolCalls }, request);
    expect(answer.text).toBe('Let me look.');
    expect(answer.calls.map(({ tool, args }) => ({ tool, args }))).toEqual([
      { tool: 'git.diff', args: { range: 'HEAD~1..HEAD' } },
      { tool: 'files.read', args: { path: 'äöü/☂.ts' } },
      { tool: 'files.read', args: {} },
    ]);
    expect(new Set(answer.calls.map(call => call.id)).size).toBe(3);
    expect(answer.finish).toBe('tool_calls');
  });

  it('goes on after tool results, through calls that were malformed or unknown', async () => {
    const model = await make((request, index) =>
      index === 0
        ? { toolCalls: [{ tool: 'git.diff' }, { tool: 'made_up' }, { tool: 'git.diff', rawArgs: '"text"' }] }
        : { text: request.promptText },
    );
    const tools = [GIT_DIFF];
    const first = await askModel(model, modelRequest({ tools }));
    expect(first.calls.map(call => call.tool)).toEqual(['git.diff', 'made_up', 'git.diff']);
    const messages = [
      ...modelRequest().messages,
      { from: 'assistant' as const, parts: first.calls.map(call => ({ type: 'tool-call' as const, call })) },
      {
        from: 'tool' as const,
        parts: first.calls.map(({ id, tool }, index) => ({
          type: 'tool-result' as const,
          callId: id,
          tool,
          value: index === 0 ? { patch: '+ added' } : 'no such thing',
          isError: index > 0,
        })),
      },
      textMessage('user', 'And now?'),
    ];
    const second = await askModel(model, modelRequest({ tools, messages }));
    expect(second.failure).toBeUndefined();
    for (const said of ['{"patch":"+ added"}', 'no such thing', 'And now?'])
      expect(second.text).toContain(said);
  });

  it.each([
    ['{"range": "HEAD', 'cut'],
    ['[1, 2]', 'a list'],
    ['"text"', 'a text'],
    ['null', 'null'],
  ])('hands over tool arguments that are no JSON object as malformed: %s is %s', async rawArgs => {
    const answer = await answerTo(
      { toolCalls: [{ tool: 'git.diff', rawArgs }] },
      modelRequest({ tools: [GIT_DIFF] }),
    );
    expect(answer.calls).toHaveLength(1);
    expect(answer.calls[0]?.args).toEqual({});
    expect(answer.calls[0]?.malformed?.replace(/\W/g, '')).toBe(rawArgs.replace(/\W/g, ''));
  });

  it('delivers an artifact as the text of the answer', async () => {
    const output = { name: 'review verdict', schema: VERDICT_SCHEMA };
    const answer = await answerTo({ json: VERDICT }, modelRequest({ output }));
    expect(JSON.parse(answer.text)).toEqual(VERDICT);
    expect(answer.calls).toEqual([]);
    expect(answer.finish).toBe('stop');
  });

  it('delivers an artifact whose schema no provider enforces', async () => {
    const loose = {
      type: 'object',
      properties: { a: { type: 'string', minLength: 2, format: 'odd' } },
      'x-note': 1,
    };
    const answer = await answerTo(
      { json: VERDICT },
      modelRequest({ output: { name: 'loose', schema: loose } }),
    );
    expect(JSON.parse(answer.text)).toEqual(VERDICT);
    expect(answer.finish).toBe('stop');
  });

  it('delivers an artifact that is a list, which the model was told in words', async () => {
    const output = {
      name: 'list',
      schema: { type: 'array', items: { type: 'string' }, title: 'names-of-files' },
    };
    const model = await make(request =>
      request.promptText.includes('names-of-files') ? { json: ['a'] } : {},
    );
    const answer = await askModel(model, modelRequest({ output }));
    expect(answer.text).toBe('["a"]');
  });

  it('calls tools first and delivers the artifact afterwards when both are asked for', async () => {
    const request = modelRequest({ tools: [GIT_DIFF], output: { name: 'verdict', schema: VERDICT_SCHEMA } });
    const model = await make((_request, index) =>
      index === 0 ? { toolCalls: [{ tool: 'git.diff', args: { range: 'x' } }] } : { json: VERDICT },
    );
    const first = await askModel(model, request);
    expect(first.calls).toHaveLength(1);
    expect(first.finish).toBe('tool_calls');
    const second = await askModel(model, request);
    expect(JSON.parse(second.text)).toEqual(VERDICT);
    expect(second.finish).toBe('stop');
  });

  it.each(['length', 'content_filter'] as const)('says that an answer ended by %s', async finish => {
    const answer = await answerTo({ text: 'The cha', finish });
    expect(answer.text).toBe('The cha');
    expect(answer.finish).toBe(finish);
  });

  it('shows the words of a refusal and finishes with content_filter', async () => {
    const answer = await answerTo({ refusal: 'I will not do that.' });
    expect(answer.text).toBe('I will not do that.');
    expect(answer.finish).toBe('content_filter');
  });

  it('gives an empty answer as it is', async () => {
    const answer = await answerTo({ text: '' });
    expect(answer.text).toBe('');
    expect(answer.finish).toBe('stop');
  });

  it.each([
    ['none' as const],
    [{ input: -5, output: 5 }],
    [{ input: 10, output: 1e15 }],
    [{ input: 1.5, output: 2 }],
    [{ input: '10', output: 5 }],
    [{ input: 10, output: null }],
  ])('says nothing about usage that cannot be true: %j', async usage => {
    const answer = await answerTo({ text: 'Good.', usage });
    expect(answer.parts.some(part => part.type === 'usage')).toBe(false);
    expect(answer.finish).toBe('stop');
  });
}

function failuresContract(
  make: Make,
  answerTo: AnswerTo,
  makeModel: (script: ReplyScript) => Promise<ScriptedModel>,
): void {
  it.each([
    [400, 'PROVIDER_REFUSED'],
    [401, 'PROVIDER_AUTH'],
    [402, 'PROVIDER_QUOTA'],
    [403, 'PROVIDER_AUTH'],
    [404, 'PROVIDER_REFUSED'],
    [408, 'PROVIDER_TIMEOUT'],
    [409, 'PROVIDER_REFUSED'],
    [413, 'CONTEXT_OVERFLOW'],
    [422, 'PROVIDER_REFUSED'],
    [429, 'PROVIDER_RATE_LIMITED'],
    [500, 'PROVIDER_OVERLOADED'],
    [503, 'PROVIDER_OVERLOADED'],
    [529, 'PROVIDER_OVERLOADED'],
  ] as const)(
    'gives status %i as %s with the words of the provider, after one request',
    async (status, code) => {
      let requests = 0;
      const fault = {
        kind: 'http',
        status,
        body: { error: { message: 'request timed out, says I' } },
      } as const;
      const model = await make(() => {
        requests += 1;
        return { fault };
      });
      const answer = await askModel(model);
      expect(answer.failure?.code).toBe(code);
      expect(answer.failure?.message).toContain(`${status}`);
      expect(answer.failure?.message).toContain('request timed out, says I');
      expect(answer.parts).toHaveLength(1);
      expect(requests).toBe(1);
    },
  );

  it.each(['cut', 'reset'] as const)('fails when the stream ends by a %s, and never finishes', async kind => {
    const answer = await answerTo({ text: 'The change is good as far as I can see', fault: { kind } });
    expect(answer.failure?.code).toBe(kind === 'cut' ? 'PROVIDER_PROTOCOL' : 'PROVIDER_UNAVAILABLE');
    expect(answer.finish).toBeUndefined();
  });

  it.each([
    ['a web page', { 'content-type': 'text/html; charset=utf-8' }, '<html><title>Sign in</title></html>'],
    ['an empty body', {}, ''],
    ['an empty JSON body', { 'content-type': 'application/json' }, ''],
    ['null', { 'content-type': 'application/json' }, 'null'],
    ['another shape', { 'content-type': 'application/json' }, '{"hello": ["world"]}'],
    ['broken JSON', { 'content-type': 'application/json' }, '{"choices": ['],
    [
      'garbage events',
      { 'content-type': 'text/event-stream' },
      'data: {"choices": [{]\n\nevent: message_stop\ndata: x\n\n',
    ],
    [
      'events of another protocol',
      { 'content-type': 'text/event-stream' },
      'event: hi\ndata: {"type": "hi"}\n\n',
    ],
  ])('gives a success with %s as PROVIDER_PROTOCOL', async (_name, headers, body) => {
    const answer = await answerTo({ fault: { kind: 'raw', headers, body } });
    expect(answer.failure?.code).toBe('PROVIDER_PROTOCOL');
    expect(answer.parts.filter(part => part.type !== 'text')).toHaveLength(1);
  });

  it('is interrupted before it asks when the signal is already aborted', async () => {
    let requests = 0;
    const model = await make(() => {
      requests += 1;
      return { text: 'hi' };
    });
    const answer = await askModel(model, modelRequest(), AbortSignal.abort());
    expect(answer.failure?.code).toBe('RUN_INTERRUPTED');
    expect(requests).toBe(0);
  });

  it.each(['before-headers', 'after-headers', 'mid-body'] as const)(
    'ends with RUN_INTERRUPTED and closes the connection when the signal aborts while the server stalls %s',
    async at => {
      const abort = new AbortController();
      const arrived = Promise.withResolvers<LoopbackRequest>();
      const model = await make(request => {
        arrived.resolve(request);
        return { text: 'The change is good as far as I can see', fault: { kind: 'stall', at } };
      });
      const asked = askModel(model, modelRequest(), abort.signal);
      const request = await arrived.promise;
      abort.abort();
      expect((await asked).failure?.code).toBe('RUN_INTERRUPTED');
      expect(await request.closed).toBe('aborted');
    },
  );

  it('is unavailable when nobody listens', async () => {
    const { model, close } = await makeModel(() => ({ text: 'hi' }));
    await close();
    expect((await askModel(model)).failure?.code).toBe('PROVIDER_UNAVAILABLE');
  });
}
