import { expect, test } from 'vitest';
import { crew } from './crew-process.ts';

test('the tests of all shipped crews pass, without a network or a key', { timeout: 60_000 }, async () => {
  const ended = await crew(['test', 'crews', '--state-dir', '.crew-of-tests']);
  expect(ended.stderr).toBe('');
  expect(ended.stdout).toMatch(/\n\d+ tests: \d+ passed in /);
  expect(ended.code).toBe(0);
});
