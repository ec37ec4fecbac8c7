import { describe, expect, test } from 'vitest';
import type { FlagValues } from '../../../src/cli/command.ts';
import { forgetMemory } from '../../../src/cli/memory/forget.ts';
import type { OpenMemory } from '../../../src/memory/open-memory.ts';
import type { MemoryChange } from '../../../src/model/memory.ts';
import { block, callOf, memoryWith, note } from './remembering.ts';

function edit(id: string, before: string, after: string): MemoryChange {
  const by = { runId: 'run1', phase: 'fix', role: 'fixer', key: 'k', author: 'openai:x' };
  return { id, at: 1, by, what: 'block', target: 'crew:house rules', action: 'edit', before, after };
}

describe('forgetting', () => {
  const by = (runId: string) => ({ ...edit('x', '', '').by, runId });
  async function edited() {
    const memory = await memoryWith(
      [note('note1')],
      [block('rules', 'kind\nsecret\nlast', { version: 3 })].map(each => ({ ...each, version: 1 })),
    );
    await memory.store.record([
      { ...edit('change1', 'kind', 'kind\nsecret'), at: 1, by: by('run1') },
      { ...edit('change2', 'kind\nsecret', 'kind\nsecret\nlast'), at: 2, by: by('run2') },
    ]);
    return memory;
  }
  const everything = async ({ store }: OpenMemory) =>
    JSON.stringify([await store.blocks('all'), await store.changes({}, { limit: 99 })]);

  test('a run takes its lines out of blocks and of their history, and says what stays', async () => {
    const memory = await edited();
    const { call, said } = callOf([], { run: 'run1', yes: true });
    expect(await forgetMemory(call, memory)).toBe(0);
    expect((await memory.store.blocks('all')).map(({ value }) => value)).toEqual(['kind\nlast']);
    expect(await everything(memory)).not.toContain('secret');
    expect(said()).toMatch(/1 note and 1 block[\s\S]*journal[\s\S]*crew prune/);
    const [entry] = await memory.store.changes({}, { limit: 1 });
    expect(entry).toMatchObject({ action: 'forget', target: 'run run1', reason: '1 note and 1 block' });
    expect(entry?.by.author).toMatch(/^person /);
  });

  test('a block clears what it says and its history', async () => {
    const memory = await edited();
    await forgetMemory(callOf(['rules'], { yes: true }).call, memory);
    expect(await everything(memory)).not.toMatch(/secret|kind/);
    expect(await memory.store.blocks('all')).toEqual([]);
    expect(await memory.store.count({ scopes: 'all' })).toBe(1);
  });

  test('tells a program what is gone, what would go, and that nothing was meant', async () => {
    const memory = await edited();
    const told = async (positionals: readonly string[], values: FlagValues) => {
      const { call, out } = callOf(positionals, { json: true, ...values });
      await forgetMemory(call, memory);
      return JSON.parse(out());
    };
    const meant = { forgotten: [], blocks: ['crew:house rules'] };
    expect(await told(['rules'], { 'no-input': true })).toMatchObject({ forgotten: [], blocks: [], meant });
    expect(await told(['rules'], { yes: true })).toMatchObject({ ...meant, heldByOthers: false });
    expect(await told([], { yes: true, source: 'web:nowhere' })).toMatchObject({ forgotten: [], blocks: [] });
  });

  test('only shows what would go where nobody is asked', async () => {
    const memory = await edited();
    const { call, said } = callOf(['rules'], { 'no-input': true });
    expect(await forgetMemory(call, memory)).toBe(0);
    expect(said()).toMatch(/rules[\s\S]*Nothing was forgotten/);
    expect(await memory.store.blocks('all')).toHaveLength(1);
  });
});
