import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateValue } from '../../src/expressions/validate-value.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../../src/model/json.ts';
import { type Message, textMessage } from '../../src/model/message.ts';
import type { ToolSpec } from '../../src/model/tool-spec.ts';
import type { ModelRequest, ModelStreamPart } from '../../src/ports/language-model.ts';
import { createOfflineModel } from '../../src/providers/offline.ts';
import { fc } from '../laws.ts';

const model = createOfflineModel();

function tool(name: string, properties: JsonObject, required: string[] = [], readOnly = true): ToolSpec {
  return { name, description: '', readOnly, inputSchema: { type: 'object', properties, required } };
}

function request(options: {
  values?: JsonObject;
  tools?: readonly ToolSpec[];
  schema?: JsonSchema;
  results?: readonly { tool: string; value: JsonValue; isError?: boolean }[];
  task?: string;
  later?: readonly Message[];
}): ModelRequest {
  const results = (options.results ?? []).map(result => ({
    type: 'tool-result' as const,
    callId: result.tool,
    tool: result.tool,
    value: result.value,
    isError: result.isError ?? false,
  }));
  const asked = textMessage('user', options.task ?? 'Review this change with great care.');
  const answered: readonly Message[] = results.length === 0 ? [] : [{ from: 'tool', parts: results }];
  return {
    messages: [textMessage('system', 'You are a lead.'), asked, ...answered, ...(options.later ?? [])],
    tools: options.tools ?? [],
    maxTokens: 100,
    idempotencyKey: 'k',
    origin: { phase: 'p', role: 'r', turn: 1, values: options.values ?? {} },
    ...(options.schema === undefined ? {} : { output: { name: 'p', schema: options.schema } }),
  };
}

async function ask(asked: ModelRequest, signal = new AbortController().signal): Promise<ModelStreamPart[]> {
  const parts: ModelStreamPart[] = [];
  for await (const part of model.generate(asked, signal)) parts.push(part);
  return parts;
}

async function calls(asked: ModelRequest): Promise<unknown[]> {
  const parts = await ask(asked);
  return parts.flatMap(part => (part.type === 'tool-call' ? [[part.call.tool, part.call.args]] : []));
}

async function text(asked: ModelRequest): Promise<string> {
  const parts = await ask(asked);
  return parts.map(part => (part.type === 'text' ? part.text : '')).join('');
}

async function artifact(asked: ModelRequest): Promise<JsonValue> {
  return JSON.parse(await text(asked)) as JsonValue;
}

const range = { range: { type: 'string' } };

describe('offline: tool calls', () => {
  it('calls all tools whose arguments follow from the values, at once and without text', async () => {
    const parts = await ask(
      request({
        values: { inputs: { range: 'HEAD~1..HEAD', topic: 't' }, collect: { range: 'a..b', files: ['x'] } },
        tools: [
          tool('git.diff', range, ['range']),
          tool('git.log', { ...range, limit: { type: 'integer', default: 20 } }),
          tool('web.search', { topic: { type: 'string' } }, ['topic']),
          tool('files.read', { path: { type: 'string' } }, ['path']),
          tool('files.list', { folder: { type: 'string' } }),
          tool('files.write', range, ['range'], false),
          tool(
            'review.static',
            { files: { type: 'array', items: { type: 'string' } }, deep: { default: true } },
            ['files', 'deep'],
          ),
        ],
      }),
    );
    expect(parts).toEqual([
      { type: 'tool-call', call: { id: 'offline_1', tool: 'git.diff', args: { range: 'a..b' } } },
      { type: 'tool-call', call: { id: 'offline_2', tool: 'git.log', args: { range: 'a..b' } } },
      { type: 'tool-call', call: { id: 'offline_3', tool: 'web.search', args: { topic: 't' } } },
      {
        type: 'tool-call',
        call: { id: 'offline_4', tool: 'review.static', args: { files: ['x'], deep: true } },
      },
      { type: 'usage', usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 } },
      { type: 'finish', reason: 'tool_calls' },
    ]);
  });

  it('never calls what acts on the work itself, such as a delegation', async () => {
    const values = { inputs: { role: 'a', task: 't', expected: 'e' }, plan: { delegation: 1 } };
    const text = { type: 'string' };
    const tools = [
      tool('delegate', { role: text, task: text, expected: text }, ['role', 'task', 'expected']),
      tool('transcript', { delegation: { type: 'integer' } }, ['delegation']),
    ];
    expect(await calls(request({ values, tools }))).toEqual([]);
  });

  it('prefers the artifact named last, and skips values of another shape', async () => {
    const values = {
      a: { range: 'first' },
      b: { range: 'second' },
      c: { range: { base: 'x' } },
      inputs: { range: 'in' },
    };
    expect(await calls(request({ values, tools: [tool('git.diff', range, ['range'])] }))).toEqual([
      ['git.diff', { range: 'second' }],
    ]);
  });

  it('takes no optional argument from the inputs, and no tool for a default alone', async () => {
    const limit = { limit: { type: 'integer', default: 3 } };
    const tools = [tool('git.log', range), tool('files.list', limit), tool('open.ended', {}, ['unknown'])];
    expect(await calls(request({ values: { inputs: { range: 'r' } }, tools }))).toEqual([]);
  });

  it('makes at most six calls', async () => {
    const tools = Array.from({ length: 9 }, (_, index) => tool(`t.t${index}`, range, ['range']));
    expect(await calls(request({ values: { inputs: { range: 'r' } }, tools }))).toHaveLength(6);
  });

  it('does not call again once there are results, not even when it is asked to mend', async () => {
    const asked = request({
      values: { inputs: { range: 'r' } },
      tools: [tool('git.diff', range, ['range'])],
      results: [{ tool: 'git.diff', value: 'x' }],
      later: [textMessage('assistant', '{}'), textMessage('user', 'Mend this.')],
    });
    expect(await calls(asked)).toEqual([]);
  });

  it('is not misled by keys of prototypes', async () => {
    const tools = [tool('odd.one', { constructor: { type: 'string' }, toString: {} }, ['constructor'])];
    expect(await calls(request({ values: { inputs: {}, a: {} }, tools }))).toEqual([]);
  });
});

const finding = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'line'],
  properties: { id: { type: 'string' }, line: { type: 'integer' }, why: { type: 'string' } },
};
const review: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['findings', 'summary', 'verdict', 'notices'],
  properties: {
    findings: { type: 'array', items: { $ref: '#/$defs/finding' } },
    summary: {
      type: 'object',
      required: ['what', 'effort'],
      properties: { what: { type: 'string', maxLength: 80 }, effort: { type: 'integer', minimum: 1 } },
    },
    verdict: { enum: ['comment', 'approve'] },
    notices: { type: 'array', items: { type: 'string' } },
    extra: { type: 'string' },
    range: {
      type: 'object',
      required: ['base', 'head'],
      properties: { base: { type: 'string' }, head: { type: ['string', 'null'] } },
    },
  },
  $defs: { finding },
};

describe('offline: artifacts', () => {
  it('passes tool results into the schema: lists joined, equal items once, misfits named, failures named', async () => {
    const value = (await artifact(
      request({
        schema: review,
        values: { collect: { findings: [{ id: 'never', line: 1 }] } },
        results: [
          {
            tool: 'a.a',
            value: { findings: [{ id: '1', line: 3, source: 'x' }, { id: '2' }], base: 'b1', notices: ['n'] },
          },
          {
            tool: 'b.b',
            value: {
              findings: [
                { id: '1', line: 3 },
                { id: '3', line: 4, why: 'w' },
              ],
              head: null,
            },
          },
          { tool: 'c.c', value: 'not installed', isError: true },
        ],
      }),
    )) as JsonObject;
    expect(value).toMatchObject({
      findings: [
        { id: '1', line: 3 },
        { id: '3', line: 4, why: 'w' },
      ],
      range: { base: 'b1', head: null },
      verdict: 'comment',
    });
    expect(value.notices).toEqual([
      'n',
      '`c.c` failed: not installed',
      '`findings`: 1 did not fit the schema and were left out.',
      '`verdict` is "comment" because it is the first allowed value, not by judgement.',
    ]);
    expect(value).not.toHaveProperty('extra');
    expect(validateValue(review, value)).toEqual([]);
  });

  it('does not let a failed tool look like a clean review', async () => {
    const path = new URL('../../schemas/findings.schema.json', import.meta.url);
    const schema = JSON.parse(readFileSync(path, 'utf8')) as JsonSchema;
    const results = [{ tool: 'review.security', value: { error: 'TOOL_FAILED: no room' }, isError: true }];
    const found = (await artifact(request({ schema, results }))) as { findings: unknown; notices: string[] };
    expect(validateValue(schema, found as unknown as JsonValue)).toEqual([]);
    expect(found.findings).toEqual([]);
    expect(found.notices.join()).toContain('review.security');
  });

  it('takes artifacts when no tool has the property, and the branches inside them', async () => {
    const values = {
      inspect: {
        security: { findings: [{ id: 's', line: 1 }] },
        tests: { findings: [{ id: 't', line: 2 }] },
      },
    };
    const value = await artifact(request({ schema: review, values }));
    expect(value).toMatchObject({
      findings: [
        { id: 's', line: 1 },
        { id: 't', line: 2 },
      ],
    });
  });

  it('makes the emptiest value that fits when there is nothing', async () => {
    const value = (await artifact(request({ schema: review }))) as JsonObject;
    expect(validateValue(review, value)).toEqual([]);
    expect(value).toMatchObject({ findings: [], summary: { effort: 1 } });
    expect((value.summary as JsonObject).what).toMatch(/^Offline extract: Review this change/);
  });

  it('joins lists where the artifact is a list', async () => {
    const schema = { type: 'array', items: finding, maxItems: 2 };
    const results = [
      {
        tool: 'a.a',
        value: {
          findings: [
            { id: '1', line: 1 },
            { id: '2', line: 1 },
          ],
        },
      },
      { tool: 'b.b', value: { findings: [{ id: '3', line: 1 }] } },
    ];
    expect(await artifact(request({ schema, results }))).toEqual([
      { id: '1', line: 1 },
      { id: '2', line: 1 },
    ]);
  });

  it('survives a schema that refers to itself', async () => {
    const schema: JsonObject = {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, next: { $ref: '#' } },
    };
    const loop: JsonObject = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } };
    expect(await artifact(request({ schema }))).toHaveProperty('name');
    expect(await text(request({ schema: loop }))).not.toBe('');
  });

  it('quotes sentences and leaves patches out', async () => {
    const schema = { type: 'object', required: ['what'], properties: { what: { type: 'string' } } };
    const notes =
      'The parser reads untrusted input. It was read on a Sunday. The parser of untrusted input is slow.';
    const results = [
      { tool: 'a.a', value: { notes, patch: '+const the parser of untrusted input is here now' } },
    ];
    const value = (await artifact(request({ schema, results }))) as JsonObject;
    expect(value.what).toContain('The parser reads untrusted input.');
    expect(value.what).not.toContain('const');
  });
});

describe('offline: text', () => {
  it('says what it is first, then what was found and what failed', async () => {
    const results = [
      { tool: 'git.log', value: { commits: [{ subject: 'Adds a guard against empty ranges' }] } },
      { tool: 'git.diff', value: 'no repository', isError: true },
    ];
    const answer = await text(request({ results }));
    expect(answer.split('\n')[0]).toMatch(/offline responder.*not a language model/);
    expect(answer).toContain('`git.log` returned commits: 1. Adds a guard against empty ranges.');
    expect(answer).toContain('`git.diff` failed: no repository');
    expect(model.isLanguageModel).toBe(false);
  });

  it('ends with a failure when it is interrupted', async () => {
    const parts = await ask(request({}), AbortSignal.abort());
    expect(parts).toMatchObject([{ type: 'failure', failure: { code: 'RUN_INTERRUPTED' } }]);
  });
});

describe('offline: laws', () => {
  const values = fc.jsonValue({ depthSize: 'small' }) as fc.Arbitrary<JsonValue>;
  const keys = fc.constantFrom(
    'type',
    'properties',
    'items',
    'required',
    'enum',
    '$ref',
    'anyOf',
    'a',
    'findings',
    'const',
  );
  const schemas = fc.letrec<{ node: JsonValue }>(tie => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<JsonValue>(
        'object',
        'array',
        'string',
        'null',
        true,
        '#',
        '#/properties',
        '#/%',
        ['a'],
        3,
      ),
      fc.dictionary(keys, tie('node')),
      fc.array(tie('node'), { maxLength: 3 }),
    ),
  })).node;

  it('answers any request with exactly one end, twice the same', async () => {
    await fc.assert(
      fc.asyncProperty(schemas, values, values, async (schema, result, artifactValue) => {
        const asked = request({
          schema: (typeof schema === 'object' && schema !== null ? schema : true) as JsonSchema,
          results: [{ tool: 't.t', value: result }],
          values: { a: artifactValue },
        });
        const parts = await ask(asked);
        expect(parts.filter(part => part.type === 'finish' || part.type === 'failure')).toHaveLength(1);
        expect(parts.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
        expect(await ask(asked)).toEqual(parts);
      }),
      { numRuns: 500 },
    );
  });
});
