import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashProgram } from '../../src/compiler/compile-crew.ts';
import type { Budget } from '../../src/model/crew.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import type { Program } from '../../src/model/program.ts';
import type { RunState } from '../../src/runtime/run-state.ts';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import { fold } from './fold.ts';
import { compileText, runCrew } from './run-crew.ts';

const LANGUAGE_MODEL: Partial<ModelTerms> = { languageModel: true, maxTokens: 100 };
const PRICE = { inputMicroUsd: 1_000_000, cachedInputMicroUsd: 100_000, outputMicroUsd: 10_000_000 };
const three = (budget: string) => `roles: { writer: { goal: Write., tools: [kit] } }
budget: { ${budget} }
start: a
phases:
  a: { role: writer, task: Write., next: b }
  b: { role: writer, task: Write., next: c }
  c: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ a }}{{ b }}{{ c }}" }
`;
const abc = ({ origin }: { readonly origin: { readonly phase: string } }) => ({ text: origin.phase });

test('R8: `calls` stops the run before the call too many, and a higher budget goes on with nothing repeated', async () => {
  const first = await runCrew({ yaml: three('calls: 2'), replies: abc });
  expect(suspensionOf(first)).toEqual({
    code: 'BUDGET_EXCEEDED',
    message: 'the next model call would be number 3; `budget.calls` is 2',
  });
  expect(first.modelRequests).toHaveLength(2);
  expect(eventsOf(first, 'model.started')).toHaveLength(2);
  const stillTooLow = await runCrew({
    yaml: three('calls: 2'),
    history: first.facts,
    resume: {},
    replies: abc,
  });
  expect(suspensionOf(stillTooLow)).toMatchObject({ code: 'BUDGET_EXCEEDED' });
  expect(stillTooLow.calledKeys).toEqual([]);
  const second = await runCrew({
    yaml: three('calls: 2'),
    history: stillTooLow.facts,
    resume: { budget: { calls: 3 } },
    replies: abc,
  });
  expect(resultOf(second)).toMatchObject({ result: 'abc' });
  expect(second.calledKeys).toEqual(['c:1:1/model-1']);
  expect(second.events.at(-1)).toMatchObject({ spend: { calls: 3 } });
});

test('R8: `tool_calls` counts those of phases and of roles', async () => {
  const yaml = `roles: { writer: { goal: Write., tools: [kit] } }
budget: { tool_calls: 2 }
start: a
phases:
  a: { tool: kit.give, next: b }
  b: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ b }}" }
`;
  const two = ['x', 'y'].map(text => ({ tool: 'kit.echo', args: { text } }));
  const replies = ({ origin }: { origin: { turn: number } }) =>
    origin.turn === 1 ? { calls: two } : { text: 'ok' };
  const first = await runCrew({ yaml, replies });
  expect(suspensionOf(first)).toMatchObject({ message: expect.stringContaining('`budget.tool_calls` is 2') });
  expect(first.toolCalls).toHaveLength(2);
  const second = await runCrew({ yaml, replies, history: first.facts, resume: { budget: { toolCalls: 3 } } });
  expect(resultOf(second)).toMatchObject({ result: 'ok' });
  expect(second.calledKeys).toEqual(['b:1:1/tool-1-2', 'b:1:1/model-2']);
});

test('R8: `tokens` reserves the bytes of the request and all output tokens, and settles for what was used', async () => {
  const yaml = three('tokens: 4000');
  const run = await runCrew({ yaml, replies: abc, terms: LANGUAGE_MODEL });
  expect(resultOf(run)).toMatchObject({ outcome: 'success' });
  expect(run.events.at(-1)).toMatchObject({ spend: { usage: { inputTokens: 30, outputTokens: 15 } } });
  const tight = await runCrew({ yaml: three('tokens: 150'), replies: abc, terms: LANGUAGE_MODEL });
  expect(suspensionOf(tight)).toMatchObject({ message: expect.stringContaining('`budget.tokens` is 150') });
  expect(tight.modelRequests).toEqual([]);
});

test('R8: a call without reported usage is charged with its worst case', async () => {
  const run = await runCrew({
    yaml: three('calls: 1'),
    replies: () => ({ text: 'a', usage: null }),
    terms: LANGUAGE_MODEL,
  });
  const [request] = run.modelRequests;
  const sent = JSON.stringify([request?.messages, request?.tools, request?.output ?? null]);
  expect(eventsOf(run, 'run.suspended')[0]?.spend.usage).toEqual({
    inputTokens: Buffer.byteLength(sent),
    outputTokens: 100,
    cachedInputTokens: 0,
  });
});

test('R8: a call that failed before the provider began to answer costs no tokens, one that timed out the worst case', async () => {
  for (const [code, outputTokens] of [
    ['PROVIDER_AUTH', 0],
    ['PROVIDER_TIMEOUT', 300],
  ] as const) {
    const run = await runCrew({
      yaml: three('calls: 9'),
      terms: LANGUAGE_MODEL,
      replies: () => ({ failure: { code, message: 'x' }, usage: null }),
    });
    expect(eventsOf(run, 'run.suspended')[0]?.spend.usage.outputTokens).toBe(outputTokens);
  }
});

test('R8: `usd` counts by the price, and an unknown price stops the run before the first call', async () => {
  const yaml = three('usd: 0.01');
  const known = await runCrew({ yaml, replies: abc, terms: { ...LANGUAGE_MODEL, price: PRICE } });
  // Ten input tokens and five output tokens are 60 micro dollars a call.
  expect(resultOf(known)).toMatchObject({ outcome: 'success' });
  expect(known.events.at(-1)).toMatchObject({ spend: { costMicroUsd: 180 } });
  expect(eventsOf(known, 'model.ended').map(event => 'costMicroUsd' in event && event.costMicroUsd)).toEqual([
    60, 60, 60,
  ]);
  const unknown = await runCrew({ yaml, replies: abc, terms: LANGUAGE_MODEL });
  expect(suspensionOf(unknown)).toMatchObject({
    message: expect.stringContaining('price of a model is not known'),
  });
  expect(unknown.modelRequests).toEqual([]);
  const tight = await runCrew({
    yaml: three('usd: 0.001'),
    replies: abc,
    terms: { ...LANGUAGE_MODEL, price: PRICE },
  });
  expect(suspensionOf(tight)).toMatchObject({ code: 'BUDGET_EXCEEDED' });
});

test('a responder that is no language model costs nothing', async () => {
  const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 };
  const run = await runCrew({ yaml: three('usd: 0.01, tokens: 1'), replies: () => ({ text: 'x', usage }) });
  expect(run.events.at(-1)).toMatchObject({ outcome: 'success', spend: { costMicroUsd: 0, calls: 3 } });
  expect(eventsOf(run, 'model.ended')[0]).toMatchObject({ costMicroUsd: 0 });
});

test('R8: `time` stops the run at once; a resume with more time repeats only what was under way', async () => {
  const yaml = `budget: { time: 1s }
start: a
phases:
  a: { tool: kit.wait, with: { ms: 600 }, next: b }
  b: { tool: kit.wait, with: { ms: 601 }, next: done }
  done: { end: success }
`;
  const first = await runCrew({ yaml });
  expect(suspensionOf(first)).toEqual({
    code: 'BUDGET_EXCEEDED',
    message: 'the run has worked for 1 s; `budget.time` is 1 s',
  });
  expect((first.events.at(-1)?.at ?? 0) - (first.events[0]?.at ?? 0)).toBe(1000);
  const again = await runCrew({ yaml, history: first.facts, resume: {} });
  expect(suspensionOf(again)).toMatchObject({ code: 'BUDGET_EXCEEDED' });
  expect(again.calledKeys).toEqual([]);
  const second = await runCrew({ yaml, history: first.facts, resume: { budget: { timeMs: 2000 } } });
  expect(resultOf(second)).toMatchObject({ outcome: 'success' });
  expect(second.calledKeys).toEqual(['b:1:1/tool']);
});

test("the hours between a stop and a resume are not the run's time", async () => {
  const yaml = `budget: { time: 1s, tool_calls: 1 }
start: a
phases:
  a: { tool: kit.wait, with: { ms: 600 }, next: b }
  b: { tool: kit.wait, with: { ms: 300 }, next: done }
  done: { end: success }
`;
  const first = await runCrew({ yaml });
  expect(suspensionOf(first)).toMatchObject({ message: expect.stringContaining('tool_calls') });
  const second = await runCrew({ yaml, history: first.facts, resume: { budget: { toolCalls: 2 } } });
  expect(resultOf(second)).toMatchObject({ outcome: 'success' });
});

test('a suspension lets what is under way finish and records it', async () => {
  const yaml = `budget: { tool_calls: 2 }
start: both
phases:
  both:
    parallel:
      slow: { tool: kit.wait, with: { ms: 500 } }
      other: { tool: kit.wait, with: { ms: 400 } }
      late: { tool: kit.wait, with: { ms: 1 } }
    next: done
  done: { end: success }
`;
  const run = await runCrew({ yaml });
  expect(run.events.at(-1)).toMatchObject({ type: 'run.suspended', spend: { toolCalls: 2 } });
  expect(run.facts.filter(fact => fact.type === 'tool.returned')).toHaveLength(2);
});

const BRANCHES = Array.from({ length: 8 }, (_, index) => `b${index}`);
const eight = `roles: { writer: { goal: Write., tools: [kit] } }
start: all
phases:
  all:
    parallel:
${BRANCHES.map(name => `      ${name}: { role: writer, task: Write. }`).join('\n')}
    next: done
  done: { end: success, result: "{{ all }}" }
`;

function withBudget(program: Program, budget: Budget): Program {
  const changed = { ...program, budget };
  return { ...changed, hash: hashProgram(changed) };
}

function withinLimits({ ledger }: RunState): boolean {
  const { limits, spent, reserved } = ledger;
  const all = [spent, ...Object.values(reserved)];
  const sum = (read: (charge: (typeof all)[number]) => number) =>
    all.reduce((total, charge) => total + read(charge), 0);
  const tokens = sum(({ usage }) => usage.inputTokens + usage.outputTokens);
  return (
    sum(charge => charge.calls) <= (limits.calls ?? Number.POSITIVE_INFINITY) &&
    sum(charge => charge.toolCalls) <= (limits.toolCalls ?? Number.POSITIVE_INFINITY) &&
    tokens <= (limits.tokens ?? Number.POSITIVE_INFINITY) &&
    sum(charge => charge.costMicroUsd ?? 0) <= (limits.costMicroUsd ?? Number.POSITIVE_INFINITY)
  );
}

test('R8: eight branches at once never spend more than any budget, in whatever order they end, and a resume finishes', async () => {
  const terms = { ...LANGUAGE_MODEL, price: PRICE };
  const budgets: fc.Arbitrary<Budget> = fc.record(
    {
      calls: fc.nat(20),
      toolCalls: fc.nat(10),
      tokens: fc.nat(30_000),
      costMicroUsd: fc.nat(40_000),
    },
    { requiredKeys: [] },
  );
  const schedule = fc.array(fc.record({ afterMs: fc.nat(50), used: fc.boolean(), calls: fc.nat(2) }), {
    minLength: 24,
    maxLength: 24,
  });
  await fc.assert(
    fc.asyncProperty(budgets, schedule, async (budget, steps) => {
      const replies = ({ origin }: { origin: { phase: string; turn: number } }) => {
        const step = steps[(BRANCHES.indexOf(origin.phase.slice(4)) * 3 + origin.turn - 1) % 24];
        const { afterMs = 1, used = true, calls = 0 } = step ?? {};
        const usage = used ? {} : { usage: null };
        if (origin.turn === 3 || calls === 0) return { text: 'done', afterMs, ...usage };
        const call = { tool: 'kit.wait', args: { ms: afterMs } };
        return { calls: Array(calls).fill(call), afterMs, ...usage };
      };
      const tamper = (program: Program) => withBudget(program, budget);
      const first = await runCrew({ yaml: eight, replies, terms, tamper });
      const program = tamper(compileText(eight));
      for (const { state } of fold(program, first.facts)) expect(state).toSatisfy(withinLimits);
      if (first.outcome.type === 'ended') return;
      expect(suspensionOf(first)).toMatchObject({ code: 'BUDGET_EXCEEDED' });
      const plenty = { calls: 999, toolCalls: 999, tokens: 9_999_999, costMicroUsd: 999_999_999 };
      const second = await runCrew({
        yaml: eight,
        replies,
        terms,
        tamper,
        history: first.facts,
        resume: { budget: plenty },
      });
      expect(resultOf(second)).toMatchObject({ outcome: 'success' });
      expect(second.calledKeys.filter(key => first.calledKeys.includes(key))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
