import { expect, test } from 'vitest';
import { EffectQueue } from '../../src/engines/effect-queue.ts';
import type { Fact } from '../../src/model/fact.ts';

const resumed: Fact = { type: 'run.resumed', at: 2 };
const returned = (key: string): Fact => ({ type: 'tool.returned', at: 1, key, ms: 1, value: 'done' });

/** A disk that is as slow as the test wants, and what happened in which order. */
function slowDisk() {
  const log: string[] = [];
  let disk = Promise.withResolvers<void>();
  let seq = 0;
  const store = {
    write(fact: Fact) {
      seq += 1;
      log.push(`wrote ${'key' in fact ? fact.key : fact.type}`);
      return { seq, fact, replayed: false };
    },
    intend: (key: string) => void log.push(`intends ${key}`),
    withdraw: (key: string) => void log.push(`withdrew ${key}`),
    flush: () => disk.promise,
  };
  const arrive = async (error?: Error) => {
    const before = disk;
    disk = Promise.withResolvers<void>();
    log.push('on disk');
    if (error === undefined) before.resolve();
    else before.reject(error);
    await new Promise(resolve => setImmediate(resolve));
  };
  return { log, arrive, queue: new EffectQueue(store, [], []) };
}

test('R2: nothing that is not on disk yet is yielded, and no act begins in the meantime', async () => {
  const { log, arrive, queue } = slowDisk();
  queue.append(resumed);
  queue.record({ key: 'a', repeatable: true }, async () => {
    log.push('began a');
    return returned('a');
  });
  const first = queue.next().then(({ fact }) => log.push(`yielded ${fact.type}`));
  await new Promise(resolve => setImmediate(resolve));
  expect(queue.ready()).toBe(true);
  await arrive();
  await first;
  const second = queue.next().then(({ fact }) => log.push(`yielded ${fact.type}`));
  await new Promise(resolve => setImmediate(resolve));
  await arrive();
  await second;
  expect(log).toEqual([
    'wrote run.resumed',
    'on disk',
    'yielded run.resumed',
    'began a',
    'wrote a',
    'on disk',
    'yielded tool.returned',
  ]);
});

test('an act that must not be repeated begins when its intent is on disk, and not when it was withdrawn before', async () => {
  const { log, arrive, queue } = slowDisk();
  const never = (key: string) => () => {
    log.push(`began ${key}`);
    return new Promise<Fact>(() => undefined);
  };
  for (const key of ['a', 'b']) queue.record({ key, repeatable: false }, never(key));
  void queue.next();
  queue.cancel('b');
  await arrive();
  queue.cancel('a');
  expect(log).toEqual(['intends a', 'intends b', 'withdrew b', 'on disk', 'began a']);
});

test('a disk that fails ends the run', async () => {
  const { arrive, queue } = slowDisk();
  queue.append(resumed);
  const first = queue.next();
  const refused = expect(first).rejects.toThrow('the disk is gone');
  await arrive(new Error('the disk is gone'));
  await refused;
});
