import { expect, test } from 'vitest';
import { planCrew } from '../../src/compiler/plan-crew.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import { measurePrompt } from '../../src/runtime/measure-prompt.ts';
import { fc } from '../laws.ts';
import type { Reply } from '../runtime/fake-model.ts';
import { compileText, runCrew } from '../runtime/run-crew.ts';

const TERMS: ModelTerms = { maxTokens: 100, languageModel: true, price: null, contextTokens: 50_000 };
const LIST = { words: ['a', 'b', 'c', 'd'] };

const join = fc.constantFrom('all', 'any', 1, 2);
const work = fc.record({
  role: fc.constantFrom('writer', 'worker'),
  task: fc.constantFrom('Write.', 'On {{ inputs.words[0] }}.'),
  max_turns: fc.integer({ min: 1, max: 3 }),
  retry: fc.constantFrom(undefined, 1),
});
const fanOut = fc.oneof(
  fc.record({
    each: fc.record({
      in: fc.constant('{{ inputs.words }}'),
      as: fc.constant('word'),
      max: fc.integer({ min: 3, max: 5 }),
    }),
    do: work,
    concurrency: fc.integer({ min: 1, max: 4 }),
    join,
    on_item_error: fc.constantFrom('keep', 'fail'),
    retry: fc.constantFrom(undefined, 1),
  }),
  fc.record({
    parallel: fc.record({ one: work, two: work, three: fc.constant({ tool: 'kit.fail' }) }),
    concurrency: fc.constantFrom(undefined, 1, 2),
    join,
    retry: fc.constantFrom(undefined, 1),
  }),
);
const reply: fc.Arbitrary<Reply> = fc.constantFrom<Reply>(
  { text: 'done' },
  { text: 'done', afterMs: 40 },
  { text: '' },
  { text: 'no', finish: 'content_filter' },
  { calls: [{ tool: 'kit.echo', args: { text: 'x' } }, { tool: 'kit.fail' }] },
  { failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } },
);

/** JSON is YAML. */
function crewOf(phase: object): string {
  const crew = {
    inputs: { words: { type: 'array', default: LIST.words } },
    roles: { worker: { goal: 'Work.', tools: ['kit'] }, writer: { goal: 'Write.' } },
    start: 'all',
    phases: { all: { ...phase, next: 'done' }, done: { end: 'success' } },
  };
  return Object.entries(crew)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

test('lists, joins and losers never cost more than the plan says, although what is cancelled is charged', async () => {
  const ratios: number[] = [];
  await fc.assert(
    fc.asyncProperty(fanOut, fc.array(reply, { minLength: 1, maxLength: 8 }), async (phase, replies) => {
      const yaml = crewOf(phase);
      const terms = new Map([['default', TERMS]]);
      const { total } = planCrew({
        program: compileText(yaml),
        models: [],
        terms,
        measurePrompt,
        inputs: LIST,
      });
      const { outcome } = await runCrew({
        yaml,
        inputs: LIST,
        terms: TERMS,
        // Without a usage the worst case is charged.
        replies: (_request, nth) => ({ usage: null, ...(replies[(nth - 1) % replies.length] ?? {}) }),
      });
      if (outcome.type === 'interrupted') throw new Error('nothing interrupts here');
      const { spent } = outcome.state.ledger;
      expect(spent.calls).toBeLessThanOrEqual(total.calls);
      expect(spent.toolCalls).toBeLessThanOrEqual(total.toolCalls);
      expect(spent.usage.inputTokens).toBeLessThanOrEqual(total.inputTokens);
      expect(spent.usage.outputTokens).toBeLessThanOrEqual(total.outputTokens);
      expect(outcome.state.activeMs).toBeLessThanOrEqual(total.timeMs);
      if (spent.calls > 0) ratios.push(total.calls / spent.calls);
    }),
    { numRuns: 500 },
  );
  expect(Math.min(...ratios)).toBeLessThanOrEqual(4);
}, 120_000);
