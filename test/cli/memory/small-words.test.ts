import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listMemory, showMemory } from '../../../src/cli/memory/look.ts';
import { crew } from '../../e2e/crew-process.ts';
import { callOf, memoryWith, note } from './remembering.ts';

const CREW = `version: 1
crew: house
goal: Keep the house.
memory: { blocks: { house_rules: { value: Tests first., level: crew } } }
roles: { clerk: { goal: Keep it., memory: true } }
budget: { calls: 20 }
start: keep
phases:
  keep: { role: clerk, task: Keep it., max_turns: 2, next: done }
  done: { end: success }
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crew-small-'));
  writeFileSync(join(folder, 'house.crew.yaml'), CREW);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const here = (of: readonly string[]) => crew(of, { from: folder });

test('a block that is only declared is shown as roles read it', async () => {
  const { call, out, said } = callOf(['house_rules']);
  const memory = await memoryWith([]);
  await showMemory({ ...call, terminal: { ...call.terminal, cwd: folder } }, memory);
  expect(out()).toContain('Tests first.');
  expect(said()).toContain('Nobody has edited it');
});

test('the beginning of an id that is too short is told', async () => {
  const memory = await memoryWith([note('8abcdef')]);
  const { call } = callOf(['8']);
  await expect(
    showMemory({ ...call, terminal: { ...call.terminal, cwd: folder } }, memory),
  ).rejects.toMatchObject({ message: expect.stringContaining('at least 4 letters') });
});

test('notes from outside are told from the others in a list', async () => {
  const { call, out } = callOf([]);
  await listMemory(call, await memoryWith([note('n1', { trust: 0 }), note('n2', { seq: 2 })]));
  expect(out()).toMatch(/n1 .*, from outside/);
  expect(out()).not.toMatch(/n2 .*, from outside/);
});

test('states that may be asked for are all named', async () => {
  const { call } = callOf([], { state: ['al'] });
  await expect(listMemory(call, await memoryWith([]))).rejects.toMatchObject({
    message: expect.stringContaining('retired, all, and'),
  });
});

test('a store that is not there is no empty one', async () => {
  const { code, stderr } = await here(['memory', 'list', '--store', 'typo']);
  expect([code === 0, stderr]).toEqual([false, expect.stringContaining('there is no memory in')]);
});

test('what fails says so as JSON, too', async () => {
  for (const of of [
    ['memory', 'show', 'nope'],
    ['lessons', 'why', 'nope'],
  ]) {
    const { stdout } = await here([...of, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, error: { code: 'MEMORY_NOT_FOUND' } });
  }
});

test('hints are about what was asked for', async () => {
  writeFileSync(join(folder, 'bad'), 'nonsense\n');
  const imported = await here(['memory', 'import', 'bad']);
  expect(imported.stderr).toContain('crew memory export');
  const scripted = await here(['run', 'house.crew.yaml', '--model', 'script:bad']);
  expect(scripted.stderr).not.toContain('-i name=value');
  expect(scripted.stderr).toContain('Mend the file');
  const embedded = await here(['memory', 'embed', '--embedder', 'bogus']);
  expect(embedded.stderr.match(/cannot be asked/g)).toHaveLength(1);
  expect(embedded.stderr).not.toContain('crew resume');
  const { stdout } = await here(['memory', 'search', '--help']);
  expect(stdout).toMatch(/--role .*would be reminded of/);
});
