import { expect, test } from 'vitest';
import { planCrew } from '../../src/compiler/plan-crew.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import { createOfflineModel } from '../../src/providers/offline.ts';
import { measurePrompt } from '../../src/runtime/measure-prompt.ts';
import { fc } from '../laws.ts';
import { randomSpeech, randomTalk } from '../runtime/random-talk.ts';
import { type CrewRun, compileText, runCrew } from '../runtime/run-crew.ts';

const PRICE = { inputMicroUsd: 3_750_000, cachedInputMicroUsd: 300_000, outputMicroUsd: 15_000_000 };

/** All models are the default one, so that one row of terms says all. */
const talks = randomTalk.map(yaml => yaml.replaceAll('"chooser"', '"default"').replace(/^models: .*\n/m, ''));

function planOf(yaml: string, terms: ModelTerms) {
  const program = compileText(yaml);
  return planCrew({ program, models: [], terms: new Map([['default', terms]]), measurePrompt, inputs: {} })
    .total;
}

/** Share of the planned calls that the run made; fails when it used more of anything. */
function expectWithin(run: CrewRun, total: ReturnType<typeof planOf>): number {
  const { outcome } = run;
  if (outcome.type === 'interrupted') throw new Error('nothing interrupts here');
  const { spent } = outcome.state.ledger;
  expect(spent.calls).toBeLessThanOrEqual(total.calls);
  expect(spent.toolCalls).toBeLessThanOrEqual(total.toolCalls);
  expect(spent.usage.inputTokens).toBeLessThanOrEqual(total.inputTokens);
  expect(spent.usage.outputTokens).toBeLessThanOrEqual(total.outputTokens);
  expect(spent.costMicroUsd ?? 0).toBeLessThanOrEqual(total.costMicroUsd);
  expect(outcome.state.activeMs).toBeLessThanOrEqual(total.timeMs);
  return spent.calls / total.calls;
}

test('no conversation uses more than its plan says, whatever the models answer', async () => {
  const terms = fc.record({
    contextTokens: fc.option(fc.integer({ min: 500, max: 20_000 }), { nil: undefined }),
    maxTokens: fc.integer({ min: 1, max: 5_000 }),
  });
  const shares: number[] = [];
  await fc.assert(
    fc.asyncProperty(talks, terms, fc.nat(1_000_000), async (yaml, { contextTokens, maxTokens }, seed) => {
      const model: ModelTerms = {
        maxTokens,
        languageModel: true,
        price: PRICE,
        ...(contextTokens === undefined ? {} : { contextTokens }),
      };
      const speech = randomSpeech('wild', seed);
      const run = await runCrew({
        yaml,
        terms: model,
        replies: request => {
          const sent = JSON.stringify([request.messages, request.tools, request.output ?? null]);
          const bytes = new TextEncoder().encode(sent).length;
          const inputTokens = Math.min(bytes, contextTokens ?? bytes);
          return {
            ...speech(request),
            usage: { inputTokens, outputTokens: maxTokens, cachedInputTokens: 0 },
          };
        },
      });
      shares.push(expectWithin(run, planOf(yaml, model)));
    }),
    { numRuns: 200 },
  );
  // A bound that says nothing would hold too.
  expect(Math.max(...shares)).toBeGreaterThan(0.3);
});

test('the offline responder holds every conversation to its end, within the plan for its rules', async () => {
  const offline = createOfflineModel();
  const model: ModelTerms = {
    maxTokens: 0,
    languageModel: false,
    price: null,
    ...(offline.rules && { rules: offline.rules }),
  };
  const shares: number[] = [];
  await fc.assert(
    fc.asyncProperty(talks, async yaml => {
      const run = await runCrew({ yaml, terms: model, model: offline });
      expect(run.outcome).toMatchObject({ type: 'ended', end: { outcome: 'success' } });
      shares.push(expectWithin(run, planOf(yaml, model)));
    }),
    { numRuns: 60 },
  );
  expect(Math.max(...shares)).toBeGreaterThan(0.3);
});
