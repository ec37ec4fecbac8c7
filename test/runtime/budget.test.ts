import { expect, test } from 'vitest';
import { hashProgram } from '../../src/compiler/compile-crew.ts';
import type { Budget } from '../../src/model/crew.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import type { Program } from '../../src/model/program.ts';
import type { RunState } from '../../src/runtime/run-state.ts';
import { fc } from '../laws.ts';
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

test('a model call that is cut off when the time is up is told with the most that it can take', async () => {
  const yaml = `budget: { time: 1s }
start: both
phases:
  both:
    parallel:
      quick: { chain: [{ model: default, prompt_template: quick }] }
      slow: { chain: [{ model: default, prompt_template: slow }] }
    next: done
  done: { end: success }
`;
  const price = { ...PRICE, outputMicroUsd: 1_000_000 };
  const run = await runCrew({
    yaml: `models: { default: auto }\n${yaml}`,
    replies: ({ messages }) => ({ text: 'x', afterMs: JSON.stringify(messages).includes('slow') ? 9000 : 1 }),
    terms: { ...LANGUAGE_MODEL, price },
  });
  expect(eventsOf(run, 'run.suspended')[0]).toMatchObject({
    spend: { calls: 1 },
    underWay: { calls: 1, toolCalls: 0, usage: { outputTokens: 100 }, costMicroUsd: expect.any(Number) },
  });
  const again = await runCrew({ yaml: three('calls: 1'), replies: abc });
  expect(eventsOf(again, 'run.suspended')[0]).not.toHaveProperty('underWay');
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

test('R8: a call whose outcome was lost in a crash is charged in full, because it may have been served', async () => {
  const options = { yaml: three('calls: 3'), replies: abc, terms: { ...LANGUAGE_MODEL, price: PRICE } };
  const whole = await runCrew(options);
  expect(resultOf(whole)).toMatchObject({ result: 'abc' });
  // The second call was under way when the process died.
  const crashed = whole.facts.slice(0, 2);
  const resumed = await runCrew({ ...options, history: crashed, resume: {} });
  expect(suspensionOf(resumed)).toMatchObject({ message: expect.stringContaining('number 4') });
  expect(resumed.calledKeys).toEqual(['b:1:1/model-1']);
  const spend = eventsOf(resumed, 'run.suspended')[0]?.spend;
  expect(spend?.calls).toBe(3);
  expect(spend?.usage.outputTokens).toBe(5 + 100 + 5);
});

test('R8: a lost call that the budget does not allow again waits, and is made once it does', async () => {
  const options = { yaml: three('calls: 1'), replies: abc };
  const whole = await runCrew({ ...options, yaml: three('calls: 1') });
  const crashed = whole.facts.slice(0, 1);
  const waiting = await runCrew({ ...options, history: crashed, resume: {} });
  expect(suspensionOf(waiting)).toMatchObject({ code: 'BUDGET_EXCEEDED' });
  expect(waiting.calledKeys).toEqual([]);
  const resumed = await runCrew({ ...options, history: waiting.facts, resume: { budget: { calls: 4 } } });
  expect(resultOf(resumed)).toMatchObject({ result: 'abc' });
  expect(resumed.calledKeys).toHaveLength(3);
  const again = await runCrew({ ...options, history: resumed.facts });
  expect(again.events).toEqual(resumed.events);
});

test('a resume that has no time left charges nothing for what it does not ask again', async () => {
  const options = {
    yaml: `budget: { time: 1s, tool_calls: 2 }
start: a
phases:
  a: { tool: kit.wait, with: { ms: 1500 }, next: done }
  done: { end: success }
`,
  };
  const first = await runCrew(options);
  const second = await runCrew({ ...options, history: first.facts, resume: {} });
  const third = await runCrew({ ...options, history: second.facts, resume: { budget: { timeMs: 9000 } } });
  expect(resultOf(third)).toMatchObject({ outcome: 'success' });
  expect(third.events.at(-1)).toMatchObject({ spend: { toolCalls: 2 } });
});

test('more time at a resume replaces a limit that was not reached', async () => {
  const yaml = `budget: { time: 1s, tool_calls: 1 }
start: a
phases:
  a: { tool: kit.wait, with: { ms: 600 }, next: b }
  b: { tool: kit.wait, with: { ms: 600 }, next: done }
  done: { end: success }
`;
  const first = await runCrew({ yaml });
  const budget = { toolCalls: 2, timeMs: 2000 };
  const second = await runCrew({ yaml, history: first.facts, resume: { budget } });
  expect(resultOf(second)).toMatchObject({ outcome: 'success' });
});

test('an outcome that is recorded after the time was up is kept, and the watchers hear of the stop once', async () => {
  const yaml = `budget: { time: 1s }
start: a
phases:
  a: { tool: kit.wait, with: { ms: 1000 }, next: b }
  b: { tool: kit.give, next: done }
  done: { end: success }
`;
  const { facts, program } = await runCrew({ yaml: yaml.replace('time: 1s', 'time: 9s') });
  const [start, returned] = facts;
  if (start === undefined || returned === undefined) throw new Error('expected two facts');
  const at = start.at + 1000;
  const steps = fold(withBudget(program, { timeMs: 1000 }), [
    start,
    { type: 'timer.fired', at, key: 'run/time-1' },
    returned,
  ]);
  const events = steps
    .flatMap(step => step.effects)
    .flatMap(each => (each.type === 'event.publish' ? [each.event] : []));
  expect(events.map(event => event.type)).toEqual([
    'run.started',
    'phase.started',
    'tool.started',
    'run.suspended',
    'tool.ended',
    'phase.ended',
    'transition.taken',
    'phase.started',
  ]);
  expect(steps.at(-1)?.state).toMatchObject({
    blocked: [{ key: 'b:1:1/tool' }],
    suspension: { atOnce: true },
  });
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
