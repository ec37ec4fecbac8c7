import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { modelPrice } from '../../src/providers/prices.ts';

test('a known model has its price in micro dollars for a million tokens', () => {
  expect(modelPrice('openai:gpt-5-mini')).toEqual({
    inputMicroUsd: 250_000,
    cachedInputMicroUsd: 25_000,
    outputMicroUsd: 2_000_000,
  });
});

test('a dated snapshot has the price of its model', () => {
  expect(modelPrice('anthropic:claude-sonnet-4-5-20250929')).toEqual(
    modelPrice('anthropic:claude-sonnet-4-5'),
  );
  expect(modelPrice('openai:gpt-4o-2024-08-06')).toEqual(modelPrice('openai:gpt-4o'));
});

test('what is not in the table is unknown, never zero', () => {
  for (const use of [
    'openai:gpt-99',
    'openai:gpt-5-huge',
    'offline',
    'openai:',
    'openai:__proto__',
    'toString',
  ]) {
    expect(modelPrice(use)).toBeNull();
  }
});

test('the table says when and where it is from, and cached input is never dearer than fresh', () => {
  const table = JSON.parse(readFileSync(new URL('../../src/providers/prices.json', import.meta.url), 'utf8'));
  expect(table.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(table.source).not.toBe('');
  for (const [name, price] of Object.entries<{ input: number; cached: number; output: number }>(
    table.models,
  )) {
    expect([name, price.cached > 0 && price.cached <= price.input && price.output > price.input]).toEqual([
      name,
      true,
    ]);
  }
});
