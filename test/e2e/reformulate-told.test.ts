import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasTmux } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';
import { ARGS, POEM_CREW, RUN, reply, written } from './poem-crew.ts';
import { crewLine, openTmuxShell, type TmuxShell } from './tmux-shell.ts';

const PROSE = '  - { phase: reformulate/rewrite, times: 20, text: "Here is a poem." }\n';

let folder = '';
let shell: TmuxShell | undefined;
beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'poem.crew.yaml'), POEM_CREW);
  writeFileSync(join(folder, 'replies.yaml'), written(PROSE));
});
afterEach(() => {
  shell?.close();
  shell = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<Ended> => crew([...ARGS, ...args], { from: folder });
const settings = (text: string): void => {
  mkdirSync(join(folder, '.crew'), { recursive: true });
  writeFileSync(join(folder, '.crew/config.yaml'), text);
};
async function showRun(runId: string) {
  const { stdout } = await crew(['show', runId, '--json'], { from: folder });
  return JSON.parse(stdout);
}

describe('what becomes of a request without a terminal', () => {
  test('without an open question, what became of the request and what was taken for granted is told', async () => {
    const clear = reply('a haiku about the spring of 2020', ['it is in English'], []);
    writeFileSync(join(folder, 'replies.yaml'), written(clear, clear, clear));
    const told = await run('--reformulate', '--run-id', 'told');
    expect(told.stderr).toMatch(/Your request, said again:\n\n {2}│ a \[-poem-\] \{\+haiku\+\} about/);
    expect(told.stderr).toMatch(/Taken for granted:\n {2}│ - it is in English\n/);
    const shown = await crew(['show', 'told'], { from: folder });
    expect(shown.stdout).toMatch(/^again +topic="a haiku about the spring of 2020" · accepted$/m);
    expect(shown.stdout).toMatch(/^assumed it is in English$/m);
    const json = await run('--reformulate', '--json', '-q');
    expect(json.stderr).not.toContain('said again');
    expect(JSON.parse(json.stdout).reformulation).toEqual({
      request: 'a poem about spring',
      reformulated: 'a haiku about the spring of 2020',
      assumptions: ['it is in English'],
      questions: [],
      how: 'accepted',
    });
    expect((await showRun('told')).reformulation).toMatchObject({ input: 'topic', how: 'accepted' });
    const resumed = await crew(['resume', 'told'], { from: folder });
    expect(resumed.stderr).not.toContain('said again');
    expect(JSON.parse((await run('--no-reformulate', '--json')).stdout)).not.toHaveProperty('reformulation');
  });

  test('what cannot be said again fails the run, with how to leave that out', async () => {
    const { code, stdout, stderr } = await run('--reformulate');
    expect([code, stdout], stderr).toEqual([1, '']);
    expect(stderr).toMatch(/^hint +Your request could not be said again; `--no-reformulate` runs with it/m);
    settings('reformulation: { enabled: true }\n');
    expect((await run()).stderr).toContain('`--no-reformulate` runs with it');
  });
});

describe.skipIf(!hasTmux)('a person at the terminal', () => {
  test('goes on with the original, or quits, where it could not be said again', async () => {
    shell = openTmuxShell(folder, { columns: 120, rows: 200 });
    shell.enter(crewLine(`${RUN} --plain`));
    expect(await shell.until('It could not be said again:')).not.toContain('Plum');
    await shell.until('2  quit\n>');
    shell.enter('original');
    expect(await shell.until('exit code 0')).toContain('Plum blossoms about a poem about spring');
    shell.enter(crewLine(`${RUN} --plain`));
    await shell.until('2  quit\n>', 2);
    shell.enter('quit');
    expect(await shell.until('exit code 1')).toContain('you quit; nothing of `poem` has run');
  });
});
