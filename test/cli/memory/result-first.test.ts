import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../../src/cli/commands/run.ts';
import { callOf } from './remembering.ts';

const CREW = `version: 1
crew: house
goal: Keep.
memory: { embedder: none }
roles: { keeper: { goal: Keep., memory: true } }
start: keep
phases:
  keep: { role: keeper, task: Keep., next: done }
  done: { end: success, result: Kept. }
`;

test('the result is out before a memory is tidied, and what is wrong with that changes nothing', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'crewfile-first-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(join(cwd, 'house.crew.yaml'), CREW);
  const said: string[] = [];
  const { call } = callOf(['house.crew.yaml']);
  const terminal = {
    ...call.terminal,
    ...{ cwd, env: { HOME: cwd }, stderr: (text: string) => said.push(text) },
    stdout: (text: string) => {
      said.push(text);
      renameSync(join(cwd, '.crew', 'memory'), join(cwd, 'away'));
    },
  };
  expect(await runCommand.run({ ...call, terminal })).toBe(0);
  const at = said.findIndex(text => text.includes('Kept.'));
  expect(said.slice(0, at).join('')).not.toContain('not tidied');
  expect(said.slice(at + 1).join('')).toMatch(/memory was not tidied, MEMORY_/);
});
