import { expect, test } from 'vitest';
import { createSharedWork } from '../../../src/tools/review/shared-work.ts';

function calm(): AbortSignal {
  return new AbortController().signal;
}

/** Work that ends when it is told to, and counts how often it began. */
function controlled() {
  const begun: AbortSignal[] = [];
  const endings: ((value: string) => void)[] = [];
  const failures: ((error: Error) => void)[] = [];
  const work = (signal: AbortSignal) => {
    begun.push(signal);
    return new Promise<string>((resolve, reject) => {
      endings.push(resolve);
      failures.push(reject);
    });
  };
  return { begun, endings, failures, work };
}

test('1. the same key runs once while it is under way, and while it is kept', async () => {
  const shared = createSharedWork();
  const { begun, endings, work } = controlled();
  const first = shared.share({ key: 'a', keep: true, signal: calm(), work });
  const second = shared.share({ key: 'a', keep: true, signal: calm(), work });
  endings[0]?.('done');
  expect(await Promise.all([first, second])).toEqual(['done', 'done']);
  expect(await shared.share({ key: 'a', keep: true, signal: calm(), work })).toBe('done');
  expect(begun).toHaveLength(1);
});

test('1. work that is not kept runs again for a later caller', async () => {
  const shared = createSharedWork();
  let runs = 0;
  const ask = () => shared.share({ key: 'a', keep: false, signal: calm(), work: async () => ++runs });
  expect(await ask()).toBe(1);
  expect(await ask()).toBe(2);
});

test('1. only the last results are kept', async () => {
  const shared = createSharedWork();
  let runs = 0;
  const ask = (key: string) => shared.share({ key, keep: true, signal: calm(), work: async () => ++runs });
  for (let index = 0; index < 13; index += 1) await ask(`key${index}`);
  expect(await ask('key12')).toBe(13);
  expect(await ask('key0')).toBe(14);
});

test('2. an aborted caller is rejected at once and the others go on', async () => {
  const shared = createSharedWork();
  const { begun, endings, work } = controlled();
  const controller = new AbortController();
  const stopped = shared.share({ key: 'a', keep: true, signal: controller.signal, work });
  const other = shared.share({ key: 'a', keep: true, signal: calm(), work });
  controller.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  expect(begun[0]?.aborted).toBe(false);
  endings[0]?.('done');
  expect(await other).toBe('done');
});

test('3. the work is aborted with its last caller, and a later caller starts anew', async () => {
  const shared = createSharedWork();
  const { begun, endings, work } = controlled();
  const controller = new AbortController();
  const stopped = shared.share({ key: 'a', keep: true, signal: controller.signal, work });
  controller.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  expect(begun[0]?.aborted).toBe(true);
  const later = shared.share({ key: 'a', keep: true, signal: calm(), work });
  endings[0]?.('old');
  endings[1]?.('new');
  expect(await later).toBe('new');
  await expect(
    shared.share({ key: 'a', keep: true, signal: AbortSignal.abort(), work }),
  ).rejects.toMatchObject({ code: 'TOOL_FAILED' });
});

test('4. work that failed is not kept', async () => {
  const shared = createSharedWork();
  const { begun, endings, failures, work } = controlled();
  const first = shared.share({ key: 'a', keep: true, signal: calm(), work });
  failures[0]?.(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  const second = shared.share({ key: 'a', keep: true, signal: calm(), work });
  endings[1]?.('done');
  expect(await second).toBe('done');
  expect(begun).toHaveLength(2);
});
