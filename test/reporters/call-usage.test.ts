import { expect, test } from 'vitest';
import { callUsageText } from '../../src/reporters/spend-text.ts';

const usage = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens: 0,
});

test('tokens that a server did not count are never told as none', () => {
  expect(callUsageText({ usage: usage(0, 0), costMicroUsd: null })).toBe('tokens not told');
  expect(callUsageText({ usage: usage(9, 0), costMicroUsd: null })).toBe('9 in, 0 out');
  expect(callUsageText({ usage: usage(0, 0), costMicroUsd: 0 })).toBe('0 in, 0 out');
});
