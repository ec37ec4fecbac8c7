import { expect, test } from 'vitest';
import type { Budget } from '../../src/model/crew.ts';
import {
  type Charge,
  costOf,
  forfeit,
  openLedger,
  openPot,
  raiseLimits,
  reserve,
  settle,
} from '../../src/policy/budget.ts';
import { fc } from '../laws.ts';

const usage = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens,
});
const call = (input: number, output: number, costMicroUsd: number | null = 0): Charge => ({
  calls: 1,
  toolCalls: 0,
  usage: usage(input, output),
  costMicroUsd,
});

test("R8: a ceiling that is lifted stands in nobody's way any more, of the run and inside it", () => {
  const words = { where: 'in `a`, ', path: 'phases.a.' };
  const ledger = openPot(openLedger({ calls: 1, costMicroUsd: 5 }), 'p', {
    words,
    limits: { costMicroUsd: 5 },
  });
  const wish = { ...call(1, 1, null), pots: ['p'] };
  expect(reserve(raiseLimits(ledger, { costMicroUsd: 9 }), 'a', wish)).toHaveProperty('failure');
  const lifted = raiseLimits(ledger, { costMicroUsd: null });
  expect(lifted.limits).toEqual({ calls: 1 });
  expect(reserve(lifted, 'a', wish)).toHaveProperty('ledger');
});

test('R8: whatever is reserved and settled in whatever order, no ceiling is ever exceeded', () => {
  const step = fc.record({
    key: fc.integer({ min: 0, max: 6 }).map(String),
    act: fc.constantFrom('reserve', 'settle', 'forfeit'),
    input: fc.nat(5000),
    output: fc.nat(5000),
    cost: fc.nat(900),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const limits: Budget = { calls: 20, tokens: 30_000, costMicroUsd: 4000 };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      let ledger = openLedger(limits);
      for (const { key, act, input, output, cost, share } of steps) {
        const held = ledger.reserved[key];
        if (act === 'reserve' && held === undefined) {
          const outcome = reserve(ledger, key, call(input, output, cost));
          if ('ledger' in outcome) ledger = outcome.ledger;
        } else if (act === 'settle' && held !== undefined) {
          const part = (value: number) => Math.floor(value * share);
          ledger = settle(ledger, key, {
            ...held,
            usage: usage(part(held.usage.inputTokens), part(held.usage.outputTokens)),
            costMicroUsd: part(held.costMicroUsd ?? 0),
          });
        } else if (act === 'forfeit') ledger = forfeit(ledger, key);
        const { spent } = ledger;
        expect(spent.calls).toBeLessThanOrEqual(20);
        expect(spent.usage.inputTokens + spent.usage.outputTokens).toBeLessThanOrEqual(30_000);
        expect(spent.costMicroUsd).toBeLessThanOrEqual(4000);
      }
    }),
  );
});

test('a refused reservation names the ceiling and leaves the ledger as it was', () => {
  const ledger = openLedger({ tokens: 100 });
  const outcome = reserve(ledger, 'a', call(80, 30));
  expect(outcome).toEqual({
    failure: {
      code: 'BUDGET_EXCEEDED',
      message: 'up to 110 tokens would be spent after the next call; `budget.tokens` is 100',
    },
  });
  expect(ledger.reserved).toEqual({});
});

test('an unknown price is refused under a money ceiling and is never counted as zero', () => {
  const outcome = reserve(openLedger({ costMicroUsd: 1_000_000 }), 'a', call(1, 1, null));
  expect('failure' in outcome && outcome.failure.message).toContain('not known');
  const free = reserve(openLedger({}), 'a', call(1, 1, null));
  expect('ledger' in free && settle(free.ledger, 'a', call(1, 1, null)).spent.costMicroUsd).toBeNull();
});

test('a raised ceiling lets the same reservation through', () => {
  const ledger = openLedger({ calls: 0, tokens: 10 });
  expect(reserve(ledger, 'a', call(1, 1))).toHaveProperty('failure');
  expect(reserve(raiseLimits(ledger, { calls: 1 }), 'a', call(1, 1))).toHaveProperty('ledger');
});

test('cost counts cached input at its own price and rounds up', () => {
  const price = { inputMicroUsd: 3_000_000, cachedInputMicroUsd: 300_000, outputMicroUsd: 15_000_000 };
  expect(costOf(usage(1000, 10, 900), price)).toBe(Math.ceil(100 * 3 + 900 * 0.3 + 10 * 15));
  expect(costOf(usage(1, 0), { ...price, inputMicroUsd: 1 })).toBe(1);
  expect(costOf(usage(1, 1), null)).toBeNull();
});

test('R8: 64 calls at once in nested pots: no ceiling of any is ever exceeded, in any order', () => {
  const ids = ['crew', 'phase', 'role', 'inner'];
  const step = fc.record({
    key: fc.integer({ min: 0, max: 63 }).map(String),
    act: fc.constantFrom('reserve', 'reserve', 'settle', 'forfeit'),
    pots: fc.subarray(ids),
    tokens: fc.nat(3000),
    cost: fc.nat(900),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const limits = fc.record({
    calls: fc.integer({ min: 0, max: 64 }),
    tokens: fc.integer({ min: 0, max: 60_000 }),
    costMicroUsd: fc.integer({ min: 0, max: 20_000 }),
  });
  const within = ({ calls, usage: { inputTokens, outputTokens }, costMicroUsd }: Charge, most: Budget) => {
    expect(calls).toBeLessThanOrEqual(most.calls ?? 0);
    expect(inputTokens + outputTokens).toBeLessThanOrEqual(most.tokens ?? 0);
    expect(costMicroUsd).toBeLessThanOrEqual(most.costMicroUsd ?? 0);
  };
  fc.assert(
    fc.property(
      fc.array(limits, { minLength: 5, maxLength: 5 }),
      fc.array(step, { minLength: 20, maxLength: 160 }),
      ([run = {}, ...own], steps) => {
        const empty = openLedger(run);
        let ledger = ids.reduce(
          (all, id, index) => openPot(all, id, { words: { where: '', path: '' }, limits: own[index] ?? {} }),
          empty,
        );
        const spentIn = new Map<string, number>();
        for (const { key, act, pots, tokens, cost, share } of steps) {
          const held = ledger.reserved[key];
          if (act === 'reserve' && held === undefined) {
            const outcome = reserve(ledger, key, { ...call(tokens, 0, cost), pots });
            if ('ledger' in outcome) ledger = outcome.ledger;
          } else if (act !== 'reserve' && held !== undefined) {
            for (const id of held.pots) spentIn.set(id, (spentIn.get(id) ?? 0) + 1);
            const used = usage(Math.floor(held.usage.inputTokens * share), 0);
            ledger = act === 'settle' ? settle(ledger, key, { ...held, usage: used }) : forfeit(ledger, key);
          }
          within(ledger.spent, run);
          for (const [index, id] of ids.entries()) {
            const pot = ledger.pots[id];
            if (pot === undefined) throw new Error(`the pot ${id} is gone`);
            within(pot.spent, own[index] ?? {});
            expect(pot.spent.calls).toBe(spentIn.get(id) ?? 0);
          }
        }
      },
    ),
    { numRuns: Number(process.env.POT_RUNS ?? 300) },
  );
});

test('a refusal of a pot says whose it is and where its ceiling stands', () => {
  const words = { where: 'in phase `merge`, ', path: 'phases.merge.' };
  const ledger = openPot(openLedger({ calls: 9 }), 'merge', { words, limits: { calls: 0 } });
  const message = 'in phase `merge`, the next model call would be number 1; `phases.merge.budget.calls` is 0';
  const refused = { failure: { code: 'BUDGET_EXCEEDED', message } };
  expect(reserve(ledger, 'a', { ...call(1, 1), pots: ['merge'] })).toEqual(refused);
  expect(reserve(ledger, 'a', call(1, 1))).toHaveProperty('ledger');
  expect(reserve(raiseLimits(ledger, { calls: 2 }), 'a', { ...call(1, 1), pots: ['merge'] })).toHaveProperty(
    'ledger',
  );
});
