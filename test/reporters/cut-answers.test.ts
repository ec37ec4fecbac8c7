import { expect, test } from 'vitest';
import { createPlainReporter } from '../../src/reporters/plain.ts';

const usage = { inputTokens: 10, outputTokens: 4096, cachedInputTokens: 0 };
const call = { key: 'k', phase: 'write', role: 'writer' } as const;
const answered = {
  type: 'model.ended',
  at: 2000,
  ...call,
  outcome: 'answered',
  text: 'half a sen',
  toolCalls: 0,
  usage,
  costMicroUsd: 1,
  ms: 5,
} as const;

test.each(['normal', 'quiet', 'verbose'] as const)('an answer that was cut off is told, %s', verbosity => {
  const told = (cut: { readonly cutAt?: number }): string => {
    let text = '';
    const write = (piece: string): void => {
      text += piece;
    };
    createPlainReporter({ write, color: false, columns: 110, verbosity }).onEvent({ ...answered, ...cut });
    return text;
  };
  expect(told({ cutAt: 4096 }).match(/cut off at 4,096 tokens/g)).toHaveLength(1);
  expect(told({})).not.toContain('cut off');
});
