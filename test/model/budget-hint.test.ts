import { describe, expect, test } from 'vitest';
import { BUDGET_FLAGS } from '../../src/cli/flags.ts';
import { readBudgetFlags } from '../../src/cli/read-budget.ts';
import { budgetHint } from '../../src/model/budget-hint.ts';
import { hintInRun } from '../../src/model/crew-error.ts';
import { openLedger, openPot, reserve } from '../../src/policy/budget.ts';

const CHARGE = {
  calls: 5,
  toolCalls: 5,
  usage: { inputTokens: 500, outputTokens: 500, cachedInputTokens: 0 },
  costMicroUsd: 9_000_000,
};

/** The words of the ledger itself, so that the hint is held to what it reads. */
function refusal(limits: object, path?: string, charge: typeof CHARGE | object = {}): string {
  const words = { where: 'in `a`, ', path: path ?? '' };
  const ledger = path === undefined ? openLedger(limits) : openPot(openLedger({}), 'p', { words, limits });
  const pots = path === undefined ? [] : ['p'];
  const refused = reserve(ledger, 'k', { ...CHARGE, ...charge, pots });
  return 'failure' in refused ? refused.failure.message : '';
}

const LIMITS = [
  ['--max-calls', { calls: 4 }],
  ['--max-tool-calls', { toolCalls: 4 }],
  ['--max-tokens', { tokens: 4 }],
  ['--max-usd', { costMicroUsd: 4 }],
] as const;

describe('the hint at a ceiling', () => {
  test.each(LIMITS)('names %s alone, for the run and inside it', (flag, limits) => {
    const others = Object.keys(BUDGET_FLAGS).filter(name => `--${name}` !== flag);
    for (const path of [undefined, 'phases.a.']) {
      const hint = budgetHint(refusal(limits, path)) ?? '';
      expect(hint).toContain(`\`crew resume RUN ${flag} `);
      for (const other of others) expect(hint).not.toContain(`--${other} `);
      if (path !== undefined) expect(hint).toMatch(/raise `phases\.a\.budget\.[a-z_]+` in the crew file\.$/);
    }
  });

  test('every flag that it can name is one, and is read', () => {
    for (const [flag, limits] of LIMITS) {
      const name = flag.slice(2);
      expect(Object.keys(BUDGET_FLAGS)).toContain(name);
      expect(Object.keys(readBudgetFlags({ [name]: '4' }))).toEqual(Object.keys(limits));
    }
  });

  test('says nothing of a higher ceiling of money where a price is not known', () => {
    const hint = budgetHint(refusal({ costMicroUsd: 4 }, undefined, { costMicroUsd: null })) ?? '';
    expect(hint).toContain('price is known');
    expect(hint).toContain('`crew resume RUN --max-usd none`');
    expect(hint).not.toContain('higher');
  });

  test('`none` is read as no ceiling, whichever it is', () => {
    for (const [flag, limits] of LIMITS) {
      const [key = ''] = Object.keys(limits);
      expect(readBudgetFlags({ [flag.slice(2)]: 'none' })).toEqual({ [key]: null });
    }
  });

  test('has the words for any ceiling where a message names none', () => {
    expect(budgetHint('no ceiling')).toBeUndefined();
    expect(hintInRun({ code: 'BUDGET_EXCEEDED', message: 'x' })).toContain('whichever the message names');
    expect(hintInRun({ code: 'OF_ANOTHER_VERSION', message: 'x' })).toBeUndefined();
  });
});
