import { describe, expect, test } from 'vitest';
import { fc } from '../laws.ts';
import { resultOf, suspensionOf } from './compact-events.ts';
import { fold } from './fold.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

const loop = (phase: string, roles = 'writer: { goal: Write. }') => `roles: { ${roles} }
start: write
phases:
  write: { role: writer, task: Write., ${phase} max_visits: 5, on_limit: done, next: again }
  again: { role: writer, task: Again., max_visits: 5, on_limit: done, next: write }
  done: { end: success, result: ok }
`;
const refusal = (run: CrewRun) => suspensionOf(run)?.message;
const potsOf = (run: CrewRun) => {
  if (run.outcome.type === 'interrupted') throw new Error('the run was interrupted');
  return run.outcome.state.ledger.pots;
};

describe('R8: the budget of a phase', () => {
  test('is for all its visits together, and says where to raise it', async () => {
    const yaml = loop('budget: { calls: 2 },');
    const run = await runCrew({ yaml });
    expect(suspensionOf(run)).toEqual({
      code: 'BUDGET_EXCEEDED',
      message: 'in phase `write`, the next model call would be number 3; `phases.write.budget.calls` is 2',
    });
    expect(run.modelRequests).toHaveLength(4);
    const same = await runCrew({ yaml, history: run.facts, resume: {} });
    expect(same.calledKeys).toEqual([]);
    const more = await runCrew({ yaml, history: run.facts, resume: { budget: { calls: 100 } } });
    expect(resultOf(more)).toMatchObject({ result: 'ok' });
  });

  test('counts everything inside: branches, items, workers, repairs and crews', async () => {
    const bodies = {
      parallel: 'parallel: { a: { role: writer, task: A }, b: { role: writer, task: B } }',
      each: 'each: { in: [1, 2], as: n, max: 2 }, concurrency: 1, do: { role: writer, task: A }',
      ask: 'ask: What?, models: [default, other]',
      crew: 'crew: part.crew.yaml',
      role: 'role: writer, task: Write., output: { type: object }',
    };
    const files = {
      'part.crew.yaml': `version: 1
crew: part
goal: Do a part.
roles: { writer: { goal: Write. } }
start: first
phases:
  first: { role: writer, task: Write., next: second }
  second: { role: writer, task: Write., next: done }
  done: { end: success }
`,
    };
    for (const body of Object.values(bodies)) {
      const yaml = `models: { default: auto, other: auto }
roles: { writer: { goal: Write. } }
start: work
phases:
  before: { role: writer, task: Write., next: done }
  work: { ${body}, budget: { calls: 1 }, on_error: before, next: done }
  done: { end: success }
`;
      const run = await runCrew({ yaml, files });
      expect(refusal(run)).toBe(
        'in phase `work`, the next model call would be number 2; `phases.work.budget.calls` is 1',
      );
      expect(run.modelRequests).toHaveLength(1);
    }
  });

  test('lies within that of the run, and leaves phases with similar names alone', async () => {
    const yaml = `budget: { calls: 3 }
roles: { writer: { goal: Write. } }
start: work
phases:
  work: { role: writer, task: Write., budget: { calls: 1 }, next: work2 }
  work2: { role: writer, task: Write., budget: { calls: 9 }, next: work_more }
  work_more: { role: writer, task: Write., next: last }
  last: { role: writer, task: Write., budget: { calls: 9 }, next: done }
  done: { end: success }
`;
    const run = await runCrew({ yaml });
    expect(refusal(run)).toBe('the next model call would be number 4; `budget.calls` is 3');
    expect(Object.entries(potsOf(run)).map(([id, pot]) => [id, pot.spent.calls])).toEqual([
      ['work#phase', 1],
      ['work2#phase', 1],
      ['last#phase', 0],
    ]);
  });

  test('counts tool calls, tokens and money in their own words', async () => {
    const price = { inputMicroUsd: 1_000_000, cachedInputMicroUsd: 0, outputMicroUsd: 1_000_000 };
    const terms = { languageModel: true, maxTokens: 100, price };
    const tokens = await runCrew({ yaml: loop('budget: { tokens: 150 },'), terms });
    expect(refusal(tokens)).toMatch(
      /^in phase `write`, up to \d+ tokens .* `phases\.write\.budget\.tokens` is 150$/,
    );
    const usd = await runCrew({ yaml: loop('budget: { usd: 0.0001 },'), terms });
    expect(refusal(usd)).toMatch(/^in phase `write`, up to \$.*; `phases\.write\.budget\.usd` is \$0\.0001$/);
    const tools = await runCrew({
      yaml: `start: work
phases:
  work: { tool: kit.give, with: { n: 1 }, budget: { tool_calls: 1 }, max_visits: 3, on_limit: done, next: work }
  done: { end: success }
`,
    });
    expect(refusal(tools)).toBe(
      'in phase `work`, the next tool call would be number 2; `phases.work.budget.tool_calls` is 1',
    );
  });

  test('its time is that of its visits together, not what lies between them', async () => {
    const yaml = (time: string) => `start: work
phases:
  work: { tool: kit.wait, with: { ms: 60000 }, budget: { time: ${time} }, max_visits: 2, on_limit: done, next: other }
  other: { tool: kit.wait, with: { ms: 300000 }, next: work, max_visits: 2 }
  done: { end: success, result: ok }
`;
    expect(resultOf(await runCrew({ yaml: yaml('130s') }))).toMatchObject({ result: 'ok' });
    const run = await runCrew({ yaml: yaml('90s') });
    expect(suspensionOf(run)).toEqual({
      code: 'BUDGET_EXCEEDED',
      message: 'in phase `work`, the run has worked for 90 s; `phases.work.budget.time` is 90 s',
    });
    const more = await runCrew({
      yaml: yaml('90s'),
      history: run.facts,
      resume: { budget: { timeMs: 3_600_000 } },
    });
    expect(resultOf(more)).toMatchObject({ result: 'ok' });
  });

  test('inside a crew is its own for each run of the crew', async () => {
    const yaml = `start: build
phases:
  build: { crew: part.crew.yaml, max_visits: 2, on_limit: done, next: build }
  done: { end: success, result: ok }
`;
    const files = (calls: number) => ({
      'part.crew.yaml': `version: 1\ncrew: part\ngoal: Do a part.\n${loop(`budget: { calls: ${calls} },`)}`,
    });
    expect(resultOf(await runCrew({ yaml, files: files(5) }))).toMatchObject({ result: 'ok' });
    expect(refusal(await runCrew({ yaml, files: files(4) }))).toBe(
      'in the crew of `build`, in phase `write`, the next model call would be number 5; `phases.write.budget.calls` is 4',
    );
  });
});

describe('R8: the budget of a role', () => {
  test('is for all that it does in its crew, whatever the phase', async () => {
    const run = await runCrew({ yaml: loop('', 'writer: { goal: Write., budget: { calls: 3 } }') });
    expect(suspensionOf(run)).toEqual({
      code: 'BUDGET_EXCEEDED',
      message: 'for role `writer`, the next model call would be number 4; `roles.writer.budget.calls` is 3',
    });
    expect(run.modelRequests).toHaveLength(3);
  });

  test('counts the tools that the role calls, and not those of phases or other roles', async () => {
    const yaml = `roles:
  writer: { goal: Write., tools: [kit], budget: { tool_calls: 1 } }
  editor: { goal: Edit., tools: [kit] }
start: first
phases:
  first: { tool: kit.give, with: { n: 1 }, next: edit }
  edit: { role: editor, task: Edit., next: write }
  write: { role: writer, task: Write., next: done }
  done: { end: success }
`;
    const run = await runCrew({
      yaml,
      replies: request =>
        request.messages.length % 2 === 0 && request.messages.length < 6
          ? { calls: [{ tool: 'kit.echo', args: { text: `${request.messages.length}` } }] }
          : { text: 'there' },
    });
    expect(refusal(run) ?? resultOf(run)).toMatch(/^for role `writer`, the next tool call would be number 2/);
  });

  test('is paid by the player of a role, also inside a procedure that is no crew of its own', async () => {
    const yaml = `roles:
  lead: { goal: Lead., budget: { calls: 2 } }
start: build
phases:
  build: { crew: part.sop.yaml, roles: { host: lead }, next: more }
  more: { role: lead, task: Lead., next: done }
  done: { end: success }
`;
    const files = {
      'part.sop.yaml': `version: 1
sop: part
roles: [host]
start: greet
phases:
  greet: { role: host, task: Greet., next: again }
  again: { role: host, task: Greet., next: done }
  done: { end: success }
`,
    };
    const run = await runCrew({ yaml, files });
    expect(refusal(run)).toBe(
      'for role `lead`, the next model call would be number 3; `roles.lead.budget.calls` is 2',
    );
    expect(Object.keys(potsOf(run)).filter(id => id.includes('#'))).toEqual(['#role-lead']);
  });

  test('a role that plays several roles of its procedure has one budget for all', async () => {
    const run = await runCrew({
      yaml: `roles: { lead: { goal: Lead., budget: { calls: 1 } } }
sop: { file: part.sop.yaml, roles: { host: lead, guest: lead } }
`,
      files: {
        'part.sop.yaml': `version: 1
sop: part
roles: [host, guest]
start: greet
phases:
  greet: { role: host, task: Greet., next: again }
  again: { role: guest, task: Greet., next: done }
  done: { end: success }
`,
      },
    });
    expect(refusal(run)).toBe(
      'for role `lead`, the next model call would be number 2; `roles.lead.budget.calls` is 1',
    );
  });

  test('a role of the same name in a crew inside has a budget of its own, or none', async () => {
    const run = await runCrew({
      yaml: `roles: { writer: { goal: Write., budget: { calls: 1 } } }
start: build
phases:
  build: { crew: part.crew.yaml, next: more }
  more: { role: writer, task: Write., next: done }
  done: { end: success, result: ok }
`,
      files: { 'part.crew.yaml': `version: 1\ncrew: part\ngoal: Do a part.\n${loop('')}` },
    });
    expect(resultOf(run)).toMatchObject({ result: 'ok' });
  });

  test('a model that is asked without a role pays nothing, whatever its name', async () => {
    const run = await runCrew({
      yaml: `models: { writer: auto, other: auto }
roles: { writer: { goal: Write., model: writer, budget: { calls: 1 } } }
start: ask
phases:
  ask: { ask: What?, models: [writer, other], next: write }
  write: { role: writer, task: Write., next: done }
  done: { end: success, result: ok }
`,
    });
    expect(resultOf(run)).toMatchObject({ result: 'ok' });
  });
});

/** Sixty-four calls at once, in two phases' worth of items and two roles, under ceilings at every level. */
const wide = (limits: { run: number; phase: number; writer: number; crew: number; inner: number }) => ({
  yaml: `budget: { calls: ${limits.run} }
inputs: { list: { type: array } }
roles: { writer: { goal: Write., budget: { calls: ${limits.writer} } }, editor: { goal: Edit. } }
start: all
phases:
  all:
    parallel:
      a: { crew: part.crew.yaml, inputs: { list: "{{ inputs.list }}" } }
      b: { crew: part.crew.yaml, inputs: { list: "{{ inputs.list }}" } }
      c: { role: writer, task: Write. }
      d: { role: editor, task: Edit. }
    budget: { calls: ${limits.phase} }
    next: more
  more:
    each: { in: "{{ inputs.list }}", as: n, max: 64 }
    concurrency: 64
    do: { role: writer, task: "Write {{ n }}" }
    next: done
  done: { end: success }
`,
  files: {
    'part.crew.yaml': `version: 1
crew: part
goal: Do a part.
inputs: { list: { type: array } }
roles: { writer: { goal: Write., budget: { calls: ${limits.inner} } } }
budget: { calls: ${limits.crew} }
start: p
phases:
  p:
    each: { in: "{{ inputs.list }}", as: n, max: 64 }
    concurrency: 64
    do: { role: writer, task: "Write {{ n }}" }
    budget: { calls: ${limits.crew + 1} }
    next: done
  done: { end: success }
`,
  },
});

test('R8: 64 calls at once: whatever the order of the ends, no pot is ever overdrawn, also over a resume', async () => {
  const limit = fc.integer({ min: 1, max: 140 });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ run: limit, phase: limit, writer: limit, crew: limit, inner: limit }),
      fc.array(fc.nat(40), { minLength: 3, maxLength: 12 }),
      fc.integer({ min: 1, max: 32 }),
      fc.nat(1000),
      async (limits, waits, size, where) => {
        const options: CrewRunOptions = {
          ...wide(limits),
          inputs: { list: Array.from({ length: size }, (_, index) => index) },
          replies: (_request, nth) => ({ text: 'words', afterMs: waits[nth % waits.length] ?? 0 }),
        };
        const run = await runCrew(options);
        expectWithin(run);
        const history = run.facts.slice(0, 1 + (where % run.facts.length));
        expectWithin(await runCrew({ ...options, history, resume: {} }));
      },
    ),
    { numRuns: Number(process.env.POT_RUNS ?? 40) },
  );
}, 120_000);

/** Counted by hand from what was wished for: by phase, by role and by crew, beside what the ledger says. */
function expectWithin(run: CrewRun): void {
  const sent = new Map<string, number>();
  const count = (pot: string): void => void sent.set(pot, (sent.get(pot) ?? 0) + 1);
  const isResumed = run.facts.some(fact => fact.type === 'run.resumed');
  let limitsOf = new Map<string, number>();
  for (const { state, effects } of fold(run.program, run.facts)) {
    for (const effect of effects) {
      if (effect.type !== 'model.call') continue;
      const { key, origin } = effect;
      count('');
      const crew = /^all\.[ab]:1:1\//.exec(key)?.[0] ?? '';
      if (key.startsWith('all')) count('all#phase');
      if (crew !== '') for (const pot of [crew, `${crew}p#phase`]) count(pot);
      if (origin.role === 'writer') count(`${crew}#role-writer`);
    }
    const { limits, spent, reserved, pots } = state.ledger;
    limitsOf = new Map([...limitsOf, ['', limits.calls ?? 0]]);
    expect(spent.calls + Object.keys(reserved).length).toBeLessThanOrEqual(limits.calls ?? 0);
    for (const [id, pot] of Object.entries(pots)) {
      limitsOf.set(id, pot.limits.calls ?? 0);
      const held = Object.values(reserved).filter(each => each.pots.includes(id)).length;
      expect(pot.spent.calls + held, id).toBeLessThanOrEqual(pot.limits.calls ?? 0);
      // A resume charges the calls that were lost, and makes them again.
      expect(pot.spent.calls + held, id).toBeGreaterThanOrEqual(sent.get(id) ?? 0);
      if (!isResumed) expect(pot.spent.calls + held, id).toBe(sent.get(id) ?? 0);
    }
  }
  for (const [id, most] of limitsOf) expect(sent.get(id) ?? 0, id).toBeLessThanOrEqual(most);
}
