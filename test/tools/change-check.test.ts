import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CrewError } from '../../src/model/crew-error.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { createBuiltinTools } from '../../src/tools/builtin.ts';
import { isAlive, until } from '../machine.ts';
import { makeFolder, makeRepository, type TestRepository } from './git-repository.ts';
import { callTool, failureOf } from './tool-call.ts';

const NODE = process.execPath;
const TEST_FILE = {
  path: 'test/total.test.mjs',
  content: `import assert from 'node:assert';
import { total } from '../src/total.mjs';
assert.equal(total([1, 2]), 3);
`,
};
const FIX = {
  path: 'src/total.mjs',
  content: 'export const total = list => list.reduce((sum, each) => sum + each, 0);\n',
};
const COMMAND = [NODE, TEST_FILE.path];

let made: TestRepository;

beforeEach(() => {
  made = makeRepository();
  made.write('src/total.mjs', 'export const total = list => list[0];\n');
  made.write('.gitignore', 'node_modules/\nbuild/\n');
  made.commit('start');
});

afterEach(() => made.dispose());

const check = (args: JsonObject) =>
  callTool(made.path, 'change.check', { files: [], tests: [], command: COMMAND, ...args });
const script = (source: string) => [NODE, '-e', source];

/** What is left of checkouts in the workspace. */
function checkouts(path = made.path): readonly string[] {
  const home = join(path, '.crew/worktrees');
  return existsSync(home) ? readdirSync(home).filter(name => name !== '.gitignore') : [];
}

describe('a check', () => {
  test('tells a change from its absence and gives it as a patch', async () => {
    const base = made.git('rev-parse', 'HEAD');
    const result = await check({ files: [FIX], tests: [TEST_FILE] });
    expect(result).toMatchObject({
      base,
      fails_before: true,
      passes_after: true,
      ok: true,
      files_changed: 2,
    });
    expect(result.before).toMatchObject({ exit_code: 1, timed_out: false, passes: false });
    expect(result.after).toMatchObject({ exit_code: 0, timed_out: false, passes: true, output: '' });
    expect(result.paths).toEqual(['src/total.mjs', 'test/total.test.mjs']);
    expect(result.patch).toContain('+assert.equal(total([1, 2]), 3);');
    expect(result).toMatchObject({ reasons: [], changed_tests: [] });
  });

  test('leaves working tree, index, branches and checkouts as they were', async () => {
    made.write('src/total.mjs', 'unsaved work\n');
    made.write('new.txt', 'not tracked\n');
    const before = made.git('status', '--porcelain');
    const settings = readFileSync(join(made.path, '.git/config'), 'utf8');
    const command = [
      'sh',
      '-c',
      'git config user.name X; git config user.email x@x; git commit -qam x; git branch evil; git stash; exit 0',
    ];
    const result = await check({ files: [FIX], tests: [TEST_FILE], command });
    expect(result.passes_after).toBe(true);
    expect(made.git('status', '--porcelain')).toBe(before);
    expect(readFileSync(join(made.path, '.git/config'), 'utf8')).toBe(settings);
    expect(made.git('branch', '--format=%(refname:short)')).toBe('main');
    expect(made.git('stash', 'list')).toBe('');
    expect(made.git('worktree', 'list').split('\n')).toHaveLength(1);
    expect(checkouts()).toEqual([]);
  });

  test('sees the base and not the working tree', async () => {
    made.write('src/total.mjs', FIX.content);
    const result = await check({ tests: [TEST_FILE] });
    expect(result).toMatchObject({ fails_before: true, passes_after: false, ok: false, files_changed: 1 });
    made.commit('mended');
    expect(await check({ tests: [TEST_FILE] })).toMatchObject({ fails_before: false, passes_after: true });
    expect(await check({ tests: [TEST_FILE], base: 'HEAD~1' })).toMatchObject({ fails_before: true });
  });

  test('says why it is not ok', async () => {
    const failing = await check({ command: ['sh', '-c', 'exit 3'] });
    expect(failing).toMatchObject({
      ok: false,
      reasons: ['with the change the command does not pass: exit code 3'],
    });
    const passing = await check({ files: [FIX], command: ['true'] });
    expect(passing.reasons).toEqual(['the command passes without the change, so the tests do not show it']);
  });

  test('names tests that were there and that the change alters', async () => {
    made.write(TEST_FILE.path, TEST_FILE.content);
    made.write('src/sum_test.go', 'x\n');
    made.write('src/contest.mjs', 'x\n');
    made.commit('tests');
    const files = [
      { path: TEST_FILE.path, content: 'process.exit(0);\n' },
      { path: 'src/sum_test.go', delete: true },
      { path: 'src/contest.mjs', content: 'y\n' },
      { path: 'test/new.test.mjs', content: '' },
    ];
    const result = await check({ files });
    expect(result).toMatchObject({ ok: true, changed_tests: ['src/sum_test.go', TEST_FILE.path] });
  });

  test('names what failed and where, without the folder of the checkout', async () => {
    const { before } = await check({ files: [FIX], tests: [TEST_FILE] });
    expect(before.messages.join('\n')).toContain('AssertionError');
    expect(before.places).toContainEqual({ path: 'test/total.test.mjs', line: 3 });
    expect(before.output).not.toContain('.crew');
    expect(await check({ files: [FIX], tests: [TEST_FILE] })).toMatchObject({
      before: { output: before.output },
    });
  });

  test('deletes files, and writes those that git ignores', async () => {
    const files = [
      { path: 'src/total.mjs', delete: true },
      { path: 'build/out.txt', content: 'x\n' },
    ];
    const result = await check({ files, command: ['ls', 'src/total.mjs'] });
    expect(result).toMatchObject({ fails_before: false, passes_after: false, files_changed: 2 });
    expect(result.patch).toContain('deleted file mode 100644');
    expect(result.patch).toContain('b/build/out.txt');
  });

  test('what one run writes reaches neither the other run nor the patch', async () => {
    const command = ['sh', '-c', 'echo touched >> src/total.mjs; test ! -e marker && touch marker'];
    const result = await check({ files: [FIX], command });
    expect(result).toMatchObject({ fails_before: false, passes_after: true });
    expect(result.patch).not.toContain('touched');
    expect(result.patch).not.toContain('marker');
  });

  test('runs in the folder of the workspace when that is not the top of the repository', async () => {
    made.write('packages/a/x.txt', 'one\n');
    made.commit('more');
    const workspace = join(made.path, 'packages/a');
    const args = {
      files: [{ path: 'x.txt', content: 'two\n' }],
      tests: [],
      command: ['grep', '-q', 'two', 'x.txt'],
    };
    const result = await callTool(workspace, 'change.check', args);
    expect(result).toMatchObject({ ok: true, paths: ['x.txt'] });
    expect(result.patch).toContain('--- a/x.txt');
    expect(checkouts(workspace)).toEqual([]);
  });

  test('links packages that git ignores', async () => {
    made.write('node_modules/dep/index.js', 'module.exports = 7;\n');
    made.write('node_modules/.bin/tool', 'x');
    const command = script(
      "process.exit(require('dep') === 7 && require('fs').existsSync('node_modules/.bin/tool') ? 0 : 1)",
    );
    expect(await check({ command })).toMatchObject({ passes_after: true });
    expect(existsSync(join(made.path, 'node_modules/dep/index.js'))).toBe(true);
  });
});

describe('paths that are not allowed', () => {
  test.each([
    ['out of the workspace', '../evil.txt'],
    ['absolute', '/tmp/evil.txt'],
    ['in .git', '.git/hooks/pre-commit'],
    ['in .GIT', 'src/.GIT/config'],
    ['in .crew', '.crew/runs.db'],
    ['the workspace', 'src/..'],
    ['empty', ''],
    ['with a NUL', 'a\0b'],
    ['through a linked folder', 'linked/evil.txt'],
    ['a link itself', 'link.txt'],
    ['through a link inside', 'inside/total.mjs'],
  ])('%s: nothing runs', async (_, path) => {
    const target = makeFolder();
    symlinkSync(target, join(made.path, 'linked'));
    symlinkSync(join(target, 'file'), join(made.path, 'link.txt'));
    symlinkSync('src', join(made.path, 'inside'));
    made.commit('links');
    const flag = join(target, 'ran');
    const command = script(`require('fs').writeFileSync(${JSON.stringify(flag)}, '')`);
    for (const name of ['files', 'tests']) {
      const failure = await failureOf(check({ [name]: [{ path, content: 'x' }], command }));
      expect(failure.code).toBe('OUTSIDE_WORKSPACE');
    }
    expect(readdirSync(target)).toEqual([]);
    expect(checkouts()).toEqual([]);
  });

  test.each<[string, JsonObject[], string]>([
    [
      'twice',
      [
        { path: 'a', content: '' },
        { path: './a', content: '' },
      ],
      'twice',
    ],
    ['both', [{ path: 'a', content: '', delete: true }], 'either'],
    ['neither', [{ path: 'a' }], 'either'],
    ['a folder', [{ path: 'src', content: '' }], 'EISDIR'],
    ['below a file', [{ path: '.gitignore/a', content: '' }], 'cannot be written'],
    ['not there', [{ path: 'gone', delete: true }], 'ENOENT'],
    ['too much', [{ path: 'a', content: 'x'.repeat(700_001) }], '700000'],
  ])('%s is a mistake of the caller', async (_, files, said) => {
    const failure = await failureOf(check({ files }));
    expect(failure.code).toBe('TOOL_ARGUMENTS');
    expect(failure.message).toContain(said);
    expect(checkouts()).toEqual([]);
  });

  test('a state folder that is a link to elsewhere is refused', async () => {
    const target = makeFolder();
    symlinkSync(target, join(made.path, '.crew'));
    expect((await failureOf(check({}))).code).toBe('OUTSIDE_WORKSPACE');
    expect(readdirSync(target)).toEqual([]);
  });
});

test('a link that a repository brings into the state folder is not written through', async () => {
  const target = join(makeFolder(), 'profile');
  mkdirSync(join(made.path, '.crew/worktrees'), { recursive: true });
  symlinkSync(target, join(made.path, '.crew/worktrees/.gitignore'));
  await callTool(made.path, 'change.test', { command: ['true'] });
  expect(existsSync(target)).toBe(false);
});

describe('commands that misbehave', () => {
  test('one that hangs is stopped with its descendants, also those that left its group', async () => {
    const pids = join(makeFolder(), 'pids');
    const command = [
      'sh',
      '-c',
      `trap '' TERM; sleep 600 & echo $! >> ${pids}; setsid sleep 600 & echo $! >> ${pids}; while :; do sleep 1; done`,
    ];
    const result = await callTool(made.path, 'change.test', { command, timeout_s: 1 });
    expect(result).toMatchObject({ exit_code: null, timed_out: true, passes: false });
    expect(result.output).toContain('not done within 1 s');
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(started).toHaveLength(2);
    await until(() => !started.some(isAlive));
    expect(checkouts()).toEqual([]);
  });

  test('one that ends and leaves a server behind neither hangs nor leaks', async () => {
    const pids = join(makeFolder(), 'pids');
    const source = `const child = require('child_process').spawn('sleep', ['600'], { detached: true, stdio: 'inherit' });
require('fs').writeFileSync(${JSON.stringify(pids)}, String(child.pid)); child.unref();`;
    const result = await callTool(made.path, 'change.test', { command: script(source) });
    expect(result).toMatchObject({ exit_code: 0, passes: true });
    await until(() => !isAlive(Number(readFileSync(pids, 'utf8'))));
  });

  test('one that floods is stopped and only the end is kept', async () => {
    const result = await callTool(made.path, 'change.test', { command: ['yes', 'line'] });
    expect(result).toMatchObject({ exit_code: null, timed_out: false, passes: false, truncated: true });
    expect(result.output.length).toBeLessThan(17_000);
    expect(result.output).toContain('bytes of output]');
    const errors = await callTool(made.path, 'change.test', { command: ['sh', '-c', 'yes line >&2'] });
    expect(errors).toMatchObject({ exit_code: null, truncated: true });
  });

  test('a checkout with folders that were made read-only is removed', async () => {
    await callTool(made.path, 'change.test', {
      command: ['sh', '-c', 'mkdir -p d/e; touch d/e/f; chmod -R 000 d'],
    });
    expect(checkouts()).toEqual([]);
  });

  test('one that is no program is told from one that the change has yet to bring', async () => {
    const failure = await failureOf(check({ command: ['no-such-program'] }));
    expect(failure.code).toBe('TOOL_MISSING');
    const missing = await check({ command: ['./run.sh'] });
    expect(missing).toMatchObject({ before: { exit_code: 127 }, after: { exit_code: 127 }, ok: false });
  });

  test('an abort ends the command and removes the checkout', async () => {
    const flag = join(makeFolder(), 'pid');
    const abort = new AbortController();
    const reason = new CrewError('PHASE_TIMEOUT', 'the phase is over');
    const tool = createBuiltinTools().get('change.check');
    const call = tool?.call(
      { files: [], tests: [], command: ['sh', '-c', `echo $$ > ${flag}; sleep 600`] },
      { workspace: made.path, signal: abort.signal, notice: () => undefined },
    );
    const failed = failureOf(call ?? Promise.resolve());
    await until(() => existsSync(flag) && readFileSync(flag, 'utf8').trim() !== '');
    abort.abort(reason);
    expect(await failed).toEqual({ code: 'PHASE_TIMEOUT', message: 'the phase is over' });
    expect(isAlive(Number(readFileSync(flag, 'utf8')))).toBe(false);
    expect(checkouts()).toEqual([]);
  });
});

test('the command sees a short list of variables and no key', async () => {
  const kept = { ...process.env };
  Object.assign(process.env, {
    OPENAI_API_KEY: 'sk-secret',
    NODE_OPTIONS: '--no-warnings',
    GIT_DIR: '/x',
    FOO: 'bar',
  });
  try {
    const { output } = await callTool(made.path, 'change.test', {
      command: script('console.log(JSON.stringify(process.env))'),
    });
    const seen = JSON.parse(output);
    for (const name of ['OPENAI_API_KEY', 'NODE_OPTIONS', 'GIT_DIR', 'FOO'])
      expect(seen).not.toHaveProperty(name);
    expect(seen).toMatchObject({ PATH: process.env.PATH, CI: 'true', NO_COLOR: '1' });
  } finally {
    process.env = kept;
  }
});

test('nothing is read by a shell', async () => {
  const command = [NODE, '-p', 'process.argv.slice(1).join("|")', '--', '$(touch x); `id`', 'a b'];
  expect((await callTool(made.path, 'change.test', { command })).output).toBe('$(touch x); `id`|a b\n');
});

test('hooks, filters and settings of the repository start nothing', async () => {
  const flag = join(makeFolder(), 'ran');
  made.write('.gitattributes', '*.mjs filter=evil\n');
  made.write('.git/hooks/post-checkout', `#!/bin/sh\ntouch ${flag}\n`);
  spawnSync('chmod', ['+x', join(made.path, '.git/hooks/post-checkout')]);
  made.commit('attributes');
  made.git('config', 'filter.evil.smudge', `touch ${flag}; cat`);
  made.git('config', 'filter.evil.clean', `touch ${flag}; cat`);
  made.git('config', 'core.fsmonitor', `touch ${flag}`);
  expect(await check({ files: [FIX], tests: [TEST_FILE] })).toMatchObject({ ok: true });
  expect(existsSync(flag)).toBe(false);
});

test('what a killed process left running is ended and removed by the next call', async () => {
  const flag = join(makeFolder(), 'pid');
  const builtin = new URL('../../src/tools/builtin.ts', import.meta.url).href;
  const source = `import { createBuiltinTools } from ${JSON.stringify(builtin)};
const command = ['sh', '-c', ${JSON.stringify(`echo $$ > ${flag}; sleep 600`)}];
const context = { workspace: ${JSON.stringify(made.path)}, signal: new AbortController().signal, notice() {} };
await createBuiltinTools().get('change.test').call({ command }, context);`;
  const crashing = spawn(NODE, ['--input-type=module', '-e', source], { stdio: 'ignore' });
  await until(() => existsSync(flag) && readFileSync(flag, 'utf8').trim() !== '');
  const ended = once(crashing, 'exit');
  crashing.kill('SIGKILL');
  await ended;
  expect(checkouts()).toHaveLength(1);
  await callTool(made.path, 'change.test', { command: ['true'] });
  expect(checkouts()).toEqual([]);
  await until(() => !isAlive(Number(readFileSync(flag, 'utf8'))));
});

test('leftovers of crashed processes are swept, those of living ones are not', async () => {
  const dead = spawnSync('true').pid;
  const home = join(made.path, '.crew/worktrees');
  const folders = {
    crashed: `${hostname()}-${dead}-000000000000`,
    living: `${hostname()}-${process.ppid}-000000000000`,
    elsewhere: `other-host-${dead}-000000000000`,
    old: 'other-host-1-ffffffffffff',
    foreign: 'keep',
  };
  for (const name of Object.values(folders)) mkdirSync(join(home, name, 'inside'), { recursive: true });
  utimesSync(join(home, folders.old), 0, 0);
  await callTool(made.path, 'change.test', { command: ['true'] });
  expect([...checkouts()].sort()).toEqual([folders.living, folders.elsewhere, folders.foreign].sort());
});

test('a shallow clone and a workspace without a repository', async () => {
  const path = join(makeFolder(), 'clone');
  made.commit('second');
  made.git('clone', '--quiet', '--depth=1', `file://${made.path}`, path);
  const args = { files: [FIX], tests: [TEST_FILE], command: COMMAND };
  expect(await callTool(path, 'change.check', args)).toMatchObject({ ok: true });
  const folder = makeFolder();
  expect((await failureOf(callTool(folder, 'change.check', args))).code).toBe('NOT_A_REPOSITORY');
  expect((await failureOf(check({ base: 'nowhere' }))).code).toBe('REVISION_UNKNOWN');
});
