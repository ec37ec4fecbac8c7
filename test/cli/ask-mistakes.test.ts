import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crew, crewProgram } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

let folder: string;

beforeAll(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'blank.md'), ' \n');
  writeFileSync(join(folder, 'noise'), Buffer.from([0x41, 0xc3, 0x28]));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.concurrent('a command line of `crew ask` that is wrong', () => {
  test.each<readonly [string[], number, string]>([
    [[], 2, 'expected a question, such as `crew ask "What is a monad?"`'],
    [['why', 'not'], 2, 'found `not` too; put the question in quotes'],
    [[''], 2, 'the question is empty'],
    [['@blank.md'], 2, 'the question is empty'],
    [['@nope.md'], 2, 'there is no file `nope.md`'],
    [['@'], 2, 'expected the path of a file behind `@`'],
    [['@.'], 2, 'expected a file, and `.` is a folder'],
    [['@noise'], 3, '`noise` is not text: expected UTF-8'],
    [['-'], 2, 'nothing came from stdin'],
    [['why', '--models', 'offline,offline'], 2, 'names `offline` twice'],
    [['why', '--models', 'offline,'], 2, 'expected models with commas between them'],
    [['why', '--model', 'offline'], 2, 'did you mean `--models`?'],
    [['why', '--output', 'json'], 2, 'expected `ndjson`'],
    [['why', '-o', 'no/where.md'], 3, 'there is no folder'],
    [['why', '--max-calls', 'many'], 2, 'cannot be read'],
    [['why', '--models', 'offline,gpt-5'], 3, '`gpt-5` (--models) is no model'],
    [['why', '--models', 'openai:gpt-5-mini'], 3, 'needs OPENAI_API_KEY'],
    [['why', '--models', 'openai:gpt-5-mini'], 3, 'or choose a model that needs none, such as `offline`'],
    [['why', '--models', 'offline', '--max-calls', '0'], 4, 'Raise the ceiling (`--max-calls`'],
    [
      ['why', '--summary', '--summarizer', 'opnai:x'],
      3,
      '`opnai:x` (--summarizer) is no model; did you mean `openai`?',
    ],
  ])('`crew ask` with %j exits with %i and says what is wrong', async (args, exitCode, said) => {
    const { code, stdout, stderr } = await crew(['ask', ...args], { from: folder });
    expect([code, stdout], stderr).toEqual([exitCode, '']);
    expect(stderr).toContain(said);
  });
});

test('bytes that are not text are no question, by whichever way they come', async () => {
  const noise = '\\377\\376';
  for (const words of [['-'], ['what is this?']]) {
    const args = [crewProgram(), 'ask', ...words, '--models', 'offline'];
    const line = `printf '${noise}' | "$0" "$@"`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line, process.execPath, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([3, '', expect.stringContaining('stdin is not text')]);
  }
});

test('a summarizer that is not asked needs no key', async () => {
  const from = makeFolder();
  const args = ['ask', 'why', '--no-summary', '--summarizer', 'openai:gpt-5-mini', '--max-calls', '0'];
  const { stderr } = await crew(args, { from });
  expect(stderr).not.toContain('OPENAI_API_KEY');
  rmSync(from, { recursive: true, force: true });
});

describe('a config.yaml that is wrong', () => {
  let from: string;
  beforeAll(() => {
    from = makeFolder();
    mkdirSync(join(from, 'sub'));
    mkdirSync(join(from, '.crew'));
    mkdirSync(join(from, 'xdg', 'crew'), { recursive: true });
    writeFileSync(join(from, '.crew', 'config.yaml'), 'parallel_processing:\n  modles: [offline]\n');
    writeFileSync(
      join(from, 'xdg', 'crew', 'config.yaml'),
      'parallel_processing: { ui: { show_summary: 1 } }\n',
    );
  });
  afterAll(() => rmSync(from, { recursive: true, force: true }));

  const ask = (args: readonly string[], env: Readonly<Record<string, string>>, cwd = from) =>
    crew(['ask', 'why', ...args], { from: cwd, env });

  test('stops `crew ask` before anything is made, with the places of all mistakes of both files', async () => {
    const { code, stdout, stderr } = await ask([], { XDG_CONFIG_HOME: join(from, 'xdg') });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      'error[unknown-key]: The key `modles` is not known here\n' +
        '  --> .crew/config.yaml:2:3\n' +
        '    2 |   modles: [offline]\n' +
        '      |   ^^^^^^ did you mean `models`?\n',
    );
    expect(stderr).toContain(`--> ${join(from, 'xdg/crew/config.yaml')}:1:44`);
    expect(stderr).toContain('error[CONFIG_INVALID]: `.crew/config.yaml` has errors, so nothing was run');
    expect(existsSync(join(from, '.crew', 'runs.db'))).toBe(false);
  });

  test('is that of the workspace, wherever the program is called and runs are kept', async () => {
    const args = ['--cwd', from, '--state-dir', join(from, 'state')];
    const { code, stderr } = await ask(args, {}, join(from, 'sub'));
    expect(code).toBe(2);
    expect(stderr).toContain(`--> ${join(from, '.crew/config.yaml')}:2:3`);
  });

  test('of a person is read from the home folder; a relative XDG_CONFIG_HOME does not count', async () => {
    const home = makeFolder();
    mkdirSync(join(home, '.config', 'crew'), { recursive: true });
    writeFileSync(join(home, '.config', 'crew', 'config.yaml'), '[]\n');
    const { code, stderr } = await ask([], { HOME: home, XDG_CONFIG_HOME: 'xdg' }, join(from, 'sub'));
    expect(code).toBe(2);
    expect(stderr).toContain(`--> ${join(home, '.config/crew/config.yaml')}:1:1`);
    rmSync(home, { recursive: true, force: true });
  });

  test('may be no file', async () => {
    const { code, stderr } = await ask([], { XDG_CONFIG_HOME: '/dev/null' }, join(from, 'sub'));
    expect(stderr).not.toContain('CONFIG_INVALID');
    expect(code).not.toBe(70);
  });
});
