import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hashProgram } from '../../src/compiler/compile-crew.ts';
import { planCrew } from '../../src/compiler/plan-crew.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import type { Program } from '../../src/model/program.ts';
import type { ReflectionStrategy } from '../../src/model/reflection.ts';
import { learnsLessons, STRATEGIES } from '../../src/model/strategies.ts';
import { measurePrompt } from '../../src/runtime/measure-prompt.ts';
import { fc } from '../laws.ts';
import { compileText, runCrew } from '../runtime/run-crew.ts';
import { answerOf, saidAgain } from './plan-replies.ts';

/** One phase of a random procedure; targets are places in the list, `SIZE` is the end. */
interface Step {
  readonly kind: 'ask' | 'chain' | 'role' | 'tool' | 'parallel' | 'manage';
  readonly next: readonly number[];
  readonly onError: number | undefined;
  readonly maxVisits: number;
  readonly limited: boolean;
  readonly onLimit: number | undefined;
  readonly tools: boolean;
  readonly maxTurns: number;
  readonly retry: number;
  readonly output: boolean;
  readonly reads: boolean;
  readonly timeout: boolean;
  /** No `reflect` for 0. */
  readonly trials: number;
  readonly judge: 'schema' | 'tool' | 'role' | 'several';
  readonly strategy: ReflectionStrategy;
}

const SIZE = 4;
const place = fc.nat(SIZE);
const maybe = fc.option(place, { nil: undefined, freq: 2 });
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('ask', 'chain', 'role', 'role', 'tool', 'parallel', 'manage'),
  next: fc.array(place, { minLength: 1, maxLength: 3 }),
  onError: maybe,
  maxVisits: fc.integer({ min: 1, max: 3 }),
  limited: fc.boolean(),
  onLimit: fc.option(fc.constantFrom(SIZE, SIZE, SIZE, SIZE - 1), { nil: undefined, freq: 3 }),
  tools: fc.boolean(),
  maxTurns: fc.integer({ min: 1, max: 4 }),
  retry: fc.integer({ min: 0, max: 2 }),
  output: fc.boolean(),
  reads: fc.boolean(),
  timeout: fc.boolean(),
  trials: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
  judge: fc.constantFrom('schema', 'tool', 'role', 'several'),
  strategy: fc.constantFrom(...STRATEGIES),
});

/** What the model does at its nth call, over and over; usage is a share of the worst case, 9 means that none is sent. */
const reply = fc.record({
  what: fc.constantFrom(
    'text',
    'json',
    'text',
    'json',
    'calls',
    'calls',
    'empty',
    'length',
    'busy',
    'lost',
    'refused',
  ),
  calls: fc.integer({ min: 1, max: 12 }),
  tool: fc.constantFrom(
    'kit.echo',
    'kit.give',
    'kit.fail',
    'kit.unknown',
    'delegate',
    'delegate',
    'ask',
    'send_back',
    'transcript',
  ),
  usage: fc.nat(9),
  length: fc.nat(3_000),
});

function nameOf(target: number): string {
  return target === SIZE ? 'finish' : `p${target}`;
}

function roleWork(step: Step, index: number) {
  const reads = step.reads ? '{{ inputs.words }} {% if visit > 1 %}again{% endif %}' : '';
  return {
    role: step.tools ? 'worker' : 'writer',
    task: `Work on part ${index} ${reads}`,
    max_turns: step.maxTurns,
    ...(step.output
      ? { output: { type: 'object', required: ['ok'], properties: { ok: { type: 'boolean' } } } }
      : {}),
  };
}

function manageWork(step: Step, index: number) {
  const { role, ...work } = roleWork(step, index);
  return {
    ...work,
    manage: step.tools ? 'handy' : 'boss',
    workers: step.reads ? [role] : ['worker', 'writer'],
    max_delegations: step.maxVisits + 1,
    max_worker_turns: step.retry + 1,
    concurrency: step.maxVisits,
  };
}

function askWork(step: Step, index: number) {
  const { task, output } = roleWork(step, index);
  const models = ['default', 'other', 'third'].slice(0, 2 + (step.maxTurns % 2));
  const own = step.reads ? { prompt: 'Merge {{ question }} {{ answers | json }}' } : {};
  const summarizer = { summarizer: { model: 'other', ...own } };
  const ways = [{}, summarizer, { vote: 'majority' }, { vote: 'judge', ...summarizer }];
  const typed = output === undefined ? {} : { output };
  return { ask: task, models, min_answers: step.tools ? 1 : 2, ...ways[step.maxTurns - 1], ...typed };
}

function chainWork(step: Step, index: number) {
  const { task, output } = roleWork(step, index);
  const reads = '{{ step_1 }} {{ previous_response }}';
  const later = Array.from({ length: step.maxTurns - 1 }, () => ({ model: 'other', prompt_template: reads }));
  return { chain: [{ prompt_template: task }, ...later], ...(output === undefined ? {} : { output }) };
}

function reflectOf(step: Step, index: number) {
  if (step.trials === 0 || step.kind === 'tool') return {};
  const judges = {
    schema: { schema: { type: 'object', required: ['never'] } },
    tool: { tool: 'kit.give', with: { n: 1 }, pass: 'visit > 1' },
    role: { role: step.tools ? 'worker' : 'writer', task: `Judge {{ p${index} | json }}` },
  };
  const { strategy, trials } = step;
  const loose = { schema: true };
  const several = [judges.role, { ...judges.tool, pass: 'true' }, loose, { ...judges.role, task: 'Judge.' }];
  const evaluator = step.judge === 'several' ? several : judges[step.judge];
  const window = learnsLessons({ strategy }) ? { window: step.reads ? 'all' : 1 } : {};
  return { reflect: { evaluator, trials, strategy, ...window } };
}

function workOf(step: Step, index: number): object {
  if (step.kind === 'ask') return askWork(step, index);
  if (step.kind === 'chain') return chainWork(step, index);
  if (step.kind === 'tool') return { tool: step.tools ? 'kit.give' : 'kit.fail', with: { n: index } };
  if (step.kind === 'role') return roleWork(step, index);
  if (step.kind === 'manage') return manageWork(step, index);
  const retry = step.retry > 1 ? { retry: { max: 1, backoff: '1s' } } : {};
  return { parallel: { one: { ...roleWork(step, index), ...retry }, two: { tool: 'kit.give', with: {} } } };
}

/** Backward ways only lead to limited phases, and limits lead forward, so that every cycle has a bound. */
function write(steps: readonly Step[], rewriting: Rewriting): string {
  const phases = steps.map((step, index) => {
    const limited = (target: number): boolean => steps[target]?.limited === true;
    const forward = (target: number): number => (target > index ? target : index + 1);
    const target = (to: number): number => (to > index || limited(to) ? to : index + 1);
    // Every phase can be reached.
    const onward = { when: 'inputs.words == "onward"', to: nameOf(index + 1) };
    const ways = step.next.map((to, way) => {
      const last = way === step.next.length - 1;
      return last ? { to: nameOf(forward(to)) } : { when: `visit == ${way + 1}`, to: nameOf(target(to)) };
    });
    const limits = step.limited
      ? {
          max_visits: step.maxVisits,
          ...(step.onLimit === undefined ? {} : { on_limit: nameOf(forward(step.onLimit)) }),
        }
      : {};
    const error = step.onError === undefined ? {} : { on_error: nameOf(target(step.onError)) };
    const retry = step.retry === 0 ? {} : { retry: { max: step.retry, backoff: '1s' } };
    const timeout = step.timeout ? { timeout: '30s' } : {};
    return [
      `p${index}`,
      {
        ...workOf(step, index),
        ...reflectOf(step, index),
        next: [onward, ...ways],
        ...limits,
        ...error,
        ...retry,
        ...timeout,
      },
    ];
  });
  return JSON.stringify({
    inputs: { words: { type: 'string', default: 'some words' } },
    models: { default: LISTED, other: 'auto', third: 'auto' },
    roles: {
      worker: { goal: 'Work.', tools: ['kit'] },
      writer: { goal: 'Write.' },
      boss: { goal: 'Lead.' },
      handy: { goal: 'Lead.', tools: ['kit.give'] },
    },
    start: rewriting === 'say' ? 'say' : 'p0',
    phases: {
      ...(rewriting === 'say' ? { say: SAY } : {}),
      ...Object.fromEntries(phases),
      finish: { end: 'success' },
    },
  }).slice(1, -1);
}

/** Which phase says the input `words` again: none, the first one whatever it does, or the shipped crew before it. */
type Rewriting = 'no' | 'p0' | 'say';

const SHIPPED = readFileSync(new URL('../../crews/reformulate.crew.yaml', import.meta.url), 'utf8');
const FILES = { 'reformulate.crew.yaml': SHIPPED };
const SAY = { crew: 'reformulate.crew.yaml', inputs: { request: '{{ inputs.words }}' }, next: 'p0' };

function rewriting(program: Program, phase: Rewriting): Program {
  if (phase === 'no') return program;
  const parts = { ...program, rewrites: { phase, input: 'words' } };
  return { ...parts, hash: hashProgram(parts) };
}

const PRICE = { inputMicroUsd: 3_750_000, cachedInputMicroUsd: 300_000, outputMicroUsd: 15_000_000 };
const terms = fc.record({
  contextTokens: fc.option(fc.integer({ min: 500, max: 20_000 }), { nil: undefined }),
  maxTokens: fc.integer({ min: 1, max: 5_000 }),
});

/** A limit that leads back into its own cycle bounds nothing, and the check says so: no crew to run. */
function compileOrSkip(yaml: string): Program {
  try {
    return compileText(yaml, FILES);
  } catch (error) {
    fc.pre(!String(error).includes('unbounded-cycle'));
    throw error;
  }
}

/** Of the models behind `default`, others than the first have smaller terms, or larger ones. */
const LISTED = { use: ['fake:one', 'fake:two', 'fake:three'] };
const CHEAP = { inputMicroUsd: 1_000_000, cachedInputMicroUsd: 100_000, outputMicroUsd: 5_000_000 };

const CHEAP_TERMS = { maxTokens: 1, price: CHEAP };

/** JSON is YAML, so the text of a test crew may be the inside of a JSON object in flow style. */
function asYaml(inside: string): string {
  const crew = JSON.parse(`{${inside}}`) as Record<string, unknown>;
  return Object.entries(crew)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

test('no run uses more than its plan says, whatever models and tools answer', {
  timeout: 300_000,
}, async () => {
  const seen = { cycles: 0, rewritten: 0, ratios: [] as number[] };
  const law = fc.asyncProperty(
    fc.array(step, { minLength: SIZE, maxLength: SIZE }),
    fc.array(reply, { minLength: 1, maxLength: 8 }),
    terms,
    fc.constantFrom<Rewriting>('no', 'no', 'no', 'p0', 'say'),
    fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }),
    async (steps, replies, { contextTokens, maxTokens }, phase, answers) => {
      const yaml = asYaml(write(steps, phase));
      const program = rewriting(compileOrSkip(yaml), phase);
      let asked = 0;
      const model: ModelTerms = {
        maxTokens,
        languageModel: true,
        price: PRICE,
        ...(contextTokens === undefined ? {} : { contextTokens }),
      };
      const plan = planCrew({
        program,
        models: [],
        terms: new Map([
          ...['default', 'other', 'third', 'default~2', 'say/default'].map(name => [name, model] as const),
          ['default', { ...model, ...CHEAP_TERMS }],
          ['default~3', { ...model, ...CHEAP_TERMS }],
        ]),
        measurePrompt,
        inputs: { words: 'some words' },
      });
      const run = await runCrew({
        yaml,
        files: FILES,
        tamper: compiled => rewriting(compiled, phase),
        person: ({ question }) => {
          const choices = question.kind === 'question' ? question.choices : [];
          const choice = choices[answers[asked % answers.length] ?? 0] ?? null;
          asked += 1;
          return { choice, text: asked % 3 === 0 ? null : 'words, but longer', by: 'ann' };
        },
        inputs: { words: 'some words' },
        terms: model,
        termsOf: { default: CHEAP_TERMS, 'default~3': CHEAP_TERMS },
        replies: (request, nth) => {
          const row = replies[(nth - 1) % replies.length];
          const bytes = new TextEncoder().encode(
            JSON.stringify([request.messages, request.tools, request.output ?? null]),
          ).length;
          const answer = answerOf(row, {
            inputTokens: Math.min(bytes, contextTokens ?? bytes),
            outputTokens: maxTokens,
          });
          return request.origin.phase.startsWith('say/') ? saidAgain(answer) : answer;
        },
      });
      const { outcome } = run;
      if (outcome.type === 'interrupted') throw new Error('nothing interrupts here');
      if (outcome.state.procedures['']?.inputs.words !== 'some words') seen.rewritten += 1;
      const { spent } = outcome.state.ledger;
      const { total } = plan;
      expect(spent.calls).toBeLessThanOrEqual(total.calls);
      expect(spent.toolCalls).toBeLessThanOrEqual(total.toolCalls);
      expect(spent.usage.inputTokens).toBeLessThanOrEqual(total.inputTokens);
      expect(spent.usage.outputTokens).toBeLessThanOrEqual(total.outputTokens);
      expect(spent.costMicroUsd ?? 0).toBeLessThanOrEqual(total.costMicroUsd);
      expect(outcome.state.activeMs).toBeLessThanOrEqual(total.timeMs);
      for (const [path, count] of Object.entries(outcome.state.procedures['']?.visits ?? {})) {
        const row = plan.phases.find(phase => phase.path === path);
        expect(count, path).toBeLessThanOrEqual(row?.visits ?? 1);
      }
      if (Object.values(outcome.state.procedures['']?.visits ?? {}).some(count => count > 1))
        seen.cycles += 1;
      if (spent.calls > 0) seen.ratios.push(total.calls / spent.calls);
    },
  );
  await fc.assert(law, { numRuns: Number(process.env.PLAN_RUNS ?? 1_000) });
  expect(seen.cycles).toBeGreaterThan(20);
  expect(seen.rewritten).toBeGreaterThan(50);
  seen.ratios.sort((a, b) => a - b);
  // A bound that says nothing would hold too: some runs must come near theirs.
  expect(seen.ratios[0]).toBeLessThanOrEqual(5);
});
