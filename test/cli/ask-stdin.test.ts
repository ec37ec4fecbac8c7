import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crewProgram } from '../e2e/crew-process.ts';
import { crewLine, openTmuxShell } from '../e2e/tmux-shell.ts';
import { hasTmux } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';

let folder = '';
beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'questions.txt'), 'one?\ntwo?\nthree?\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a line of a shell in which `ask` asks the offline responder. */
function script(line: string): { readonly stdout: string; readonly stderr: string } {
  const ask = `ask() { '${process.execPath}' '${crewProgram()}' ask --models offline "$@"; }`;
  return spawnSync('/bin/sh', ['-c', `${ask}\n${line}`], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
    encoding: 'utf8',
  });
}

const questionsIn = (stdout: string): readonly string[] =>
  [...stdout.matchAll(/^ {2}"question": (.*),$/gm)].map(([, json = '']) => JSON.parse(json));

describe('what stands on stdin', () => {
  test('of a file or a pipe is told and put behind the question', () => {
    for (const line of ['ask why? --json < questions.txt', 'cat questions.txt | ask why? --json']) {
      const { stdout, stderr } = script(line);
      expect(questionsIn(stdout)).toEqual(['why?\n\none?\ntwo?\nthree?']);
      expect(stderr).toMatch(/^stdin {3}behind the question: 3 lines$/m);
    }
    expect(script('ask why? -q < questions.txt').stderr).not.toContain('stdin');
  });

  test('is nothing where a script gives none, as cron does', () => {
    for (const line of ['ask why? --json < /dev/null', 'ask why? --json <&-', ': | ask why? --json']) {
      const { stdout, stderr } = script(line);
      expect(questionsIn(stdout)).toEqual(['why?']);
      expect(stderr).not.toContain('stdin');
    }
  });

  test('is told to be waited for while it is silent', () => {
    // What writes waits until it was told, so that this hangs where it is not.
    const writer = 'until grep -q "waiting for the end" told; do sleep 0.05; done; echo late';
    const { stdout } = script(`: > told; (${writer}) | ask why? --json 2> told`);
    expect(questionsIn(stdout)).toEqual(['why?\n\nlate']);
  });

  // Only Linux says how far a file was read.
  test.runIf(process.platform === 'linux')('is left to the loop that reads questions from it', () => {
    const { stdout, stderr } = script('while read -r each; do ask "$each" --json; done < questions.txt');
    expect(questionsIn(stdout)).toEqual(['one?', 'two?', 'three?']);
    expect(stderr).toContain('stdin   is a file that another program reads too, so it is left alone');
    expect(questionsIn(script('(read -r first; ask - --json) < questions.txt').stdout)).toEqual([
      'two?\nthree?',
    ]);
  });

  test.skipIf(!hasTmux)('is asked for on a terminal', async () => {
    const shell = openTmuxShell(folder, { columns: 80, rows: 24 });
    try {
      shell.enter(crewLine('ask - --models offline --json'));
      await shell.until('stdin   type the question; Ctrl+D on a row of its own ends it');
      shell.enter('why?');
      shell.press('C-d');
      expect(await shell.until('exit code 0')).toContain('"question": "why?"');
    } finally {
      shell.close();
    }
  });
});
