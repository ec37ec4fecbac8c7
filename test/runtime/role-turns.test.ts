import { expect, test } from 'vitest';
import { messageText } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { compact, eventsOf, resultOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { type CrewRunOptions, runCrew } from './run-crew.ts';

const crew = (phase: string) => `roles: { writer: { goal: Write., tools: [kit] } }
start: work
phases:
  work: { role: writer, task: Write., ${phase} on_error: failed, next: done }
  done: { end: success, result: "{{ work }}" }
  failed: { end: failure, result: "{{ run.error.code }}" }
`;
const OUTPUT = 'output: { type: object, required: [n], properties: { n: { type: integer } } },';
const inOrder = (replies: readonly Reply[]) => (_request: ModelRequest, nth: number) =>
  replies[nth - 1] ?? { failure: { code: 'PROVIDER_REFUSED', message: 'no more replies' } as const };
const work = (replies: readonly Reply[], phase = '', options: Partial<CrewRunOptions> = {}) =>
  runCrew({ yaml: crew(phase), replies: inOrder(replies), ...options });
/** What the model was told last, as text. */
const lastMessage = (request: ModelRequest | undefined) => request?.messages.at(-1);
const lastText = (request: ModelRequest | undefined) => {
  const message = lastMessage(request);
  return message === undefined ? '' : messageText(message);
};

test('tool calls of one turn run at once and are answered together in the order of asking', async () => {
  const run = await work([
    {
      calls: [
        { tool: 'kit.wait', args: { ms: 30 } },
        { tool: 'kit.wait', args: { ms: 10 } },
        { tool: 'kit.echo', args: { text: 'now' } },
      ],
    },
    { text: 'done' },
  ]);
  expect(resultOf(run)).toMatchObject({ result: 'done' });
  expect(lastMessage(run.modelRequests[1])).toEqual({
    from: 'tool',
    parts: [
      { type: 'tool-result', callId: 'call_1_1', tool: 'kit.wait', value: { waited: 30 }, isError: false },
      { type: 'tool-result', callId: 'call_1_2', tool: 'kit.wait', value: { waited: 10 }, isError: false },
      { type: 'tool-result', callId: 'call_1_3', tool: 'kit.echo', value: 'now', isError: false },
    ],
  });
  expect(compact(run.events.filter(event => event.type.startsWith('tool.')))).toEqual([
    'tool.started work:1:1/tool-1-1',
    'tool.started work:1:1/tool-1-2',
    'tool.started work:1:1/tool-1-3',
    'tool.ended work:1:1/tool-1-3 returned',
    'tool.ended work:1:1/tool-1-2 returned',
    'tool.ended work:1:1/tool-1-1 returned',
  ]);
  // One millisecond for each of two answers, and the longest tool.
  expect((run.events.at(-1)?.at ?? 0) - (run.events[0]?.at ?? 0)).toBe(32);
});

test('an unknown tool, malformed arguments and arguments that do not fit are told to the model, which can mend', async () => {
  const run = await work([
    {
      calls: [
        { tool: 'kit.eco', args: {} },
        { tool: 'kit.echo', malformed: '{"text":' },
        { tool: 'kit.echo', args: { text: 7 } },
      ],
    },
    { calls: [{ tool: 'kit.echo', args: { text: 'right' } }] },
    { text: 'done' },
  ]);
  expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'done' });
  const [unknown, malformed, misfit] = lastMessage(run.modelRequests[1])?.parts ?? [];
  expect(unknown).toMatchObject({ isError: true, value: { error: expect.stringContaining('`kit.echo`') } });
  expect(malformed).toMatchObject({
    isError: true,
    value: { error: expect.stringContaining('JSON object') },
  });
  expect(misfit).toMatchObject({ isError: true, value: { error: expect.stringContaining('/text') } });
  expect(run.toolCalls).toEqual([{ tool: 'kit.echo', args: { text: 'right' } }]);
  const codes = eventsOf(run, 'tool.ended').map(event => 'failure' in event && event.failure.code);
  expect(codes).toEqual(['TOOL_UNKNOWN', 'TOOL_ARGUMENTS', 'TOOL_ARGUMENTS', false]);
  expect(eventsOf(run, 'tool.started')).toHaveLength(4);
});

test('a call with and one without a fault in one turn are answered together', async () => {
  const run = await work([
    { calls: [{ tool: 'kit.none' }, { tool: 'kit.echo', args: { text: 'fine' } }] },
    { text: 'done' },
  ]);
  expect(lastMessage(run.modelRequests[1])?.parts).toMatchObject([
    { callId: 'call_1_1', isError: true },
    { callId: 'call_1_2', isError: false, value: 'fine' },
  ]);
});

test('the failure of a tool is told to the model, and is not the failure of the phase', async () => {
  const run = await work([{ calls: [{ tool: 'kit.fail' }] }, { text: 'without it' }]);
  expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'without it' });
  expect(lastMessage(run.modelRequests[1])?.parts).toMatchObject([
    { isError: true, value: { error: 'TOOL_FAILED: it broke' } },
  ]);
});

test('a tool result may have a mebibyte of JSON; one that is larger fails the call', async () => {
  const sized = (length: number) =>
    work([{ calls: [{ tool: 'kit.echo', args: { text: '' } }] }, { text: 'ok' }], '', {
      tools: { echo: () => 'x'.repeat(length - 2) },
    });
  const [largest, larger] = [await sized(1_048_576), await sized(1_048_577)];
  expect(lastMessage(largest.modelRequests[1])?.parts).toMatchObject([{ isError: false }]);
  expect(lastMessage(larger.modelRequests[1])?.parts).toMatchObject([
    { isError: true, value: { error: expect.stringContaining('the limit is 1048576') } },
  ]);
});

test('`max_turns` ends a role that still calls tools', async () => {
  const calls: Reply = { calls: [{ tool: 'kit.echo', args: { text: 'again' } }] };
  const run = await work([calls, calls, calls, calls], 'max_turns: 3,');
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'TURN_LIMIT' });
  expect(run.modelRequests).toHaveLength(3);
  expect(run.toolCalls).toHaveLength(2);
});

test('an artifact in a fence is mended by rule, and the watchers are told how', async () => {
  const run = await work([{ text: 'Here it is:\n```json\n{"n": 4}\n```' }], OUTPUT);
  expect(resultOf(run)).toMatchObject({ result: { n: 4 } });
  expect(eventsOf(run, 'artifact.repaired')).toMatchObject([
    { phase: 'work', how: ['took the JSON out of the text around it'] },
  ]);
  expect(run.modelRequests).toHaveLength(1);
});

test('an artifact that does not fit is mended by the model, which is shown its answer, the problem and the schema', async () => {
  const run = await work([{ json: { n: 'many' } }, { json: { n: 5 } }], OUTPUT);
  expect(resultOf(run)).toMatchObject({ result: { n: 5 } });
  const [system, task, answer, complaint] = run.modelRequests[1]?.messages ?? [];
  expect([system?.from, task?.from, answer?.from, complaint?.from]).toEqual([
    'system',
    'user',
    'assistant',
    'user',
  ]);
  expect(lastText(run.modelRequests[1])).toContain('/n');
  expect(lastText(run.modelRequests[1])).toContain('"integer"');
  expect(eventsOf(run, 'artifact.rejected')).toMatchObject([{ repair: 1 }]);
});

test('a model mends at most twice, then the phase fails with OUTPUT_INVALID', async () => {
  const run = await work(Array(5).fill({ text: 'no JSON at all' }), OUTPUT);
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'OUTPUT_INVALID' });
  expect(run.modelRequests).toHaveLength(3);
});

test('an answer that was cut off is never accepted, not even when it happens to be whole JSON', async () => {
  const cut: Reply = { json: { n: 1 }, finish: 'length' };
  const mended = await work([cut, { json: { n: 2 } }], OUTPUT);
  expect(resultOf(mended)).toMatchObject({ result: { n: 2 } });
  const cutAt = (n: number): Reply => ({ json: { n }, finish: 'length' });
  const never = await work([cutAt(1), cutAt(2), cutAt(3), cutAt(4)], OUTPUT);
  expect(resultOf(never)).toMatchObject({ outcome: 'failure', result: 'OUTPUT_TRUNCATED' });
  expect(never.modelRequests).toHaveLength(3);
});

test('tool calls of an answer that was cut off are not made and not kept', async () => {
  const cut: Reply = { text: 'let me', calls: [{ tool: 'kit.echo', args: { text: 'x' } }], finish: 'length' };
  const run = await work([cut, { text: 'done' }]);
  expect(run.toolCalls).toEqual([]);
  const parts = run.modelRequests[1]?.messages.flatMap(message => message.parts.map(part => part.type));
  expect(parts).not.toContain('tool-call');
});

test('a text artifact that is empty, because it was cut off or not, is asked for again as text, not as JSON', async () => {
  const run = await work([{ text: '' }, { text: '', finish: 'length' }, { text: 'whole' }]);
  expect(resultOf(run)).toMatchObject({ result: 'whole' });
  for (const request of run.modelRequests.slice(1)) {
    expect(lastText(request)).toContain('<problem>');
    expect(lastText(request)).not.toContain('JSON');
  }
});

test('an answer of nothing but blanks is OUTPUT_EMPTY in the end, and is not shown to the model again', async () => {
  const run = await work(Array(4).fill({ text: ' \n ' }));
  const said = run.modelRequests[2]?.messages.map(message => message.from);
  expect(said).toEqual(['system', 'user', 'user', 'user']);
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'OUTPUT_EMPTY' });
});

test('an answer that the provider withheld fails the phase at once', async () => {
  const run = await work([{ text: 'I', finish: 'content_filter' }], OUTPUT);
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'CONTENT_FILTERED' });
  expect(run.modelRequests).toHaveLength(1);
});

test('without `output` the artifact is the text as it stands', async () => {
  const run = await work([{ text: '  {"n": 1}\n' }]);
  expect(resultOf(run)).toMatchObject({ result: '  {"n": 1}\n' });
});

test('`retry` of a role begins a new conversation', async () => {
  const bad = Array(3).fill({ text: 'no JSON' });
  const run = await work([...bad, { json: { n: 9 } }], `${OUTPUT} retry: 1,`);
  expect(resultOf(run)).toMatchObject({ result: { n: 9 } });
  expect(run.modelRequests[3]?.messages).toEqual(run.modelRequests[0]?.messages);
  expect(run.modelRequests[3]?.idempotencyKey).toBe('run1/work:1:2/model-1');
});

test('a model is shown the tools that its role is granted, and the scripted values', async () => {
  const run = await runCrew({
    yaml: `roles:
  all: { goal: Write., tools: [kit] }
  one: { goal: Write., tools: [kit.echo] }
  none: { goal: Write. }
inputs: { topic: { type: string } }
start: a
phases:
  a: { role: all, task: "About {{ inputs.topic }}", next: b }
  b: { role: one, task: "After {{ a }}", next: c }
  c: { role: none, task: "After {{ b }}", next: done }
  done: { end: success }
`,
    inputs: { topic: 'rain' },
    replies: request => ({ text: `by ${request.origin.role}` }),
  });
  const names = run.modelRequests.map(request => request.tools.map(tool => tool.name));
  expect(names[0]).toHaveLength(6);
  expect(names.slice(1)).toEqual([['kit.echo'], []]);
  expect(run.modelRequests.map(request => request.origin.values)).toEqual([
    { inputs: { topic: 'rain' } },
    { inputs: { topic: 'rain' }, a: 'by all' },
    { inputs: { topic: 'rain' }, b: 'by one' },
  ]);
});

test('R9: a tool that may change something is not called, and the run waits for consent', async () => {
  const run = await work([{ calls: [{ tool: 'kit.write', args: { text: 'x' } }] }]);
  expect(run.outcome).toMatchObject({
    type: 'suspended',
    state: {
      suspension: { failure: { code: 'CONSENT_REQUIRED' } },
      blocked: [{ tool: 'kit.write', args: { text: 'x' }, repeatable: false }],
    },
  });
  expect(run.toolCalls).toEqual([]);
  expect(eventsOf(run, 'tool.started')).toEqual([]);
  const resumed = await work([], '', { history: run.facts, resume: {} });
  expect(resumed.outcome).toMatchObject({ type: 'suspended' });
  expect(resumed.toolCalls).toEqual([]);
});

test('R9: a tool phase that may change something waits for consent, too', async () => {
  const run = await runCrew({
    yaml: `start: work
phases:
  work: { tool: kit.write, with: { text: x }, next: done }
  done: { end: success }
`,
  });
  expect(run.outcome).toMatchObject({
    type: 'suspended',
    state: { suspension: { failure: { code: 'CONSENT_REQUIRED' } }, blocked: [{ repeatable: false }] },
  });
  expect(run.toolCalls).toEqual([]);
});
