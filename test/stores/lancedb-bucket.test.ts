import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';
import { memoryStoreContract } from '../contracts/memory-store.ts';

/**
 * An address such as `s3://bucket/tests` with its variables (`AWS_ENDPOINT_URL`, …) in the environment runs the whole
 * contract there, each test in a folder of its own, which is left behind.
 */
const BUCKET = process.env.MEMORY_BUCKET ?? '';

if (BUCKET === '') test.skip('the contract in a bucket: set MEMORY_BUCKET to its address');
else
  memoryStoreContract(`LanceDB in ${BUCKET}`, async () => {
    const place = `${BUCKET}/${randomUUID()}`;
    return {
      open: () => openLanceStore({ place, redactedPlace: place, env: process.env }),
      remove: async () => {},
      shared: true,
    };
  });
