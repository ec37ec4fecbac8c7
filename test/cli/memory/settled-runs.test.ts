import { expect, test } from 'vitest';
import { openRunMemory } from '../../../src/cli/memory/run-memory.ts';
import { noteHash } from '../../../src/memory/note-hash.ts';
import type { MemoryWriteEffect } from '../../../src/model/effect.ts';
import { createInMemoryStore } from '../../../src/stores/in-memory.ts';
import { compileText } from '../../runtime/run-crew.ts';
import { note } from './remembering.ts';

const CREW = `memory: {}
roles: { keeper: { goal: Keep., memory: true } }
start: keep
phases:
  keep: { role: keeper, task: Keep., next: done }
  done: { end: success }
`;
const TEXT = 'The port is 1';
const EFFECT: MemoryWriteEffect = {
  ...{ type: 'memory.write', key: 'keep:1:1/remember', crew: 'house', phase: 'keep', role: 'keeper' },
  author: 'openai:x',
  writes: [
    {
      op: 'note',
      note: { key: 'a', scope: 'crew:house', kind: 'fact', text: TEXT, trust: 2, sources: ['model'] },
    },
  ],
};

test('a run that ends leaves one of what it and another run wrote at once', async () => {
  const store = createInMemoryStore();
  const run = openRunMemory({
    ...{ runId: 'mine', program: compileText(CREW), env: {}, onNotice: () => undefined, store },
    memory: { place: 'here', embedder: 'none' },
  });
  const early = await store.nextSeq('crew:house', 1);
  await (await run.door()).write(EFFECT, AbortSignal.timeout(10_000));
  const fact = { kind: 'fact', text: TEXT, hash: noteHash(TEXT), createdAt: Date.now() } as const;
  await store.put([{ note: note('theirs', { ...fact, seq: early, runId: 'other' }) }]);
  expect(await store.count({ scopes: 'all' })).toBe(2);
  await run.close();
  const left = await store.find({ scopes: 'all' }, { limit: 9, order: 'oldest' });
  expect(left.map(({ id }) => id)).toEqual(['theirs']);
});
