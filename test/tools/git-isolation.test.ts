import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDiff } from '../../src/tools/git/read-diff.ts';
import { makeRepository, type TestRepository } from './git-repository.ts';
import { callTool, calm, failureOf } from './tool-call.ts';

let made: TestRepository;
const variables = { ...process.env };

beforeEach(() => {
  made = makeRepository();
  made.write('a.txt', 'one\n\ntwo\n');
  made.commit('one');
  made.write('a.txt', 'one\n\n2\n');
  made.commit('two');
});

afterEach(() => {
  process.env = { ...variables };
  made.dispose();
});

const readLast = () => readDiff({ workspace: made.path, range: 'HEAD~1..HEAD', signal: calm() });

describe('settings of a repository', () => {
  test('start no program', async () => {
    const trap = `touch '${join(made.path, 'trapped')}'; cat`;
    made.write('.gitattributes', '*.txt diff=trap filter=trap\n');
    made.write('a.txt', 'one\n\nthree\n');
    made.commit('three');
    const settings = {
      'diff.external': trap,
      'diff.trap.command': trap,
      'diff.trap.textconv': trap,
      'filter.trap.clean': trap,
      'filter.trap.smudge': trap,
      'filter.trap.required': 'true',
      'core.fsmonitor': trap,
      'core.pager': trap,
      'pager.log': trap,
      'core.alternateRefsCommand': trap,
      'gpg.program': trap,
      'log.showSignature': 'true',
      'alias.diff': `!${trap}`,
    };
    for (const [name, value] of Object.entries(settings)) made.git('config', name, value);
    const hooks = join(made.path, '.git/hooks');
    mkdirSync(hooks, { recursive: true });
    for (const hook of ['post-index-change', 'fsmonitor-watchman', 'post-checkout']) {
      writeFileSync(join(hooks, hook), `#!/bin/sh\n${trap}\n`, { mode: 0o755 });
    }
    made.write('a.txt', 'one\n\nfour\n');
    const change = await callTool(made.path, 'git.diff', { range: 'HEAD' });
    expect(change.files).toMatchObject([{ path: 'a.txt', added: 1, removed: 1 }]);
    await callTool(made.path, 'git.diff', { range: 'HEAD~1..HEAD' });
    await callTool(made.path, 'git.log', {});
    await callTool(made.path, 'git.show', { revision: 'HEAD' });
    await callTool(made.path, 'git.blame', { path: 'a.txt' });
    await callTool(made.path, 'git.file', { path: 'a.txt' });
    expect(existsSync(join(made.path, 'trapped'))).toBe(false);
  });

  test('do not lead the working tree out of the workspace', async () => {
    const other = makeRepository();
    other.write('a.txt', 'secret\n');
    made.git('config', 'core.worktree', other.path);
    const attempt = callTool(made.path, 'git.diff', { range: 'HEAD' });
    expect((await failureOf(attempt)).code).toBe('OUTSIDE_WORKSPACE');
    other.dispose();
  });

  test('do not change what is read', async () => {
    const plain = await readLast();
    const log = await callTool(made.path, 'git.log', {});
    made.write('order', '*.txt\n');
    const settings = {
      'diff.noprefix': 'true',
      'diff.mnemonicPrefix': 'true',
      'diff.suppressBlankEmpty': 'true',
      'diff.context': '0',
      'diff.interHunkContext': '9',
      'diff.renames': 'false',
      'diff.orderFile': 'order',
      'diff.colorMoved': 'zebra',
      'diff.relative': 'true',
      'diff.wsErrorHighlight': 'all',
      'color.ui': 'always',
      'color.diff': 'always',
      'core.quotePath': 'true',
      'log.date': 'relative',
      'log.showRoot': 'false',
      'log.diffMerges': 'first-parent',
      'format.pretty': 'oneline',
      'i18n.logOutputEncoding': 'UTF-16',
    };
    for (const [name, value] of Object.entries(settings)) made.git('config', name, value);
    expect(await readLast()).toEqual(plain);
    expect(await callTool(made.path, 'git.log', {})).toEqual(log);
  });
});

describe('variables of this process', () => {
  test('do not lead to another repository', async () => {
    const other = makeRepository();
    const plain = await readLast();
    process.env.GIT_DIR = join(other.path, '.git');
    process.env.GIT_WORK_TREE = other.path;
    process.env.GIT_INDEX_FILE = join(other.path, 'index');
    process.env.GIT_EXTERNAL_DIFF = 'false';
    process.env.GIT_DIFF_OPTS = '-u0';
    process.env.GIT_PAGER = 'false';
    expect(await readLast()).toEqual(plain);
    other.dispose();
  });

  test('without git on the PATH it is TOOL_MISSING', async () => {
    process.env.PATH = join(made.path, 'nothing');
    expect((await failureOf(readLast())).code).toBe('TOOL_MISSING');
  });

  test('a folder that belongs to somebody else is TOOL_FAILED with the words of git', async () => {
    // The switch that the tests of git itself use to play another owner.
    process.env.GIT_CONFIG_GLOBAL = '/dev/null';
    process.env.GIT_CONFIG_NOSYSTEM = '1';
    const bin = join(made.path, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\nPATH='${variables.PATH ?? ''}' GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"\n`,
      { mode: 0o755 },
    );
    process.env.PATH = `${bin}:${variables.PATH ?? ''}`;
    const failure = await failureOf(readLast());
    expect(failure.code).toBe('TOOL_FAILED');
    expect(failure.message).toContain('dubious ownership');
  });
});
