import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasTmux, until } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';
import { crewLine, openTmuxShell, type TmuxShell } from './tmux-shell.ts';

const CREW = `version: 1
crew: poem
goal: Write what is asked for.
inputs: { topic: { type: string } }
models: { default: auto }
start: write
phases:
  write:
    chain: [{ model: default, prompt_template: "A text: {{ inputs.topic }}" }]
    next: done
  done: { end: success, result: "{{ write }} about {{ inputs.topic }}" }
`;
const SAID = { reformulated: 'a haiku about spring', assumptions: [], questions: ['which spring?'] };
const REPLIES = `version: 1
replies:
  - { phase: reformulate/rewrite, times: 9, json: ${JSON.stringify(SAID)} }
  - { phase: write, text: Plum blossoms }
`;
const RUN = ['run', 'poem.crew.yaml', 'a poem', '--reformulate', '--model', 'script:replies.yaml'];

let folder = '';
let shell: TmuxShell | undefined;
beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'poem.crew.yaml'), CREW);
  writeFileSync(join(folder, 'replies.yaml'), REPLIES);
});
afterEach(() => {
  shell?.close();
  shell = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const call = (...args: readonly string[]): Promise<Ended> => crew(args, { from: folder });

/** The commands that are shown, without what stands before the answer. */
const answersIn = (text: string): readonly string[] =>
  [...text.matchAll(/^(?:answer)? *crew answer \S+ --question \S+ (.+)$/gm)].map(([, answer = '']) => answer);

describe('a request that waits to be looked at', () => {
  test('is shown with exactly what answers it, wherever that is shown', async () => {
    const all = ['accept', '"edit TEXT"', '"revise REMARK"', 'original', 'quit'];
    const begun = await call(...RUN, '--run-id', 'waits');
    expect(answersIn(begun.stderr)).toEqual(all);
    for (const args of [['pending'], ['answer', 'waits']]) {
      const { stdout } = await call(...args);
      expect(answersIn(stdout)).toEqual(all);
      expect(stdout).toContain('\nedit TEXT      go on with TEXT in its place\n');
      expect(stdout).not.toMatch(/^\d /m);
    }
    const { runs } = JSON.parse((await call('pending', '--json')).stdout);
    expect(runs[0].questions[0].answers).toEqual(all.map(each => each.replaceAll('"', '')));
    expect(runs[0]).not.toHaveProperty('last');
  });

  test.each([
    ['accept', 'Plum blossoms about a haiku about spring\n', 0],
    ['edit an ode\nto spring', 'Plum blossoms about an ode\nto spring\n', 0],
    ['original', 'Plum blossoms about a poem\n', 0],
    ['quit', '', 1],
  ])('takes `%s`', async (answer, stdout, code) => {
    await call(...RUN, '--run-id', 'waits');
    const { code: ended, stdout: written, stderr } = await call('answer', 'waits', answer);
    expect([ended, written], stderr).toEqual([code, stdout]);
    if (code === 1) expect(stderr).toContain('‖ you quit; nothing of `poem` has run');
  });

  test('takes a remark, in words behind `revise` or in words alone, as long as a round is left', async () => {
    await call(...RUN, '--run-id', 'waits');
    for (const answer of ['revise shorter, please', 'a bit shorter', '2 lines', 'revise once more']) {
      expect((await call('answer', 'waits', answer)).code).toBe(5);
    }
    const { answers } = JSON.parse((await call('show', 'waits', '--json')).stdout);
    expect(answers.map(({ choice, text }: { choice: string; text: string }) => [choice, text])).toEqual([
      ['revise', 'shorter, please'],
      [null, 'a bit shorter'],
      [null, '2 lines'],
      ['revise', 'once more'],
    ]);
    expect(answersIn((await call('pending')).stdout)).toEqual(['accept', '"edit TEXT"', 'original', 'quit']);
    const refused = await call('answer', 'waits', 'revise', 'again');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('no round is left')]);
    expect((await call('answer', 'waits', 'accept')).code).toBe(0);
  });

  test.each([
    ['edit', '`edit TEXT`'],
    ['revise', '`revise REMARK`'],
    ['2', '`edit TEXT`'],
    ['6', 'expected a number from 1 to 5, or words; a remark is `revise 6`'],
    ['accept it', 'takes no words'],
  ])('does not take `%s`, and still waits', async (answer, problem) => {
    await call(...RUN, '--run-id', 'waits');
    const { code, stderr } = await call('answer', 'waits', answer);
    expect([code, stderr]).toEqual([2, expect.stringContaining(problem)]);
    expect(answersIn((await call('pending')).stdout)).toHaveLength(5);
  });
});

describe.skipIf(!hasTmux)('at a terminal', () => {
  test('no remark is asked for when no round is left', async () => {
    await call(...RUN, '--run-id', 'waits');
    for (let round = 0; round < 4; round += 1) await call('answer', 'waits', 'revise again');
    shell = openTmuxShell(folder, { columns: 80, rows: 24 });
    shell.enter(crewLine('resume waits --plain'));
    const screen = await shell.until('[a]ccept  [e]dit  [o]riginal  [q]uit\n>');
    expect(screen).toContain('No round is left for another remark.');
    shell.enter('r shorter');
    await shell.until('expected `a`, `e`, `o` or `q`; no round is left for a remark');
    shell.enter('a');
    expect(await shell.until('exit code 0')).toContain('about a haiku about spring');
  });

  test('somebody who watches is offered what one key can answer', async () => {
    await call(...RUN, '--run-id', 'waits');
    shell = openTmuxShell(folder, { columns: 110, rows: 34 });
    shell.enter(crewLine('watch waits'));
    const screen = await shell.until('3 quit');
    expect(screen).toMatch(/1 accept.*2 original.*3 quit.*w write an answer of your own/s);
    shell.press('C-c');
    await shell.until('exit code');
  });

  test('Ctrl+C in the editor is for the editor alone', async () => {
    const editor = 'trap \'echo an ode > "$1"; exit 0\' INT\n: > begun\nwhile :; do sleep 0.1; done\n';
    writeFileSync(join(folder, 'editor.sh'), editor);
    shell = openTmuxShell(folder, { columns: 110, rows: 60 });
    shell.enter('export EDITOR="sh editor.sh"');
    shell.enter(crewLine(`${RUN.map(word => `'${word}'`).join(' ')} --plain`));
    await shell.until('[q]uit\n>');
    shell.enter('e');
    await until(() => existsSync(join(folder, 'begun')));
    shell.press('C-c');
    await shell.until('Your request, as you changed it:');
    shell.enter('a');
    const screen = await shell.until('exit code 0');
    expect(screen).toContain('Plum blossoms about an ode');
    expect(screen).not.toContain('Stopping');
  });

  test('a question that is said again slowly is told to be under way', async () => {
    const slow = REPLIES.replace('times: 9,', 'times: 9, delay_ms: 1000,').replace(
      'phase: write',
      'phase: answers',
    );
    writeFileSync(join(folder, 'replies.yaml'), slow);
    shell = openTmuxShell(folder, { columns: 110, rows: 34 });
    shell.enter(crewLine('ask "why?" --reformulate --models script:replies.yaml'));
    await shell.until('Your question is being said again …');
    expect(await shell.until('[q]uit\n>')).not.toContain('Your question is being said again');
    shell.enter('a');
    expect(await shell.until('exit code 0')).toContain('Plum blossoms');
  });
});
