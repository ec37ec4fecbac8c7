import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Terminal } from '../../src/cli/command.ts';
import { libraryTerminal } from '../../src/cli/library-terminal.ts';
import { loadTrustedProgram } from '../../src/cli/load-program.ts';
import { readPolicy } from '../../src/cli/read-policy.ts';
import { requireTrustedRun } from '../../src/cli/require-trusted-run.ts';
import { makeFolder } from '../tools/git-repository.ts';

let folder = '';
let shown = '';
let typed: string[] = [];
let asked = 0;
beforeEach(() => {
  folder = makeFolder();
  [shown, typed, asked] = ['', [], 0];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A person at a terminal, with a home of their own. */
const terminalOf = (who: string): Terminal => ({
  ...libraryTerminal(folder, { HOME: join(folder, who) }),
  interactive: true,
  stderr: text => {
    shown += text;
  },
  readLine: async () => {
    asked += 1;
    return typed.shift();
  },
});

test('at a terminal a project’s policy is shown and asked about, once when the answer is yes', async () => {
  writeFileSync(join(folder, 'crew.policy.yaml'), 'rules: [{ allow: change.apply }]\n');
  const read = async () => {
    const policy = await readPolicy({}, terminalOf('ada'), { untrusted: 'ask' });
    return policy?.rules.map(({ effect, tool }) => `${effect} ${tool}`);
  };
  typed = ['no', 'yes'];
  expect(await read()).toEqual([]);
  expect(shown).toContain('  allow    change.apply\n');
  expect(shown).toContain('what it allows does not count: crew trust crew.policy.yaml');
  expect(await read()).toEqual(['allow change.apply']);
  expect(await read()).toEqual(['allow change.apply']);
  expect(asked).toBe(2);
});

test('at a terminal a recorded run is shown and asked about, once when the answer is yes', async () => {
  const yaml = `version: 1
crew: counting
goal: Count.
tools: { text: { module: ./text.mjs, tools: { now: { description: Says what time it is. } } } }
start: now
phases:
  now: { tool: text.now, next: done }
  done: { end: success, result: "{{ now }}" }
`;
  mkdirSync(join(folder, 'ada'));
  writeFileSync(join(folder, 'counting.crew.yaml'), yaml);
  writeFileSync(join(folder, 'text.mjs'), 'export const now = () => 1;\n');
  const program = await loadTrustedProgram('counting.crew.yaml', {
    terminal: terminalOf('eve'),
    values: { trust: true },
  });
  const call = { runId: 'run1', program, workspace: folder, command: 'crew resume run1', values: {} };
  const goOn = (who: string) => requireTrustedRun({ ...call, terminal: terminalOf(who) });
  await goOn('eve');
  expect(asked).toBe(0);
  typed = ['no', 'yes'];
  await expect(goOn('ada')).rejects.toMatchObject({ code: 'CREW_UNTRUSTED' });
  expect(shown).toMatch(/module text\n {2}runs {5}\S*text\.mjs, sha256 [0-9a-f]{64}/);
  await goOn('ada');
  await goOn('ada');
  expect(asked).toBe(2);
});
