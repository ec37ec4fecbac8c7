import { expect, test } from 'vitest';
import { CrewError } from '../../src/model/crew-error.ts';
import type { ModelCallEffect } from '../../src/model/effect.ts';
import type { ModelDelta } from '../../src/model/run-event.ts';
import type { LanguageModel, ModelStreamPart } from '../../src/ports/language-model.ts';
import { createScriptModel } from '../../src/providers/script.ts';
import { createExecutor, type ExecutorDoors } from '../../src/runtime/executor.ts';
import { resultOf } from './compact-events.ts';
import { createFakeWorld, EPOCH } from './fake-world.ts';
import { runCrew } from './run-crew.ts';

const CALL: ModelCallEffect = {
  type: 'model.call',
  key: 'a:1:1/model-1',
  model: 'default',
  messages: [],
  tools: [],
  maxTokens: 9,
  origin: { phase: 'a', role: 'writer', turn: 1, values: {} },
};
const signal = new AbortController().signal;

function executorWith(doors: Partial<ExecutorDoors>) {
  return createExecutor({
    world: createFakeWorld(),
    workspace: '/workspace',
    runId: 'run1',
    model: async () => modelSaying([]),
    tool: async () => undefined,
    places: async () => ({}),
    person: async () => undefined,
    onDelta: () => undefined,
    onNotice: () => undefined,
    ...doors,
  });
}

function modelSaying(parts: readonly ModelStreamPart[]): LanguageModel {
  return {
    id: 'fake:model',
    defaultMaxTokens: 9,
    isLanguageModel: true,
    async *generate() {
      yield* parts;
    },
  };
}

test('how a stream was cut does not show in the fact, and empty pieces leave nothing', async () => {
  const usage = { inputTokens: 1, outputTokens: 2, cachedInputTokens: 0 };
  const call = { id: '1', tool: 'kit.echo', args: {} };
  const deltas: ModelDelta[] = [];
  const execute = executorWith({
    onDelta: delta => deltas.push(delta),
    model: async () =>
      modelSaying([
        { type: 'text', text: '' },
        { type: 'text', text: 'Hel' },
        { type: 'text', text: 'lo' },
        { type: 'tool-call', call },
        { type: 'text', text: '' },
        { type: 'usage', usage },
        { type: 'finish', reason: 'tool_calls' },
      ]),
  });
  expect(await execute(CALL, signal)).toEqual({
    type: 'model.answered',
    at: EPOCH,
    key: CALL.key,
    ms: 0,
    usage,
    message: {
      from: 'assistant',
      parts: [
        { type: 'text', text: 'Hello' },
        { type: 'tool-call', call },
      ],
    },
    finishReason: 'tool_calls',
  });
  expect(deltas.map(delta => delta.text).join('')).toBe('Hello');
});

test('a model that cannot be opened is a fact with its code; a bug is thrown', async () => {
  const missing = executorWith({
    model: async () => {
      throw new CrewError('CREDENTIALS_MISSING', 'no key', { retryAfterMs: 5 });
    },
  });
  expect(await missing(CALL, signal)).toMatchObject({
    type: 'model.failed',
    failure: { code: 'CREDENTIALS_MISSING', message: 'no key', retryAfterMs: 5 },
  });
  const buggy = executorWith({
    model: async () => {
      throw new TypeError('our bug');
    },
  });
  await expect(buggy(CALL, signal)).rejects.toThrow('our bug');
});

test('a tool that is not there is TOOL_UNKNOWN, and what a tool throws is TOOL_FAILED', async () => {
  const effect = { type: 'tool.call', key: 'a:1:1/tool', tool: 'kit.x', args: {}, repeatable: true } as const;
  expect(await executorWith({})(effect, signal)).toMatchObject({ failure: { code: 'TOOL_UNKNOWN' } });
  const spec = { name: 'kit.x', description: '', inputSchema: true, readOnly: true };
  const throwing = executorWith({
    tool: async () => ({ spec, call: () => Promise.reject(new RangeError('too far')) }),
  });
  expect(await throwing(effect, signal)).toMatchObject({
    failure: { code: 'TOOL_FAILED', message: '`kit.x` failed: too far' },
  });
});

test('a scripted model plays a crew by phase, role and turn', async () => {
  const model = createScriptModel(
    {
      version: 1,
      replies: [
        { phase: 'write', turn: 1, calls: [{ tool: 'kit.echo', args: { text: 'seen' } }] },
        { phase: 'write', turn: 2, json: { n: 2 } },
        { role: 'critic', text: 'fine' },
      ],
    },
    'test',
  );
  const run = await runCrew({
    model,
    yaml: `roles: { writer: { goal: Write., tools: [kit] }, critic: { goal: Read. } }
start: write
phases:
  write:
    role: writer
    task: Write.
    output: { type: object, required: [n], properties: { n: { type: integer } } }
    next: read
  read: { role: critic, task: "Is {{ write.n }} good?", next: done }
  done: { end: success, result: ["{{ write.n }}", "{{ read }}"] }
`,
  });
  expect(resultOf(run)).toMatchObject({ result: [2, 'fine'] });
});
