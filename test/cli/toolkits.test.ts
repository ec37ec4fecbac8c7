import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crew, startCrew } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

const CREW = `version: 1
crew: toolkit
goal: Count.
tools:
  mine:
    module: ../tools/mine.ts
    tools:
      count:
        description: Counts the words of a text.
        input: { type: object, required: [text], properties: { text: { type: string } } }
        output: { type: object, required: [words], properties: { words: { type: integer } } }
        read_only: true
budget: { calls: 1, tool_calls: 4 }
start: count
phases:
  count: { tool: mine.count, with: { text: one two }, next: again }
  again: { tool: mine.count, with: { text: "{{ count.words }} words" }, next: done }
  done: { end: success, result: "{{ again }}" }
`;
const MODULE = `import { writeFileSync } from 'node:fs';
console.log('the module is loaded');
export async function count({ text }: { text: string }, { workspace }: { workspace: string }) {
  writeFileSync(workspace + '/called', '');
  return { words: text.split(' ').length };
}
`;

let folder: string;
beforeEach(() => {
  folder = makeFolder();
  for (const [name, text] of [
    ['crews/toolkit.crew.yaml', CREW],
    ['tools/mine.ts', MODULE],
  ] as const) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const isCalled = (): boolean => existsSync(join(folder, 'called'));

describe('a crew with a module of its own', () => {
  test('is checked, planned and drawn without running the module', async () => {
    writeFileSync(join(folder, 'tools/mine.ts'), 'throw new Error("ran"); process.exit(9)');
    for (const command of ['check', 'plan', 'graph']) {
      const { code, stderr } = await crew([command, 'crews/toolkit.crew.yaml'], { from: folder });
      expect([code, stderr]).toEqual([0, '']);
    }
  });

  test('calls it when that is allowed; stdout is the result, and what the module prints is a notice', async () => {
    const args = ['run', 'crews/toolkit.crew.yaml', '--trust', '--allow', 'mine.*'];
    const { code, stdout, stderr } = await crew(args, { from: folder });
    expect([code, JSON.parse(stdout)], stderr).toEqual([0, { words: 2 }]);
    expect(stderr.match(/the module is loaded/g)).toHaveLength(1);
    expect(isCalled()).toBe(true);
  });

  test('waits for consent, though the crew file calls the tool read-only; resuming finds the module from any folder', async () => {
    const waiting = await crew(['run', 'crews/toolkit.crew.yaml', '--trust'], { from: folder });
    expect(waiting.code, waiting.stderr).toBe(5);
    expect(isCalled()).toBe(false);
    const [runId = ''] = /(?<=run )[0-9a-f]{12}/.exec(waiting.stderr) ?? [];
    const resume = ['resume', runId, '--state-dir', join(folder, '.crew'), '--allow', 'mine.count'];
    const resumed = await crew(resume, { from: join(folder, 'tools') });
    expect([resumed.code, JSON.parse(resumed.stdout)], resumed.stderr).toEqual([0, { words: 2 }]);
    expect(isCalled()).toBe(true);
  });

  test('does not call a module that has changed since the run began', async () => {
    const waiting = await crew(['run', 'crews/toolkit.crew.yaml', '--trust'], { from: folder });
    const [runId = ''] = /(?<=run )[0-9a-f]{12}/.exec(waiting.stderr) ?? [];
    writeFileSync(join(folder, 'tools/mine.ts'), `${MODULE}// changed`);
    const { code, stderr } = await crew(['resume', runId, '--allow', 'mine.*'], { from: folder });
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('TOOL_CHANGED');
    expect(isCalled()).toBe(false);
    const again = await crew(['run', 'crews/toolkit.crew.yaml', '--trust', '--allow', 'mine.*'], {
      from: folder,
    });
    expect(again.code, again.stderr).toBe(0);
  });

  test('stops when it is interrupted in a loop without an end, and the process ends', async () => {
    writeFileSync(
      join(folder, 'tools/mine.ts'),
      MODULE.replace('return {', "console.log('looping'); for (;;); return {"),
    );
    const running = startCrew(['run', 'crews/toolkit.crew.yaml', '--trust', '--allow', 'mine.*'], {
      from: folder,
    });
    await expect.poll(running.stderr, { timeout: 20_000 }).toContain('looping');
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  test('goes on when the module ends its thread: the failure has a code and the way out of errors is taken', async () => {
    writeFileSync(join(folder, 'tools/mine.ts'), 'export function count() { process.exit(0); }');
    const text = CREW.replace('next: again }', 'on_error: lost, next: again }').replace(
      '  done:',
      '  lost: { end: failure, result: "{{ run.error.code }}" }\n  done:',
    );
    writeFileSync(join(folder, 'crews/toolkit.crew.yaml'), text);
    const args = ['run', 'crews/toolkit.crew.yaml', '--trust', '--allow', 'mine.*'];
    const { code, stdout, stderr } = await crew(args, { from: folder });
    expect([code, stdout.trim()], stderr).toEqual([1, 'TOOL_FAILED']);
  });
});
