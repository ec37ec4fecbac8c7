import { afterEach, expect, test } from 'vitest';
import { realWorld } from '../../src/cli/world.ts';

const { now } = Date;
afterEach(() => {
  Date.now = now;
});

test('deadlines use a monotonic clock: a system clock that jumps changes neither moments nor sleeps', async () => {
  const hour = 3_600_000;
  const before = realWorld.now();
  expect(Math.abs(before - Date.now())).toBeLessThan(hour);
  for (const jump of [hour, -hour]) {
    const asleep = realWorld.sleep(20, new AbortController().signal);
    Date.now = () => now() + jump;
    await asleep;
    const after = realWorld.now();
    expect(after - before).toBeGreaterThanOrEqual(19);
    expect(after - before).toBeLessThan(hour / 2);
  }
});
