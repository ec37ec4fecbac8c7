import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that run the built program as processes of its own, so it is built for them first. */
const PRODUCT_TESTS = [
  'test/e2e/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/docs.test.ts',
  'test/examples.test.ts',
];
/** Random runs, which fold every prefix of their facts anyway and would take minutes, hundreds of runs that are counted, and tests that drive no run. */
const WITHOUT_SUSPENDING = [
  'test/runtime/**/*laws.test.ts',
  'test/runtime/fuzz-replies.test.ts',
  'test/runtime/lessons-lift.test.ts',
  'test/runtime/compare-runs.test.ts',
  'test/runtime/read-record.test.ts',
  'test/runtime/find-said-hand-off.test.ts',
  'test/runtime/majority-answer.test.ts',
  'test/runtime/bind-inputs.test.ts',
];
const NO_TESTS = ['**/node_modules/**', 'test/**/fixtures/**'];

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What is waited for comes at once, or late on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    // One more than there are cores, because many tests wait for processes, servers and terminals.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: [...NO_TESTS, ...PRODUCT_TESTS],
        },
      },
      {
        extends: true,
        test: {
          // The loop forgets all it knows after each fact and goes on from the journal.
          name: 'suspending',
          include: ['test/runtime/**/*.test.ts'],
          exclude: [...NO_TESTS, ...WITHOUT_SUSPENDING],
          env: { ALWAYS_SUSPEND: '1' },
        },
      },
      {
        extends: true,
        test: {
          name: 'product',
          include: PRODUCT_TESTS,
          exclude: NO_TESTS,
          globalSetup: ['test/e2e/built-product.ts'],
        },
      },
    ],
  },
});
