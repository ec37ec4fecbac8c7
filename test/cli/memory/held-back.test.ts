import { expect, test } from 'vitest';
import type { FlagValues } from '../../../src/cli/command.ts';
import { listMemory } from '../../../src/cli/memory/look.ts';
import { callOf, memoryWith, note } from './remembering.ts';

test('says how many notes wait for a person, wherever they are not shown', async () => {
  const memory = await memoryWith([
    note('n1'),
    note('n2', { seq: 2, state: 'quarantined' }),
    note('n3', { scope: 'project', state: 'quarantined' }),
  ]);
  const saidOf = async (values: FlagValues) => {
    const { call, said } = callOf([], values);
    await listMemory(call, memory);
    return said();
  };
  const line = 'notes wait for a person; `crew memory list --state quarantined` shows them\n';
  expect(await saidOf({})).toBe(`2 ${line}`);
  expect(await saidOf({ scope: ['crew:house'], kind: ['lesson'] })).toContain('1 note waits for a person');
  expect(await saidOf({ state: ['quarantined'] })).toBe('');
  expect(await saidOf({ state: ['all'] })).toBe('');
  const { call, out } = callOf([], { json: true });
  await listMemory(call, memory);
  expect(JSON.parse(out())).toMatchObject({ waiting: 2 });
});
