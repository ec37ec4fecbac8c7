import type { ContentBlock } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { toolPin } from '../../../src/language/server-identity.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { ListedTool } from '../../../src/model/mcp-listing.ts';
import type { ToolQuestion } from '../../../src/model/person-question.ts';
import type { ToolSpec } from '../../../src/model/tool-spec.ts';
import { answerElicitation } from '../../../src/tools/mcp/answer-elicitation.ts';
import { headerProblem } from '../../../src/tools/mcp/header-declarations.ts';
import { createLineSplitter } from '../../../src/tools/mcp/line-splitter.ts';
import { createMessageGate } from '../../../src/tools/mcp/message-gate.ts';
import { assertPinned, toolDifferences } from '../../../src/tools/mcp/pin-check.ts';
import { contentValue } from '../../../src/tools/mcp/tool-result.ts';
import { vetTools } from '../../../src/tools/mcp/vet-tools.ts';
import { fc } from '../../laws.ts';

describe('the gate', () => {
  test('lets through, of any JSON, only messages with the right form, and answers that are waited for', () => {
    const likeMessages = fc.record(
      {
        jsonrpc: fc.constantFrom('2.0', '1.0', 2, null),
        id: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('1', null, true, 1.5), fc.jsonValue()),
        method: fc.oneof(
          fc.constantFrom('ping', 'notifications/message', 'notifications/odd'),
          fc.jsonValue(),
        ),
        params: fc.jsonValue(),
        result: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
        error: fc.oneof(fc.record({ code: fc.integer(), message: fc.string() }), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const texts = fc.array(fc.oneof(likeMessages, fc.jsonValue(), fc.array(likeMessages)), { maxLength: 8 });
    fc.assert(
      fc.property(texts, all => {
        const gate = createMessageGate();
        for (const id of [0, 1]) gate.sent({ jsonrpc: '2.0', id, method: 'tools/call', params: {} });
        const answered: unknown[] = [];
        for (const message of all.flatMap(raw => gate.received(raw))) {
          expect(message.jsonrpc).toBe('2.0');
          if ('method' in message) expect(typeof message.method).toBe('string');
          else answered.push(message.id);
        }
        expect(new Set(answered).size).toBe(answered.length);
        for (const id of answered) expect([0, 1]).toContain(id);
      }),
    );
  });

  test('drops what comes after a cancellation', () => {
    const gate = createMessageGate();
    gate.sent({ jsonrpc: '2.0', id: 7, method: 'tools/call' });
    gate.sent({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } });
    expect(gate.received({ jsonrpc: '2.0', id: 7, result: {} })).toEqual([]);
  });
});

describe('a list of tools', () => {
  test('of any JSON gives tools that can be used, and one problem for each other', () => {
    const tool = fc.record(
      {
        name: fc.oneof(fc.constantFrom('work', '__proto__', 'a/b', ''), fc.string(), fc.jsonValue()),
        title: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        description: fc.oneof(fc.string(), fc.jsonValue()),
        inputSchema: fc.oneof(fc.constant({ type: 'object' }), fc.jsonValue()),
        outputSchema: fc.jsonValue(),
        annotations: fc.oneof(fc.record({ readOnlyHint: fc.jsonValue() }), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(tool, fc.jsonValue()), { maxLength: 10 }), page => {
        const { tools, problems } = vetTools(page);
        expect(tools.length + problems.length).toBe(page.length);
        for (const one of tools) {
          expect(one.name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_./-]*$/);
          expect((one.inputSchema as JsonObject).type).toBe('object');
          expect(JSON.parse(JSON.stringify(one))).toEqual(one);
        }
        for (const problem of problems) expect(problem.isWellFormed() && problem.length < 500).toBe(true);
      }),
    );
  });

  test.each<[string, JsonObject, boolean]>([
    ['none', { type: 'object', properties: { a: { type: 'string' } } }, true],
    ['on a text', { type: 'object', properties: { a: { type: 'string', 'x-mcp-header': 'Region' } } }, true],
    [
      'on a text inside an object',
      {
        type: 'object',
        properties: { a: { type: 'object', properties: { b: { type: 'string', 'x-mcp-header': 'B' } } } },
      },
      true,
    ],
    ['on an object', { type: 'object', properties: { a: { type: 'object', 'x-mcp-header': 'A' } } }, false],
    ['on a number', { type: 'object', properties: { a: { type: 'number', 'x-mcp-header': 'A' } } }, false],
    ['with a space', { type: 'object', properties: { a: { type: 'string', 'x-mcp-header': 'A B' } } }, false],
    [
      'with a line feed',
      { type: 'object', properties: { a: { type: 'string', 'x-mcp-header': 'A\r\nX: y' } } },
      false,
    ],
    ['empty', { type: 'object', properties: { a: { type: 'string', 'x-mcp-header': '' } } }, false],
    [
      'twice',
      {
        type: 'object',
        properties: {
          a: { type: 'string', 'x-mcp-header': 'A' },
          b: { type: 'string', 'x-mcp-header': 'a' },
        },
      },
      false,
    ],
    [
      'on items',
      {
        type: 'object',
        properties: { a: { type: 'array', items: { type: 'string', 'x-mcp-header': 'A' } } },
      },
      false,
    ],
    [
      'in a choice',
      { type: 'object', anyOf: [{ properties: { a: { type: 'string', 'x-mcp-header': 'A' } } }] },
      false,
    ],
    ['as a default value', { type: 'object', properties: { a: { default: { 'x-mcp-header': 5 } } } }, true],
  ])('a header declared %s', (_title, schema, fits) => {
    expect(headerProblem(schema) === undefined).toBe(fits);
  });
});

describe('what a server says of a tool now', () => {
  const listed: ListedTool = {
    name: 'work',
    description: 'Works.',
    inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
    annotations: { readOnlyHint: true },
  };
  const spec: ToolSpec = {
    name: 'peer.work',
    description: 'Works.',
    inputSchema: listed.inputSchema,
    readOnly: false,
    annotations: { readOnlyHint: true },
    pin: toolPin('identity', listed),
  };

  test('passes when it is what was accepted', () => {
    expect(() => assertPinned(spec, 'identity', structuredClone(listed))).not.toThrow();
    expect(() => assertPinned(spec, 'another identity', listed)).toThrow(/only the pin covers/);
  });

  test.each<[Partial<ListedTool>, readonly string[]]>([
    [{ description: 'Works!' }, ['description: "Works." became "Works!"']],
    [{ annotations: {} }, ['annotations.readOnlyHint: gone is true']],
    [
      { annotations: { readOnlyHint: true, destructiveHint: false } },
      ['annotations.destructiveHint: new is false'],
    ],
    [{ outputSchema: true }, ['outputSchema: new is true']],
    [
      { inputSchema: { type: 'object', properties: { path: { type: 'string', default: '/' }, key: {} } } },
      ['inputSchema.properties.key: new is {}', 'inputSchema.properties.path.default: new is "/"'],
    ],
    [{ title: 'W' }, []],
  ])('%j is shown as a difference', (change, lines) => {
    const live = { ...listed, ...change };
    expect(toolDifferences(spec, live)).toEqual(lines);
    expect(() => assertPinned(spec, 'identity', live)).toThrow(/look at it with `crew tools accept`/);
  });

  test('is shown around the place where a long text differs', () => {
    const long = 'a'.repeat(5000);
    const [line] = toolDifferences(
      { ...spec, description: `${long}1` },
      { ...listed, description: `${long}2` },
    );
    expect(line).toMatch(/a1" became …a+2"$/);
    expect(line?.length).toBeLessThan(500);
  });
});

describe('a question of a server', () => {
  const declined: string[] = [];
  const ask = async (properties: JsonObject, more: JsonObject = {}): Promise<readonly ToolQuestion[]> => {
    const asked: ToolQuestion[] = [];
    declined.length = 0;
    const deadline = {
      touch: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      expiredAfterMs: () => undefined,
      end: () => undefined,
    };
    const context = {
      workspace: '/',
      signal: new AbortController().signal,
      notice: () => undefined,
      ask: async (question: ToolQuestion) => {
        asked.push(question);
        return undefined;
      },
      declined: (_question: ToolQuestion, why: string) => {
        declined.push(why);
      },
    };
    const params = { message: 'Please', requestedSchema: { type: 'object', properties }, ...more };
    const answer = await answerElicitation(
      params,
      { context, deadline, questions: 0 },
      { alias: 'peer', misfit: () => undefined },
    );
    // Nobody has refused what nobody was asked.
    expect(answer).toEqual({ action: asked.length > 0 ? 'cancel' : 'decline' });
    return asked;
  };

  test.each([
    { password: { type: 'string' } },
    { apiKey: { type: 'string' } },
    { api_key: { type: 'string' } },
    { access_token: { type: 'string' } },
    { x: { type: 'string', title: 'Your passphrase' } },
    { x: { type: 'string', format: 'password' } },
    { pin: { type: 'integer' } },
    { otp: { type: 'string' } },
  ])('for a secret is not asked: %j', async properties => {
    expect(await ask(properties)).toEqual([]);
    expect(declined).toEqual([`it asks for a secret: \`${Object.keys(properties)[0]}\``]);
  });

  test.each([
    { name: { type: 'string' } },
    { spinning: { type: 'boolean' } },
    { tokens_left: { type: 'integer' } },
    { x: { type: 'integer', description: 'Do not give us your pin' } },
    { x: { type: 'string', description: 'A phone number, pin or anything' } },
    { tags: { type: 'array', items: { type: 'string', enum: ['a'] } } },
  ])('for anything else is: %j', async properties => {
    expect(await ask(properties)).toHaveLength(1);
  });

  test.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://a:b@example.org',
    'no address',
    5,
  ])('to visit %s is not asked', async url => {
    expect(await ask({}, { mode: 'url', url })).toEqual([]);
  });
});

describe('content', () => {
  test.each<[readonly ContentBlock[], unknown]>([
    [[], null],
    [[{ type: 'text', text: '' }], ''],
    [
      [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      'a\nb',
    ],
    [
      [{ type: 'audio', mimeType: 'audio/wav', data: 'AAA=' }],
      { parts: [{ type: 'audio', mime: 'audio/wav', bytes: 2, data: 'AAA=' }] },
    ],
    [
      [{ type: 'resource', resource: { uri: 'a://b', mimeType: 'text/plain', text: 't' } }],
      { parts: [{ type: 'resource', uri: 'a://b', mime: 'text/plain', text: 't' }] },
    ],
  ])('%j becomes a value', (content, value) => {
    expect(contentValue(content)).toEqual(value);
  });
});

describe('lines', () => {
  test('are the same however the bytes arrive', () => {
    const lines = fc.array(
      fc.string().filter(text => !/[\n\r]/.test(text) && text.isWellFormed()),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 7 }), (texts, size) => {
        const bytes = Buffer.from(texts.map(text => `${text}\n`).join(''));
        const splitter = createLineSplitter(10_000);
        const found: string[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          found.push(...splitter.take(bytes.subarray(at, at + size)).lines);
        }
        expect(found).toEqual(texts);
      }),
    );
  });

  test('that are too long are told, ended or not', () => {
    expect(createLineSplitter(3).take(Buffer.from('abc\nabcd\n'))).toEqual({
      lines: ['abc'],
      overflow: true,
    });
    expect(createLineSplitter(3).take(Buffer.from('abcd'))).toEqual({ lines: [], overflow: true });
  });
});
