import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../../src/cli/commands/run.ts';
import { showCommand } from '../../../src/cli/commands/show.ts';
import { makeFolder } from '../../tools/git-repository.ts';
import { callOf } from './remembering.ts';

const CREW = `version: 1
crew: house
goal: Keep.
memory: { embedder: none }
roles: { clerk: { goal: Keep., tools: [memory], memory: { levels: [crew], observe: false } } }
tools: { memory: builtin:memory }
start: keep
phases:
  keep: { role: clerk, task: Keep., next: done }
  done: { end: success, result: "{{ keep }}" }
`;
const keep = (content: string): string =>
  `  - { role: clerk, calls: [{ tool: memory.archive_insert, args: { content: ${JSON.stringify(content)} } }] }\n`;
const REPLIES = `version: 1
replies:
${keep('The port is 8080.')}${keep('The port is 9090.')}  - { role: clerk, text: Kept. }
`;

test('what a note takes the place of is told in the lines of the run, and of the run later', async () => {
  const cwd = makeFolder();
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(join(cwd, 'house.crew.yaml'), CREW);
  writeFileSync(join(cwd, 'replies.yaml'), REPLIES);
  const run = callOf(['house.crew.yaml'], { model: ['script:replies.yaml'], 'run-id': 'run-one' });
  const here = { cwd, env: { HOME: cwd }, columns: 200 };
  const code = await runCommand.run({ ...run.call, terminal: { ...run.call.terminal, ...here } });
  expect([code, run.out()]).toEqual([0, expect.stringContaining('Kept.')]);
  const said = 'The port is 8080. (says another thing of the same subject)';
  expect(run.said()).toContain(`gives way to it: ${said}`);
  const show = callOf(['run-one'], { memory: true });
  await showCommand.run({ ...show.call, terminal: { ...show.call.terminal, ...here } });
  expect(show.out()).toMatch(/gave way: +\S+ +The port is 8080\. \(says another thing of the same subject\)/);
});
