import { expect, test } from 'vitest';
import { readSpeed, waitBefore } from '../../src/cli/replay-pace.ts';
import type { RunEvent } from '../../src/model/run-event.ts';

const event = (type: string, at: number) => ({ type, at }) as RunEvent;

test('events come as far apart as they were, divided by the speed; nobody is waited for longer than two seconds', () => {
  const before = event('phase.started', 1000);
  expect(waitBefore(before, undefined, 1)).toBe(0);
  expect(waitBefore(event('model.ended', 61_000), before, 1)).toBe(60_000);
  expect(waitBefore(event('model.ended', 61_000), before, 10)).toBe(6000);
  expect(waitBefore(event('model.ended', 61_000), before, 0.5)).toBe(120_000);
  expect(waitBefore(event('model.ended', 61_000), before, Number.POSITIVE_INFINITY)).toBe(0);
  expect(waitBefore(event('run.resumed', 9_000_000), before, 1)).toBe(2000);
  expect(waitBefore(event('person.answered', 9_000_000), before, 2)).toBe(1000);
  expect(waitBefore(event('model.ended', 10), before, 1)).toBe(0);
});

test('a speed is a number with or without an x, or max', () => {
  expect([undefined, '2', '10x', '0.5x', 'max'].map(readSpeed)).toEqual([
    1,
    2,
    10,
    0.5,
    Number.POSITIVE_INFINITY,
  ]);
  for (const wrong of ['', '0', '0x', '-1', 'x', '1e3', 'Infinity']) {
    expect(() => readSpeed(wrong)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  }
});
