import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { crew, reviewCrew } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

let folder: string;

const GOOD = `version: 1
crew: small
goal: Say where it runs.
tools: { files: builtin:files }
inputs:
  folder: { type: string, default: . }
  depth: { type: integer, default: 1 }
start: look
phases:
  look: { tool: files.list, with: { path: "{{ inputs.folder }}" }, next: [{ when: inputs.depth > 5, to: deep }, { to: done }] }
  deep: { end: failure }
  done: { end: success, result: "{{ look }}" }
`;

beforeAll(() => {
  folder = makeFolder();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'good.crew.yaml'), GOOD);
  writeFileSync(join(folder, 'bad.crew.yaml'), GOOD.replace('start: look', 'start: loko'));
  writeFileSync(join(folder, 'broken.crew.yaml'), 'version: 1\ncrew: [unclosed\n');
  writeFileSync(join(folder, 'list.json'), '[1]');
  writeFileSync(join(folder, 'inputs.json'), '{"folder": "sub", "depth": 2}');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const here = (...args: readonly string[]) => crew(args, { from: folder });

describe.concurrent('a command line that is wrong', () => {
  test.each<readonly [string, string, string]>([
    ['chekc x', 'there is no command `chekc`; did you mean `check`?', ''],
    ['rn x', 'did you mean `run`?', ''],
    ['sp', 'did you mean `ps`?', '\n  Run `crew --help`.\n'],
    ['good.crew.yaml', 'did you mean `crew run good.crew.yaml`?', ''],
    ['help rn', 'did you mean `run`?', ''],
    ['run x --modle y', 'there is no flag `--modle`; did you mean `--model`?', ''],
    ['ps --cdw y', 'did you mean `--cwd`?', ''],
    ['ps -z', 'there is no flag `-z`', ''],
    ['ps --zzzzzzzzz', 'there is no flag `--zzzzzzzzz`; there is `--help`, `--version`, `--cwd`', ''],
    ['ps --quiet=1', '`--quiet` takes no value', ''],
    ['ps --cwd', '`--cwd` needs a value: `--cwd DIR`', ''],
    ['run x --max-calls -1', '`--max-calls` needs a value', 'a value that starts with a dash'],
    ['run', 'expected a crew file, such as `crew run', ''],
    ['run good.crew.yaml other', '`other` behind the crew file is a request', 'give it as `-i NAME=VALUE`'],
    ['run good.crew.yaml other too', 'found `too` too', ''],
    ['check', 'expected crew files', ''],
    ['ps extra', 'expected no argument, and found `extra`', '\n  `crew ps --help` shows what it takes.\n'],
    ['explain unbounded-cylce', 'did you mean `unbounded-cycle`?', ''],
    ['run nope.yaml', 'there is no crew file `nope.yaml`', 'relative to the current folder'],
    ['run sub', 'expected a crew file, and `sub` is a folder', ''],
    ['check sub', 'expected a file, and `sub` is a folder', ''],
    ['ps --cwd nope', 'there is no folder `nope`', ''],
    ['ps --cwd list.json', 'expected a folder, and `list.json` is a file', ''],
    ['run good.crew.yaml -i foldr=x', 'the crew has no input `foldr`; did you mean `folder`?', ''],
    ['run good.crew.yaml -i folder', 'is not of the form `name=value`', ''],
    ['run good.crew.yaml -i depth=deep', 'input `depth`', 'must be integer'],
    ['run good.crew.yaml --inputs list.json', 'must hold one JSON object', ''],
    ['run good.crew.yaml --inputs good.crew.yaml', 'is not JSON', ''],
    ['run good.crew.yaml --inputs nope.json', 'there is no file `nope.json`', ''],
    ['run good.crew.yaml --max-calls many', 'cannot be read', ''],
    ['run good.crew.yaml --max-time 5', 'such as 15m', ''],
    ['run good.crew.yaml --fail-on huge', 'critical, major, minor, nit', ''],
    ['run good.crew.yaml --output json', 'expected `ndjson`', ''],
    ['resume', '`crew ps` lists them', ''],
    ['resume abc', 'no run was started here', ''],
  ])('`crew %s` exits with 2 and says what is wrong', async (line, first, second) => {
    const { code, stdout, stderr } = await here(...line.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error\[[A-Z_]+\]: /);
    expect(stderr).toContain(first);
    expect(stderr).toContain(second);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('without arguments shows the help on stderr and exits with 2', async () => {
    const { code, stdout, stderr } = await here();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('crew run FILE');
  });

  test.each([
    ['gpt-5', 'is no model', 3],
    ['openai:', 'the name after the colon is missing', 3],
    ['opnai:x', 'did you mean `openai`?', 3],
    ['openai:gpt-5', 'needs OPENAI_API_KEY, or OPENAI_BASE_URL', 3],
    ['anthropic:x', 'needs ANTHROPIC_API_KEY', 3],
    ['script:nope.yaml', 'there is no file `nope.yaml`', 2],
    ['led=offline', 'there is no role `led`; the roles are `security_reviewer`', 2],
  ])('--model %s says %s', async (model, said, expected) => {
    const { code, stdout, stderr } = await here('run', reviewCrew(), '--model', model);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(said);
  });

  test.each([
    ['--state-dir', 'list.json'],
    ['--state-dir', 'list.json/deeper'],
    ['--state-dir', '/proc/nothing-can-be-made-here'],
    ['-o', 'sub'],
    ['-o', 'nope/result.json'],
  ])('%s %s exits with 3 before anything runs', async (flag, path) => {
    const { code, stdout, stderr } = await here('run', 'good.crew.yaml', flag, path);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^error\[(JOURNAL_UNAVAILABLE|FILE_UNWRITABLE)\]: /);
    expect(stderr.split('\n')[0]).toContain(path);
  });
});

describe.concurrent('help and version', () => {
  test('--version is the version of the package', async () => {
    for (const args of [['--version'], ['-V'], ['ps', '--version']]) {
      const { code, stdout, stderr } = await here(...args);
      expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/), '']);
    }
  });

  test('--help, -h and help say the same on stdout, also about one command', async () => {
    const all = await Promise.all([here('--help'), here('-h'), here('help')]);
    expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1);
    const one = await Promise.all([here('run', '--help'), here('--help', 'run'), here('help', 'run')]);
    expect(new Set(one.map(({ stdout }) => stdout)).size).toBe(1);
    expect(one[0].stdout).toContain('--fail-on SEVERITY');
    expect([...all, ...one].map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const line of all[0].stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});

test('the help of a verb shows what that verb takes, with its own flags alone', async () => {
  const all = (await here('tools', '--help')).stdout;
  for (const verb of ['list FILE', 'accept FILE [SERVER]', 'call FILE TOOL [JSON]', 'doctor FILE']) {
    expect(all).toContain(`\n  crew tools ${verb} `);
  }
  const accept = await here('tools', 'accept', '--help');
  expect([accept.code, accept.stderr]).toEqual([0, '']);
  expect(accept.stdout).toMatch(/^crew tools accept FILE \[SERVER\]\n/);
  expect(accept.stdout).toContain('trusts the crew file');
  expect(accept.stdout).toMatch(/-y, --yes +do not ask/);
  expect(accept.stdout).not.toContain('--allow TOOL');
  const called = await Promise.all([
    here('tools', 'call', '--help'),
    here('help', 'tools', 'call'),
    here('--help', 'tools', 'call', 'x.crew.yaml'),
  ]);
  expect(new Set(called.map(({ stdout }) => stdout)).size).toBe(1);
  expect(called[0].stdout).toMatch(/^crew tools call FILE TOOL \[JSON\]\n/);
  expect(called[0].stdout).toContain('--allow TOOL');
  expect(called[0].stdout).not.toContain('--yes');
  for (const [words, usage, flag] of [
    ['mcp login', 'mcp login URL|FILE [ALIAS]', '--paste'],
    ['mcp status', 'mcp status', '--json'],
    ['audit list', 'audit list RUN', '--json'],
    ['config set', 'config set KEY VALUE', '--user'],
  ] as const) {
    const { stdout } = await here(...words.split(' '), '--help');
    expect(stdout.split('\n')[0]).toBe(`crew ${usage}`);
    expect(stdout).toContain(flag);
  }
  expect((await here('help', 'tools', 'cal')).stderr).toContain('did you mean `call`?');
});

test('what npm links as `crew` is the same program, and says so when it is not built', async () => {
  const launch = (root: string) =>
    spawnSync(process.execPath, [join(root, 'src/cli/launch.mjs'), 'explain', 'USAGE']);
  const built = launch(inject('product'));
  expect([built.status, built.stdout.toString()]).toEqual([0, (await here('explain', 'USAGE')).stdout]);
  mkdirSync(join(folder, 'src/cli'), { recursive: true });
  cpSync(join(inject('product'), 'src/cli/launch.mjs'), join(folder, 'src/cli/launch.mjs'));
  const bare = launch(folder);
  expect([bare.status, bare.stderr.toString()]).toEqual([3, 'crew is not built yet; run `npm ci` first.\n']);
});

describe.concurrent('crew check', () => {
  test('of good files, and of an SOP alone, finds nothing', async () => {
    const sop = join(inject('product'), 'sops/code-review.sop.yaml');
    const { code, stdout, stderr } = await here('check', 'good.crew.yaml', reviewCrew(), sop);
    expect([code, stdout, stderr]).toEqual([0, '3 files: no problems\n', '']);
  });

  test('shows everything that is wrong in several files, with place and hint', async () => {
    const { code, stdout } = await here('check', 'bad.crew.yaml', 'good.crew.yaml', 'broken.crew.yaml');
    expect(code).toBe(2);
    expect(stdout).toContain('--> bad.crew.yaml:8:');
    expect(stdout).toContain('did you mean `look`?');
    expect(stdout).toContain('--> broken.crew.yaml:');
    expect(stdout).not.toContain('good.crew.yaml');
  });

  test('--json is one document, before and after the command', async () => {
    const [before, after] = await Promise.all([
      here('--json', 'check', 'bad.crew.yaml'),
      here('check', 'bad.crew.yaml', '--json'),
    ]);
    expect(before.stdout).toBe(after.stdout);
    expect(before.code).toBe(2);
    expect(JSON.parse(before.stdout).diagnostics[0]).toMatchObject({ severity: 'error' });
  });

  test('of the wrong kind of file says what kind it is', async () => {
    const sop = join(inject('product'), 'sops/code-review.sop.yaml');
    const { code, stderr } = await here('run', sop);
    expect(code).toBe(2);
    expect(stderr).toContain('This is a procedure (SOP), not a crew');
  });

  test('colours only when it is asked to', async () => {
    const plain = await here('check', 'bad.crew.yaml');
    const forced = await crew(['check', 'bad.crew.yaml'], { from: folder, env: { FORCE_COLOR: '1' } });
    const never = await crew(['check', 'bad.crew.yaml'], {
      from: folder,
      env: { FORCE_COLOR: '1', NO_COLOR: '1' },
    });
    expect(plain.stdout).not.toContain('\u001b[');
    expect(forced.stdout).toContain('\u001b[');
    expect(never.stdout).toBe(plain.stdout);
  });
});

describe.concurrent('crew explain and crew graph', () => {
  test('explain a diagnostic with examples, and an error with its exit code', async () => {
    const diagnostic = await here('explain', 'unbounded-cycle');
    expect(diagnostic.stdout).toMatch(/Bad:\n {4}version: 1[\s\S]*Good:\n {4}version: 1/);
    const error = await here('explain', 'RUN_LOCKED');
    expect(error.stdout).toContain('exit code 3');
  });

  test('graph is a machine config of XState', async () => {
    const { code, stdout } = await here('graph', 'good.crew.yaml');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ initial: 'look', states: { look: {}, done: {} } });
  });
});

describe('runs of a crew without models', () => {
  test('print the result as JSON, and are listed', async () => {
    const none = await here('ps');
    expect([none.code, none.stdout, none.stderr]).toEqual([0, '', expect.stringContaining('No run')]);
    const noneAsJson = await here('ps', '--json');
    expect(JSON.parse(noneAsJson.stdout)).toEqual({ version: 1, runs: [] });
    const ran = await here('run', 'good.crew.yaml', '--inputs', 'inputs.json', '-i', 'folder=.', '-q');
    expect(ran.code, ran.stderr).toBe(0);
    expect(JSON.stringify(JSON.parse(ran.stdout))).toContain('good.crew.yaml');
    const listed = await here('ps');
    expect(listed.stdout).toMatch(
      /^[0-9a-f]{12} {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}success {2}small {2}worked \d+ ms {2}0 calls {2}\$0\n$/,
    );
    const asJson = JSON.parse((await here('ps', '--json')).stdout);
    expect(asJson.runs).toEqual([expect.objectContaining({ crew: 'small', status: 'success' })]);
    expect((await here('resume', listed.stdout.slice(0, 4), '-q')).stdout).toBe(ran.stdout);
  });

  test('have the id that is asked for, once', async () => {
    const named = () => here('run', 'good.crew.yaml', '-q', '--run-id', 'night-42');
    expect((await named()).code).toBe(0);
    expect((await here('show', 'night-42')).stdout).toContain('run night-42');
    const again = await named();
    expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('`night-42` is there already')]);
    const odd = await here('run', 'good.crew.yaml', '--run-id', 'Night');
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('--run-id Night')]);
  });

  test('exit with 1 when they end in failure', async () => {
    const { code, stdout, stderr } = await here('run', 'good.crew.yaml', '-i', 'depth=6');
    expect([code, stdout]).toEqual([1, 'null\n']);
    expect(stderr).toContain('✗ failure at deep');
  });

  test('refuse a review format without losing the run', async () => {
    const { code, stdout, stderr } = await here('run', 'good.crew.yaml', '--format', 'sarif');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('RESULT_NOT_A_REVIEW');
  });
});

describe('commands with verbs', () => {
  const withVerbs = COMMANDS.filter(({ verbs = [] }) => verbs.length > 0);

  test.each(withVerbs.map(({ name, verbs = [] }) => [name, verbs[0]?.name ?? '']))(
    'crew %s suggests the verb that was meant',
    async (name, verb) => {
      const wrong = `${verb}x`;
      const { code, stderr } = await crew([name, wrong]);
      expect(code).toBe(2);
      expect(stderr).toContain(`there is no command \`${name} ${wrong}\`; did you mean \`${verb}\`?`);
      expect((await crew([name, 'zzzzzzzzzz'])).stderr).toContain(`there is \`${verb}\``);
    },
  );

  test('suggest a verb whose letters were swapped', async () => {
    expect((await crew(['prompt', 'shwo', 'note'])).stderr).toContain('did you mean `show`?');
  });

  test('take no flag of another verb', async () => {
    for (const args of [
      ['prompt', 'list', '--phase', 'x'],
      ['prompt', 'pin', 'note', '--force'],
      ['config', 'get', 'x', '--user'],
      ['tools', 'list', 'x', '--yes'],
      ['memory', 'stats', '--no-why'],
    ]) {
      const { code, stderr } = await crew(args);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining(`\`crew ${args[0]} ${args[1]}\` has no flag`),
      ]);
    }
  });

  test('have each flag at a verb, and no verb has one that there is not', () => {
    for (const { verbs = [], flags } of withVerbs) {
      const taken = new Set(verbs.flatMap(verb => verb.flags ?? []));
      expect([...taken].toSorted()).toEqual(Object.keys(flags).toSorted());
    }
  });
});
