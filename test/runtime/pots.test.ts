import { expect, test } from 'vitest';
import { fc } from '../laws.ts';
import { resultOf, suspensionOf } from './compact-events.ts';
import { createFakeWorld } from './fake-world.ts';
import { fold } from './fold.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const inner = (budget: string, phases = 'first, second'): { readonly [path: string]: string } => {
  const names = phases.split(', ');
  const rows = names.map(
    (name, index) => `  ${name}: { role: writer, task: Write., next: ${names[index + 1] ?? 'done'} }`,
  );
  return {
    'part.crew.yaml': `version: 1
crew: part
goal: Do a part.
roles: { writer: { goal: Write. } }
${budget}
start: ${names[0]}
phases:
${rows.join('\n')}
  done: { end: success, result: ok }
`,
  };
};
const outer = (budget = '', phase = 'crew: part.crew.yaml'): string => `start: build
phases:
  build: { ${phase}, next: done }
  done: { end: success, result: "{{ build }}" }
${budget}
`;

const spentOf = (run: CrewRun) => {
  if (run.outcome.type === 'interrupted') throw new Error('the run was interrupted');
  return run.outcome.state.ledger.spent;
};

test('R8: the budget of a crew inside refuses, and a resume with a higher one goes on', async () => {
  const options = { yaml: outer('budget: { calls: 10 }'), files: inner('budget: { calls: 1 }') };
  const first = await runCrew(options);
  expect(suspensionOf(first)).toEqual({
    code: 'BUDGET_EXCEEDED',
    message: 'in the crew of `build`, the next model call would be number 2; `budget.calls` is 1',
  });
  const same = await runCrew({ ...options, history: first.facts, resume: {} });
  expect(suspensionOf(same)?.code).toBe('BUDGET_EXCEEDED');
  expect(same.calledKeys).toEqual([]);
  const more = await runCrew({ ...options, history: same.facts, resume: { budget: { calls: 20 } } });
  expect(resultOf(more)).toMatchObject({ result: 'ok' });
  expect(more.calledKeys).toHaveLength(1);
});

test("R8: a crew inside never spends more than the run's own budget, however much it has itself", async () => {
  const run = await runCrew({ yaml: outer('budget: { calls: 1 }'), files: inner('budget: { calls: 50 }') });
  expect(suspensionOf(run)?.message).toBe('the next model call would be number 2; `budget.calls` is 1');
  expect(spentOf(run).calls).toBe(1);
});

test('R8: a higher ceiling at a resume never lowers that of a crew inside', async () => {
  const options = {
    yaml: outer('budget: { calls: 1 }'),
    files: inner('budget: { calls: 4 }', 'one, two, three'),
  };
  const first = await runCrew(options);
  const second = await runCrew({ ...options, history: first.facts, resume: { budget: { calls: 3 } } });
  expect(resultOf(second)).toMatchObject({ result: 'ok' });
});

test('R8: tokens and money of a crew inside are counted by its own models', async () => {
  const price = { inputMicroUsd: 1_000_000, cachedInputMicroUsd: 0, outputMicroUsd: 1_000_000 };
  const termsOf = { 'build/default': { languageModel: true, maxTokens: 100, price } };
  const files = inner('budget: { usd: 0.0001 }');
  const run = await runCrew({ yaml: outer(), files, termsOf });
  expect(suspensionOf(run)?.message).toMatch(/^in the crew of `build`, up to \$0\.\d+ would be spent/);
  const tokens = await runCrew({ yaml: outer(), files: inner('budget: { tokens: 150 }'), termsOf });
  expect(suspensionOf(tokens)?.message).toMatch(/^in the crew of `build`, up to \d+ tokens/);
  expect(spentOf(tokens).calls).toBe(0);
});

test('each visit, attempt and item has a pot of its own; together they stay within the run', async () => {
  const yaml = `start: all
phases:
  all:
    each: { in: "{{ inputs.list }}", as: word, max: 5 }
    concurrency: 2
    do: { crew: part.crew.yaml }
    next: done
  done: { end: success, result: "{{ all }}" }
inputs: { list: { type: array } }
budget: { calls: 5 }
`;
  const files = inner('budget: { calls: 2 }');
  const run = await runCrew({ yaml, files, inputs: { list: [1, 2, 3] } });
  expect(suspensionOf(run)?.message).toBe('the next model call would be number 6; `budget.calls` is 5');
  const done = await runCrew({
    yaml,
    files,
    inputs: { list: [1, 2, 3] },
    history: run.facts,
    resume: { budget: { calls: 6 } },
  });
  expect(resultOf(done)).toMatchObject({ result: ['ok', 'ok', 'ok'] });
});

const slowCrew = (time: string): { readonly [path: string]: string } => ({
  'part.crew.yaml': `version: 1
crew: part
goal: Do a part.
tools: { kit: builtin:kit }
budget: { time: ${time} }
start: wait
phases:
  wait: { tool: kit.wait, with: { ms: 120000 }, next: done }
  done: { end: success, result: ok }
`,
});

test('R8: the time of a crew inside begins with it, stops the run at once, and ends with it', async () => {
  const yaml = `start: before
phases:
  before: { tool: kit.wait, with: { ms: 300000 }, next: build }
  build: { crew: part.crew.yaml, next: after }
  after: { tool: kit.wait, with: { ms: 300000 }, next: done }
  done: { end: success, result: "{{ build }}" }
budget: { time: 1h }
`;
  const enough = await runCrew({ yaml, files: slowCrew('3m') });
  expect(resultOf(enough)).toMatchObject({ result: 'ok' });
  const world = createFakeWorld();
  const run = await runCrew({ yaml, files: slowCrew('1m'), world });
  expect(suspensionOf(run)).toEqual({
    code: 'BUDGET_EXCEEDED',
    message: 'in the crew of `build`, the run has worked for 60 s; `budget.time` is 60 s',
  });
  expect(world.monotonic()).toBe(360_000);
  const same = await runCrew({ yaml, files: slowCrew('1m'), history: run.facts, resume: {} });
  expect(suspensionOf(same)?.code).toBe('BUDGET_EXCEEDED');
  const more = await runCrew({
    yaml,
    files: slowCrew('1m'),
    history: same.facts,
    resume: { budget: { timeMs: 3_600_000 } },
  });
  expect(resultOf(more)).toMatchObject({ result: 'ok' });
});

test("two crews at once have their own times, and the run's own is kept as well", async () => {
  const yaml = `start: both
phases:
  both:
    parallel:
      a: { crew: part.crew.yaml }
      b: { tool: kit.wait, with: { ms: 240000 } }
    next: done
  done: { end: success }
budget: { time: 3m }
`;
  const run = await runCrew({ yaml, files: slowCrew('150s') });
  expect(suspensionOf(run)?.message).toBe('the run has worked for 180 s; `budget.time` is 180 s');
});

const tree = (limits: { readonly run: number; readonly outer: number; readonly inner: number }) => ({
  yaml: `start: build
phases:
  build:
    parallel:
      a: { crew: outer.crew.yaml }
      b: { crew: outer.crew.yaml }
    next: done
  done: { end: success }
budget: { calls: ${limits.run} }
`,
  files: {
    'outer.crew.yaml': `version: 1
crew: outer
goal: Do a part.
roles: { writer: { goal: Write. } }
budget: { calls: ${limits.outer} }
start: both
phases:
  both:
    parallel:
      x: { crew: inner.crew.yaml, retry: 1 }
      y: { crew: inner.crew.yaml }
      z: { role: writer, task: Write. }
    next: done
  done: { end: success }
`,
    'inner.crew.yaml': `version: 1
crew: inner
goal: Do a part.
roles: { writer: { goal: Write. } }
budget: { calls: ${limits.inner} }
start: p
phases:
  p:
    parallel:
      k: { role: writer, task: Write., output: { type: object, required: [n] } }
      l: { role: writer, task: Write. }
    next: q
  q: { role: writer, task: Write., next: done }
  done: { end: success }
`,
  },
});

test('R8: whatever the order of the ends, no pot and not the run is ever overdrawn, also over a resume', async () => {
  const limit = fc.integer({ min: 1, max: 14 });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ run: limit, outer: limit, inner: fc.integer({ min: 1, max: 6 }) }),
      fc.array(fc.record({ ms: fc.nat(40), bad: fc.boolean() }), { minLength: 3, maxLength: 12 }),
      fc.nat(100),
      async (limits, moods, where) => {
        const options = {
          ...tree(limits),
          replies: (_request: unknown, nth: number) => {
            const { ms = 0, bad = false } = moods[nth % moods.length] ?? {};
            return { text: bad ? 'words' : '{"n": 1}', afterMs: ms };
          },
        };
        const run = await runCrew(options);
        expectWithin(run);
        const history = run.facts.slice(0, 1 + (where % run.facts.length));
        expectWithin(await runCrew({ ...options, history, resume: {} }));
      },
    ),
    { numRuns: 60 },
  );
});

/** Counted by hand from what was wished for, beside what the ledger says. */
function expectWithin(run: CrewRun): void {
  const sent = new Map<string, number>();
  for (const { state, effects } of fold(run.program, run.facts)) {
    for (const effect of effects) {
      if (effect.type !== 'model.call') continue;
      for (const pot of ['', ...Object.keys(state.ledger.pots)]) {
        if (effect.key.startsWith(pot)) sent.set(pot, (sent.get(pot) ?? 0) + 1);
      }
    }
    const { limits, spent, reserved, pots } = state.ledger;
    const held = (prefix: string) => Object.keys(reserved).filter(key => key.startsWith(prefix)).length;
    expect(spent.calls + held('')).toBeLessThanOrEqual(limits.calls ?? 0);
    expect(sent.get('') ?? 0).toBeLessThanOrEqual(limits.calls ?? 0);
    for (const [id, pot] of Object.entries(pots)) {
      expect(pot.spent.calls + held(id)).toBeLessThanOrEqual(pot.limits.calls ?? 0);
      expect(sent.get(id) ?? 0).toBeLessThanOrEqual(pot.limits.calls ?? 0);
    }
  }
}
