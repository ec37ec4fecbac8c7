import { expect, test } from 'vitest';
import type { Spend } from '../../src/model/run-event.ts';
import { createPlainReporter } from '../../src/reporters/plain.ts';
import { tellAll } from './parallel-run.ts';

const NO_USAGE = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 };
const spend = { calls: 0, toolCalls: 0, usage: NO_USAGE, costMicroUsd: 0 };

function told(underWay: Partial<Spend>): string {
  let text = '';
  const write = (piece: string): void => {
    text += piece;
  };
  const message = 'the run has worked for 3 s; `budget.time` is 3 s';
  tellAll(createPlainReporter({ write, color: false, columns: 110, verbosity: 'quiet' }), [
    {
      event: {
        type: 'run.started',
        at: 1000,
        runId: 'r1',
        crew: 'demo',
        goal: 'Show it.',
        programHash: 'abcdef0123456789',
        inputs: {},
        models: { default: { use: 'ollama:a', reason: '--model' } },
      },
    },
    {
      event: {
        type: 'run.suspended',
        at: 1500,
        failure: { code: 'BUDGET_EXCEEDED', message },
        spend,
        underWay: { ...spend, calls: 2, ...underWay },
      },
    },
  ]);
  return text;
}

test('a run that comes to a ceiling tells the calls that were cut off, and the one flag that raises it', () => {
  const usage = { inputTokens: 20, outputTokens: 4096, cachedInputTokens: 0 };
  const text = told({ usage, costMicroUsd: null });
  expect(text).toContain('\n        and 2 model calls under way, at most 20 in, 4.1k out · price unknown\n');
  expect(text).toContain('hint    Go on with a higher ceiling: `crew resume r1 --max-time TIME`;');
  expect(text).not.toMatch(/--max-(calls|usd|tokens)/);
});

test('where no language model was asked, no tokens are told', () => {
  expect(told({ costMicroUsd: 0 })).toContain('\n        and 2 model calls under way\n');
});
