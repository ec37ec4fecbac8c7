import { describe, expect, test } from 'vitest';
import { planCrew } from '../../src/compiler/plan-crew.ts';
import { templateBytes } from '../../src/compiler/plan-sizes.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { createOfflineModel } from '../../src/providers/offline.ts';
import { measurePrompt } from '../../src/runtime/measure-prompt.ts';
import { type Stub, simulateRun } from '../../src/runtime/simulate.ts';
import type { Reply } from '../runtime/fake-model.ts';
import { compileText, runCrew } from '../runtime/run-crew.ts';

const TERMS: ModelTerms = {
  maxTokens: 1_000,
  languageModel: true,
  contextTokens: 10_000,
  price: { inputMicroUsd: 1_000_000, cachedInputMicroUsd: 100_000, outputMicroUsd: 2_000_000 },
};

function planOf(yaml: string, terms: Partial<ModelTerms> = {}, inputs?: JsonObject): Plan {
  const program = compileText(yaml);
  const row = { ...TERMS, ...terms };
  const given = inputs === undefined ? {} : { inputs };
  return planCrew({ program, models: [], terms: new Map([['default', row]]), measurePrompt, ...given });
}

const WRITER = 'roles: { writer: { goal: Write. } }\n';
const END = '  done: { end: success }\n';
const ONE = `${WRITER}start: write\nphases:\n  write: { role: writer, task: Write., next: done }\n${END}`;

describe('a plan of what is known before the run', () => {
  const yaml = `inputs: { topic: { type: string } }
${WRITER}models: { default: auto }
start: write
phases:
  write: { role: writer, task: "Write about {{ inputs.topic }}", next: judge }
  judge: { role: writer, task: "Judge {{ write }}", next: sum }
  sum: { ask: "{{ judge }}", models: [default], summarizer: { model: default }, next: steps }
  steps: { chain: [{ prompt_template: "{{ sum }}" }, { prompt_template: "{{ previous_response }}" }], next: done }
${END}`;
  const { contextTokens: _, ...unknownWindow } = TERMS;
  const plan = (topic: string, knownOnly: boolean) =>
    planCrew({
      program: compileText(yaml),
      models: [],
      terms: new Map([['default', unknownWindow]]),
      measurePrompt,
      inputs: { topic },
      knownOnly,
    }).total;

  test('counts the same calls and answers, but as input only words of the crew and its inputs', () => {
    const [known, most] = [plan('tea', true), plan('tea', false)];
    expect({ ...known, inputTokens: 0, costMicroUsd: 0 }).toEqual({
      ...most,
      inputTokens: 0,
      costMicroUsd: 0,
    });
    expect(most.inputTokens).toBeGreaterThan(10_000_000);
    expect(known.inputTokens).toBeGreaterThan(known.calls * 100);
    expect(known.inputTokens).toBeLessThan(known.calls * 6_000);
    expect(plan('t'.repeat(100_000), true).inputTokens).toBeGreaterThan(known.inputTokens + 600_000);
  });
});

describe('the bound of a role', () => {
  test('without tools is one answer, two repairs and four failed calls', () => {
    expect(planOf(ONE).total).toMatchObject({ calls: 7, undisturbedCalls: 1, toolCalls: 0 });
  });

  test('is met by the worst run there is', async () => {
    const bad = ['busy', 'busy', '', 'busy', 'busy', '', 'busy'];
    const run = await runCrew({
      yaml: ONE,
      replies: (_request, nth) =>
        bad[nth - 1] === 'busy'
          ? { failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } }
          : { text: bad[nth - 1] ?? 'unexpected' },
    });
    expect(run.modelRequests).toHaveLength(planOf(ONE).total.calls);
  });

  test('with tools counts its turns, and the tools of all turns but the last', async () => {
    const yaml = `roles: { writer: { goal: Write., tools: [kit] } }\nstart: write\nphases:\n  write: { role: writer, task: Write., max_turns: 3, next: done }\n${END}`;
    expect(planOf(yaml).total).toMatchObject({ calls: 9, undisturbedCalls: 3, toolCalls: 16 });
    const greedy = Array.from({ length: 20 }, () => ({ tool: 'kit.give' }));
    const run = await runCrew({ yaml, replies: () => ({ calls: greedy }) });
    expect(run.toolCalls).toHaveLength(16);
  });

  test('of a rule-driven model is what its rules allow, and is met by nothing more', async () => {
    const yaml = `inputs: { text: { type: string } }\nroles: { writer: { goal: Write., tools: [kit] } }\nstart: write\nphases:\n  write: { role: writer, task: "Write {{ inputs.text }}", next: done }\n${END}`;
    const model = createOfflineModel();
    const terms = { languageModel: false, ...(model.rules && { rules: model.rules }) };
    expect(planOf(yaml, terms).total).toMatchObject({ calls: 4, undisturbedCalls: 2, toolCalls: 6 });
    const run = await runCrew({ yaml, model, inputs: { text: 'a' } });
    expect(run.outcome).toMatchObject({ type: 'ended', end: { outcome: 'success' } });
    expect(run.calledKeys.filter(key => key.includes('model'))).toHaveLength(2);
    expect(run.toolCalls.length).toBeLessThanOrEqual(6);
  });

  test('takes the context window as the most that a call can read', () => {
    const { total } = planOf(ONE, { contextTokens: 300 });
    expect(total).toMatchObject({ inputTokens: 7 * 300, outputTokens: 7 * 1_000 });
  });

  test('takes the bytes of what is sent where the window is larger or unknown', () => {
    const { contextTokens: _unknown, ...terms } = TERMS;
    const program = compileText(ONE);
    const plan = planCrew({ program, models: [], terms: new Map([['default', terms]]), measurePrompt });
    expect(plan.total.inputTokens).toBeGreaterThan(1_000_000);
    expect(plan.total.inputTokens).toBeLessThan(100_000_000);
    expect(plan.notes).toEqual([]);
  });

  test('has none in tokens where an input of unknown length is read by a model of unknown window', () => {
    const yaml = ONE.replace('task: Write.', 'task: "{{ inputs.text }}"');
    const reads = `inputs: { text: { type: string } }\n${yaml}`;
    const program = compileText(reads);
    const { contextTokens: _unknown, ...terms } = TERMS;
    const options = { program, models: [], terms: new Map([['default', terms]]), measurePrompt };
    const plan = planCrew(options);
    expect(plan.total.inputTokens).toBe(Number.POSITIVE_INFINITY);
    expect(plan.notes).toMatchObject([{ code: 'input-unbounded', place: 'write' }]);
    const known = planCrew({ ...options, inputs: { text: 'short' } });
    expect(known.total.inputTokens).toBeLessThan(100_000_000);
  });

  test('says that a price is not known, and never zero', () => {
    const plan = planOf(ONE, { price: null });
    expect(plan.total.costMicroUsd).toBe(Number.POSITIVE_INFINITY);
    expect(plan.notes).toMatchObject([{ code: 'price-unknown', place: 'write' }]);
  });

  test('costs no tokens and no money without a language model', () => {
    const plan = planOf(ONE, { languageModel: false, price: null });
    expect(plan.total).toMatchObject({ calls: 7, inputTokens: 0, outputTokens: 0, costMicroUsd: 0 });
  });
});

describe('the bound of a procedure', () => {
  const phases = (text: string): string => `${WRITER}start: a\nphases:\n${text}${END}`;
  const role = 'role: writer, task: Write.';

  test('takes the dearest of alternatives, not their sum', () => {
    const yaml = phases(
      `  a: { tool: kit.give, next: [{ when: visit > 1, to: b }, { to: c }] }\n  b: { ${role}, next: done }\n  c: { ${role}, next: d }\n  d: { ${role}, next: done }\n`,
    );
    const plan = planOf(yaml);
    expect(plan.total).toMatchObject({ calls: 14, toolCalls: 1 });
    expect(plan.phases.map(phase => phase.visits)).toEqual([1, 1, 1, 1]);
  });

  test('counts the visits that one limited phase allows to all phases of its cycle', () => {
    const yaml = phases(
      `  a: { ${role}, next: b, max_visits: 3, on_limit: done }\n  b: { ${role}, next: [{ when: visit > 5, to: done }, { to: a }] }\n`,
    );
    expect(planOf(yaml).phases.map(phase => [phase.path, phase.visits])).toEqual([
      ['a', 3],
      ['b', 3],
    ]);
  });

  test('counts the way in beside the limit when a cycle is entered behind it', () => {
    const yaml = phases(
      `  a: { ${role}, next: [{ when: visit > 5, to: done }, { to: b }] }\n  b: { ${role}, next: a, max_visits: 2, on_limit: done }\n`,
    );
    expect(planOf(yaml).phases.map(phase => phase.visits)).toEqual([3, 2]);
  });

  test('multiplies the attempts of a branch with those of its phase', () => {
    const yaml = phases(
      `  a:\n    parallel:\n      x: { ${role}, retry: { max: 1 } }\n      y: { tool: kit.give }\n    retry: { max: 2 }\n    next: done\n`,
    );
    expect(planOf(yaml).total).toMatchObject({ calls: 7 * 2 * 3, toolCalls: 3 });
  });

  test('is cut by the budget, and says where it lies above it', () => {
    const plan = planOf(`budget: { calls: 5, tokens: 1k, time: 1m }\n${ONE}`);
    expect(plan.most).toMatchObject({ calls: 5, timeMs: 60_000, inputTokens: 1_000, costMicroUsd: 2_005 });
    expect(plan.excess.map(each => [each.what, each.refused])).toEqual([
      ['calls', true],
      ['tokens', false],
      ['timeMs', false],
    ]);
  });

  test('is limited in time by timeouts alone', () => {
    const plan = planOf(
      phases(`  a: { tool: kit.give, timeout: 10s, next: b }\n  b: { tool: kit.give, next: done }\n`),
    );
    expect(plan.phases.map(phase => phase.total.timeMs)).toEqual([10_000, Number.POSITIVE_INFINITY]);
    expect(plan.notes).toMatchObject([{ code: 'time-unbounded', place: 'b' }]);
  });
});

test('the values that a crew binds to the inputs of its procedure count as what is read', () => {
  const program = compileText(
    ONE.replace('task: Write.', 'task: "{{ inputs.text }}"').replace(
      /^/,
      'inputs: { text: { type: string, default: x } }\n',
    ),
  );
  const { contextTokens: _unknown, ...terms } = TERMS;
  const options = { models: [], terms: new Map([['default', terms]]), measurePrompt };
  const bound = { ...program, bindings: { text: 'y'.repeat(50_000) } };
  const more = planCrew({ ...options, program: bound }).total.inputTokens;
  expect(more - planCrew({ ...options, program }).total.inputTokens).toBeGreaterThan(7 * 50_000);
});

test('a fallback that reads `run` has no bound, for what was said has none that is known here', () => {
  const sizes = new Map([['inputs', 10]]);
  expect(templateBytes('{{ inputs.x | default: inputs.y }}', sizes)).toBeLessThan(200);
  expect(templateBytes('{{ inputs.x | default: run.talks.debate }}', sizes)).toBe(Number.POSITIVE_INFINITY);
});

describe('a walk with stubs', () => {
  const program = compileText(
    `${WRITER}start: draft\nphases:\n  draft: { role: writer, task: Write., max_visits: 2, on_limit: given_up, next: judge }\n  judge: { role: writer, task: "{{ draft }}", output: { type: object, required: [ok], properties: { ok: { type: boolean } } }, next: [{ when: judge.ok, to: done }, { to: draft }], on_error: given_up }\n  given_up: { end: failure, result: "{{ run.error.code }}" }\n  done: { end: success, result: "{{ draft }}" }\n`,
  );
  const walk = (stubs: Parameters<typeof simulateRun>[0]['stubs']) => {
    const { steps, end } = simulateRun({ program, inputs: {}, stubs });
    return { way: steps.map(step => step.phase).join(' '), end };
  };
  const draft = [{ artifact: 'a draft' }];

  test('goes the way that the artifacts open, visit by visit', () => {
    const judge = [{ artifact: { ok: false } }, { artifact: { ok: true } }];
    expect(
      walk(
        new Map<string, readonly Stub[]>([
          ['draft', draft],
          ['judge', judge],
        ]),
      ),
    ).toEqual({
      way: 'draft judge draft judge done',
      end: { outcome: 'success', phase: 'done', result: 'a draft' },
    });
  });

  test('keeps the limits of visits', () => {
    const judge = [{ artifact: { ok: false } }];
    expect(
      walk(
        new Map<string, readonly Stub[]>([
          ['draft', draft],
          ['judge', judge],
        ]),
      ),
    ).toMatchObject({
      way: 'draft judge draft judge given_up',
      end: { outcome: 'failure', result: 'VISIT_LIMIT' },
    });
  });

  test('takes the way of a failure', () => {
    const judge = [{ failure: { code: 'OUTPUT_INVALID', message: 'no JSON' } as const }];
    expect(
      walk(
        new Map<string, readonly Stub[]>([
          ['draft', draft],
          ['judge', judge],
        ]),
      ).end,
    ).toMatchObject({ result: 'OUTPUT_INVALID' });
  });

  test('ends where a condition reads what the stub has not, as a run would', () => {
    const { way, end } = walk(
      new Map<string, readonly Stub[]>([
        ['draft', draft],
        ['judge', [{ artifact: {} }]],
      ]),
    );
    expect(way).toBe('draft judge');
    expect(end).toMatchObject({ outcome: 'error', phase: 'judge', failure: { code: 'TEMPLATE_FAILED' } });
  });

  test('takes nothing to be said in a conversation that a stub stands for', () => {
    const talking = compileText(
      'roles: { a: { goal: A. }, b: { goal: B. } }\nstart: talk\nphases:\n  talk: { talk: [a, b], task: T., max_turns: 2, by: a, next: [{ when: run.talks.talk.size == 0, to: done }, { to: failed }] }\n  failed: { end: failure }\n  done: { end: success, result: "{{ run.talks }}" }\n',
    );
    const stubs = new Map([['talk', [{ artifact: 'settled' }]]]);
    expect(simulateRun({ program: talking, inputs: {}, stubs }).end).toMatchObject({ result: { talk: [] } });
  });

  test('stops where no stub says what a phase does', () => {
    expect(walk(new Map<string, readonly Stub[]>([['draft', draft]]))).toEqual({
      way: 'draft judge',
      end: { outcome: 'missing', phase: 'judge' },
    });
  });
});

describe('the bound of kinds that are not run yet', () => {
  const TWO = 'roles: { a: { goal: A. }, b: { goal: B. } }\nstart: w\nphases:\n';

  test.each([
    [
      'a talk: each reply, and who writes the artifact',
      'w: { talk: [a, b], task: T., max_turns: 4, next: done }',
      7 * 5,
    ],
    [
      'a talk with a talk inside: each of its replies is a whole conversation',
      'w: { talk: [a, p], task: T., max_turns: 4, inner: { p: { talk: [a, b], task: "{{ reply }}", max_turns: 3 } }, next: done }',
      7 * (2 + 2 * (3 + 1) + 1),
    ],
    [
      'a question to several models and a summary',
      'w: { ask: Q., models: [default, offline], summarizer: { model: default }, next: done }',
      7 * 3,
    ],
    [
      'a chain of steps',
      'w: { chain: [{ name: x, model: default, prompt_template: T. }, { name: y, model: default, prompt_template: T. }], next: done }',
      7 * 2,
    ],
    [
      'the same work for each item',
      'w: { each: { in: "{{ inputs.list }}", as: item, max: 5 }, do: { role: a, task: T. }, next: done }',
      7 * 5,
    ],
    [
      'trials of a role that a role without tools judges, and the lessons between them',
      'w: { role: a, task: T., reflect: { evaluator: { role: b, task: "{{ w }}" }, trials: 3 }, next: done }',
      3 * (7 + 7) + 2 * 7,
    ],
    [
      'trials that an expression judges, with a retry',
      'w: { chain: [{ prompt_template: T. }], reflect: { evaluator: { expression: "w" }, trials: 2 }, retry: 1, next: done }',
      2 * (2 * 7 + 7),
    ],
    [
      'a vote by majority asks nobody further',
      'w: { ask: Q., models: [default, offline], vote: majority, next: done }',
      7 * 2,
    ],
  ])('%s', (_name, phase, calls) => {
    const inputs = 'inputs: { list: { type: array, items: { type: string }, default: [] } }\n';
    const plan = planOf(`${inputs}${TWO}  ${phase}\n${END}`);
    expect(plan.total.calls).toBe(calls);
  });
});

test('a walk enters subscribers when what they watch is new, before any other way', () => {
  const program = compileText(
    'roles: { a: { goal: A. } }\nstart: needs\nphases:\n  needs: { role: a, task: T., next: plan }\n  plan: { role: a, task: T., next: done }\n  check: { role: a, task: "{{ needs }}", subscribe: [needs], max_visits: 2, on_limit: done, next: plan }\n  done: { end: success }\n',
  );
  const stubs = new Map(['needs', 'plan', 'check'].map(name => [name, [{ artifact: name }]]));
  const { steps, end } = simulateRun({ program, inputs: {}, stubs });
  expect(steps.map(step => step.phase)).toEqual(['needs', 'check', 'plan', 'done']);
  expect(end.outcome).toBe('success');
});

describe('the bound of models without a role', () => {
  const PHASES = `models: { one: auto, two: auto }
roles: { writer: { goal: Write. }, critic: { goal: Judge. } }
start: ask
phases:
  ask: { ask: What?, models: [one, two], vote: judge, summarizer: { model: one }, output: { enum: [a, b] }, next: chain }
  chain:
    chain: [{ model: one, prompt_template: "{{ ask }}" }, { prompt_template: "{{ previous_response }}" }]
    reflect: { evaluator: { role: critic, task: "{{ chain }}" }, trials: 2 }
    next: done
  done: { end: success }
`;
  const plan = (terms: ModelTerms) =>
    planCrew({
      program: compileText(PHASES),
      models: [],
      terms: new Map(['default', 'one', 'two'].map(name => [name, terms])),
      measurePrompt,
    });
  const RULES: ModelTerms = {
    maxTokens: 0,
    languageModel: false,
    price: null,
    rules: { answers: 2, toolCalls: 6 },
  };

  test('that go by rules counts repairs, no failures and no lessons', async () => {
    expect(plan(RULES).total).toMatchObject({
      calls: 3 * (2 + 1 + 2 * 2 + 2),
      undisturbedCalls: 2 + 1 + 4 + 2,
    });
    const run = await runCrew({ yaml: PHASES, model: createOfflineModel(), terms: RULES });
    // All answers are the same, so the judge is not needed.
    expect(run.modelRequests).toHaveLength(2 + 4 + 2);
  });

  test('is met by the worst run there is', async () => {
    const counts = new Map<string, number>();
    const replies = ({ idempotencyKey, origin, output }: ModelRequest): Reply => {
      const loop = idempotencyKey.slice(0, idempotencyKey.lastIndexOf('/'));
      const nth = (counts.get(loop) ?? 0) + 1;
      counts.set(loop, nth);
      if ([1, 2, 4, 5].includes(nth)) return { failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } };
      if (nth < 7) return { text: ' ' };
      if (output?.name === 'choice') return { json: { choice: 2, reason: 'so' } };
      if (output?.name === 'evaluation') return { json: { passed: false, score: 0, feedback: 'no' } };
      return { json: origin.role === 'one' ? 'a' : 'b' };
    };
    const run = await runCrew({ yaml: PHASES, replies });
    expect(run.outcome).toMatchObject({ type: 'ended', end: { outcome: 'success' } });
    expect(run.modelRequests).toHaveLength(plan(TERMS).total.calls);
  });

  test('has a finite input without a context window where the prompts have', () => {
    const { contextTokens: _unknown, ...terms } = TERMS;
    expect(plan(terms).total.inputTokens).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(plan(terms).notes.map(note => note.code)).not.toContain('input-unbounded');
  });
});
