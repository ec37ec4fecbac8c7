import { describe, expect, test } from 'vitest';
import type { CodedFailure, ErrorCode } from '../../src/model/crew-error.ts';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const crew = (models: string, role = '') => `models: { default: ${models} }
roles: { writer: { goal: Write., ${role} } }
start: work
phases:
  work: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ work }}" }
`;
const three = crew('{ use: ["fake:a", "fake:b", "fake:c"] }');
const failing = (code: ErrorCode, more: Partial<CodedFailure> = {}): Reply => ({
  failure: { code, message: `no: ${code}`, ...more },
  usage: null,
  afterMs: 0,
});
const asked = (run: CrewRun) =>
  eventsOf(run, 'model.started').map(event => event.model.slice('fake:'.length));
const keys = (run: CrewRun) => eventsOf(run, 'model.started').map(event => event.key);

describe('models that are tried in order', () => {
  test('the next one is asked at once when a failure will not pass', async () => {
    const run = await runCrew({
      yaml: three,
      replies: (_request, nth) => (nth === 1 ? failing('PROVIDER_QUOTA') : { text: 'there' }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'there' });
    expect(asked(run)).toEqual(['default', 'default~2']);
    expect(keys(run)).toEqual(['work:1:1/model-1', 'work:1:1/model-1-2']);
    expect(run.facts.filter(fact => fact.type === 'timer.fired')).toEqual([]);
    expect(run.modelRequests[1]?.messages).toEqual(run.modelRequests[0]?.messages);
  });

  test('a failure that may pass has all its tries first, and the next model has tries of its own', async () => {
    const run = await runCrew({
      yaml: three,
      replies: (_request, nth) => (nth < 6 ? failing('PROVIDER_OVERLOADED') : { text: 'there' }),
    });
    expect(asked(run)).toEqual(['default', 'default', 'default', 'default~2', 'default~2', 'default~2']);
    expect(new Set(keys(run)).size).toBe(6);
    expect(eventsOf(run, 'model.started').every(event => event.turn === 1)).toBe(true);
    const start = run.events[0]?.at ?? 0;
    expect(eventsOf(run, 'model.started').map(event => event.at - start)).toEqual([
      0, 500, 1500, 1500, 2000, 3000,
    ]);
  });

  test('the run waits only when the last one has failed, with its failure', async () => {
    const run = await runCrew({
      yaml: three,
      replies: (_request, nth) => failing(nth < 3 ? 'PROVIDER_AUTH' : 'PROVIDER_QUOTA'),
    });
    expect(asked(run)).toEqual(['default', 'default~2', 'default~3']);
    expect(suspensionOf(run)).toEqual({ code: 'PROVIDER_QUOTA', message: 'no: PROVIDER_QUOTA' });
  });

  test('a resume asks the one that failed last, then the others from the first on', async () => {
    const first = await runCrew({ yaml: three, replies: () => failing('PROVIDER_AUTH') });
    const history = first.facts;
    const back = await runCrew({
      yaml: three,
      history,
      resume: {},
      replies: (_request, nth) => (nth < 3 ? failing('PROVIDER_AUTH') : { text: 'there' }),
    });
    expect(asked(back).slice(3)).toEqual(['default~3', 'default', 'default~2']);
    expect(resultOf(back)).toMatchObject({ result: 'there' });
    expect(new Set(keys(back)).size).toBe(6);
    const still = await runCrew({
      yaml: three,
      history,
      resume: {},
      replies: () => failing('PROVIDER_AUTH'),
    });
    expect(still.modelRequests).toHaveLength(3);
    expect(still.outcome.type).toBe('suspended');
  });

  test('the model that answered stays for the later turns of the task', async () => {
    const run = await runCrew({
      yaml: crew('{ use: ["fake:a", "fake:b"] }', 'tools: [kit]'),
      replies: (_request, nth) =>
        nth === 1
          ? failing('PROVIDER_AUTH')
          : nth === 2
            ? { calls: [{ tool: 'kit.echo', args: { text: 'x' } }] }
            : { text: 'there' },
    });
    expect(asked(run)).toEqual(['default', 'default~2', 'default~2']);
    expect(resultOf(run)).toMatchObject({ result: 'there' });
  });

  test.each(['CONTEXT_OVERFLOW', 'OUTPUT_INVALID'] as const)(
    'no other model is asked after %s, which is no fault of the provider',
    async code => {
      const run = await runCrew({ yaml: three, replies: () => failing(code) });
      expect(asked(run).every(model => model === 'default')).toBe(true);
      expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code } });
    },
  );

  test('each model is charged as itself', async () => {
    const price = { inputMicroUsd: 0, cachedInputMicroUsd: 0, outputMicroUsd: 1_000_000 };
    const run = await runCrew({
      yaml: crew('{ use: ["fake:a", "fake:b"] }'),
      terms: { languageModel: true, price: null },
      termsOf: { 'default~2': { price, maxTokens: 7 } },
      replies: (_request, nth) =>
        nth === 1
          ? { ...failing('PROVIDER_AUTH'), usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 } }
          : { text: 'x', usage: { inputTokens: 1, outputTokens: 5, cachedInputTokens: 0 } },
    });
    expect(run.modelRequests.map(request => request.maxTokens)).toEqual([100, 7]);
    const ended = eventsOf(run, 'model.ended').map(each => ('costMicroUsd' in each ? each.costMicroUsd : 0));
    expect(ended).toEqual([0, 5]);
  });

  test('every part of a run that names the alias has them: asked models, chains, selectors', async () => {
    const run = await runCrew({
      yaml: `models: { default: { use: ["fake:a", "fake:b"] }, other: auto }
start: work
phases:
  work: { ask: What?, models: [default, other], next: more }
  more: { chain: [{ prompt_template: "{{ work | json }}" }], next: done }
  done: { end: success, result: "{{ more }}" }
`,
      replies: (_request, nth) => (nth === 1 || nth === 4 ? failing('PROVIDER_AUTH') : { text: 'there' }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'there' });
    expect(asked(run).sort()).toEqual(['default', 'default', 'default~2', 'default~2', 'other']);
  });

  test('a replay asks nobody and tells the same', async () => {
    const options = {
      yaml: three,
      replies: (_request: unknown, nth: number) =>
        nth < 4 ? failing('PROVIDER_TIMEOUT') : { text: 'there' },
    };
    const run = await runCrew(options);
    const again = await runCrew({ ...options, history: run.facts });
    expect(again.calledKeys).toEqual([]);
    expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
  });
});
