import { expect, test } from 'vitest';
import { planCrew } from '../../src/compiler/plan-crew.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import { measurePrompt } from '../../src/runtime/measure-prompt.ts';
import { compileText } from '../runtime/run-crew.ts';

const CREW = `roles: { writer: { goal: Write. } }
start: write
phases:
  write: { role: writer, task: Write., next: done }
  done: { end: success }
`;
const PRICE = { inputMicroUsd: 1_000_000, cachedInputMicroUsd: 100_000, outputMicroUsd: 2_000_000 };
const DARK = {
  alias: 'default',
  use: 'openai:mine',
  reason: 'x',
  languageModel: true,
  maxTokens: 1_000,
  contextTokens: 10_000,
  priceKnown: false,
};

function refused(yaml: string, models = [DARK]) {
  const terms = models.map(({ alias, priceKnown }): readonly [string, ModelTerms] => [
    alias,
    { maxTokens: 1_000, languageModel: true, contextTokens: 10_000, price: priceKnown ? PRICE : null },
  ]);
  const plan = planCrew({ program: compileText(yaml), models, terms: new Map(terms), measurePrompt });
  return plan.excess.flatMap(({ refused, unpriced, place }) => (refused ? [[unpriced, place]] : []));
}

test('a ceiling of money that an unknown price keeps from being kept is refused, whosever it is', () => {
  const uses = ['openai:mine'];
  expect(refused(`budget: { usd: 1 }\n${CREW}`)).toEqual([[uses, '']]);
  expect(refused(CREW.replace('task: Write.,', 'task: Write., budget: { usd: 1 },'))).toEqual([
    [uses, 'phases.write.'],
  ]);
  expect(refused(CREW.replace('goal: Write.', 'goal: Write., budget: { usd: 1 }'))).toEqual([
    [uses, 'roles.writer.'],
  ]);
  expect(refused(CREW)).toEqual([]);
});

test('it is not refused for a model that is tried after another one only, or that nothing asks', () => {
  const known = { ...DARK, use: 'openai:known', priceKnown: true };
  expect(refused(`budget: { usd: 100 }\n${CREW}`, [known, { ...DARK, alias: 'default~2' }])).toEqual([]);
  expect(refused(`budget: { usd: 100 }\n${CREW}`, [known, { ...DARK, alias: 'other' }])).toEqual([]);
});
