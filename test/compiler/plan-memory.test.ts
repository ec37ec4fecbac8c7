import { describe, expect, test } from 'vitest';
import { planCrew } from '../../src/compiler/plan-crew.ts';
import type { MemoryDoor } from '../../src/memory/memory-door.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import { MAX_NOTE_LENGTH } from '../../src/model/limits.ts';
import type { RecalledNote } from '../../src/model/recall.ts';
import { measurePrompt } from '../../src/runtime/measure-prompt.ts';
import { EPOCH } from '../runtime/fake-world.ts';
import { compileText, runCrew } from '../runtime/run-crew.ts';

const MODEL: ModelTerms = {
  maxTokens: 50,
  languageModel: true,
  price: { inputMicroUsd: 3_000_000, cachedInputMicroUsd: 300_000, outputMicroUsd: 15_000_000 },
};
const TERMS = new Map(['default', 'other'].map(name => [name, MODEL] as const));
/** Of the one block; its control characters take six bytes each. */
const LIMIT = 20_000;
const HEAD = `memory: { blocks: { rules: { value: "", limit: ${LIMIT} } } }
roles:
  ann: { goal: Work., memory: { recall: 4, lessons: 2 } }
  bob: { goal: Work., memory: true }
models: { other: auto }
start: job
`;
const END = '  done: { end: success }\n';
const REFLECT = 'reflect: { evaluator: { expression: "false" }, trials: 3 }';
const CREWS = {
  'a role': `phases:\n  job: { role: ann, task: Do it., ${REFLECT}, next: done }\n`,
  'a conversation that a model leads': `phases:
  job: { talk: [ann, bob], task: Talk., max_turns: 4, by: ann, speaker: selector, selector: { model: default }, next: done }
`,
  'a managed phase': `phases:\n  job: { manage: ann, workers: [bob], task: Do it., ${REFLECT}, next: done }\n`,
  branches: `phases:\n  job: { parallel: { one: { role: ann, task: One. }, two: { role: bob, task: Two. } }, ${REFLECT}, next: done }\n`,
  'models without roles': `phases:\n  job: { ask: Say it., models: [default, other], min_answers: 1, ${REFLECT}, next: done }\n`,
};

/** A memory that gives as much as it may, of what takes most bytes, and takes its time. */
const worst: MemoryDoor = {
  recall: async request => {
    const note = (id: number): RecalledNote => ({
      ...{
        id: `n${id}`,
        kind: 'fact',
        scope: 'x',
        runId: 'r'.repeat(20),
        phase: 'p'.repeat(50),
        role: 'ann',
      },
      text: '\u0001"'.repeat(MAX_NOTE_LENGTH / 2),
      ...{ gist: 'g', createdAt: EPOCH, trust: 2, score: 1, parts: {} },
    });
    const notes = (count = 0) => Array.from({ length: count }, (_, id) => note(id));
    return {
      version: 1,
      remarks: [],
      roles: request.roles.map(one => ({
        role: one.role,
        blocks: one.blocks.map(({ label }) => {
          const value = '\u0001'.repeat(LIMIT);
          return { label, value, description: '', limit: LIMIT, readOnly: false, version: 1 };
        }),
        notes: notes(one.notes?.limit),
        lessons: notes(one.lessons?.limit),
        decisions: notes(one.decisions?.limit),
      })),
    };
  },
  write: async effect => ({
    notes: effect.writes.flatMap(({ op }, id) =>
      op === 'note' ? [{ id: `n${id}`, state: 'new' as const }] : [],
    ),
    retired: [],
    gathered: {},
    version: 1,
  }),
};

function planOf(yaml: string) {
  return planCrew({ program: compileText(yaml), models: [], terms: TERMS, measurePrompt }).total;
}

/** Runs a crew whose model counts each byte that it reads as a token. */
async function live(yaml: string, memory?: MemoryDoor) {
  const { outcome, modelRequests } = await runCrew({
    yaml,
    terms: MODEL,
    ...(memory === undefined ? {} : { memory: { door: memory } }),
    replies: ({ messages, tools, output, origin }) => {
      const inputTokens = new TextEncoder().encode(JSON.stringify([messages, tools, output ?? null])).length;
      const usage = { inputTokens, outputTokens: 50, cachedInputTokens: 0 };
      return origin.role === 'selector'
        ? { json: { speaker: 'bob', reason: 'so' }, usage }
        : { text: 'done', usage };
    },
  });
  if (outcome.type === 'interrupted') throw new Error('nothing interrupts here');
  return { state: outcome.state, spent: outcome.state.ledger.spent, modelRequests };
}

/** The input tokens that a full memory costs, and those that the plan has more for it. */
async function becauseOfMemory(yaml: string) {
  const bare = yaml.replace(/^memory:.*\n/, '').replaceAll(/, memory: (?:true|\{[^}]*\})/g, '');
  expect(bare).not.toContain('memory');
  const [full, none] = [await live(yaml, worst), await live(bare)];
  return {
    read: full.spent.usage.inputTokens - none.spent.usage.inputTokens,
    planned: planOf(yaml).inputTokens - planOf(bare).inputTokens,
  };
}

describe.each(Object.entries(CREWS))('%s with a full memory', (_what, phases) => {
  const yaml = `${HEAD}${phases}${END}`;

  test('uses no more than its plan says', async () => {
    const plan = planOf(yaml);
    const { state, spent, modelRequests } = await live(yaml, worst);
    expect(JSON.stringify(modelRequests)).toContain('recalled_');
    expect(spent.calls).toBeLessThanOrEqual(plan.calls);
    expect(spent.usage.inputTokens).toBeLessThanOrEqual(plan.inputTokens);
    expect(spent.costMicroUsd ?? 0).toBeLessThanOrEqual(plan.costMicroUsd);
    expect(state.activeMs).toBeLessThanOrEqual(plan.timeMs);
  });

  test('reads no more because of it than the plan has more because of it', async () => {
    const { read, planned } = await becauseOfMemory(yaml);
    expect(read).toBeGreaterThan(MAX_NOTE_LENGTH);
    expect(read).toBeLessThanOrEqual(planned);
  });
});

test.each([
  ['blocks', 'recall: 0, lessons: 0', CREWS.branches.replace(`, ${REFLECT}`, '')],
  ['decisions', 'blocks: [], recall: 0, lessons: 0', CREWS['a managed phase'].replace(`, ${REFLECT}`, '')],
])('the plan counts %s alone', async (_what, settings, phases) => {
  const head = HEAD.replace('recall: 4, lessons: 2', settings).replace(
    'memory: true',
    `memory: { ${settings} }`,
  );
  const { read, planned } = await becauseOfMemory(`${head}${phases}${END}`);
  expect(read).toBeGreaterThan(1000);
  expect(read).toBeLessThanOrEqual(planned);
});

test('a memory that never answers takes its time and no more, and the plan counts it', async () => {
  const yaml = `${HEAD}${CREWS['a role']}${END}`;
  const plan = planOf(yaml);
  const never = () => new Promise<never>(() => undefined);
  const { outcome } = await runCrew({
    yaml,
    terms: MODEL,
    memory: { door: { recall: never, write: never } },
  });
  if (outcome.type !== 'ended') throw new Error('memory fails no run');
  expect(outcome.state.activeMs).toBeGreaterThan(60_000);
  expect(outcome.state.activeMs).toBeLessThanOrEqual(plan.timeMs);
});
