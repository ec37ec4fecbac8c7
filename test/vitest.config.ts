import { defineConfig } from 'vitest/config';

/** Tests that run the built program as processes of its own, so it is built for them first. */
const PRODUCT_TESTS = [
  'test/e2e/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/docs.test.ts',
  'test/examples.test.ts',
];
const NO_TESTS = ['**/node_modules/**', 'test/**/fixtures/**'];

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    hookTimeout: 30_000,
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
          name: 'product',
          include: PRODUCT_TESTS,
          exclude: NO_TESTS,
          globalSetup: ['test/e2e/built-product.ts'],
        },
      },
    ],
  },
});
