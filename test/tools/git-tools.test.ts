import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRepository, type TestRepository } from './git-repository.ts';
import { callTool, failureOf } from './tool-call.ts';

let made: TestRepository;
let first: string;
let second: string;
let third: string;

beforeEach(() => {
  made = makeRepository();
  made.write('a.txt', 'one\ntwo\nthree\n');
  first = made.commit('First\n\nWith a body\nof two lines.');
  made.write('a.txt', 'one\n2\nthree\n');
  made.write('sub/b.txt', 'b\n');
  second = made.commit('Sec\u00f6nd | "quoted"');
  renameSync(join(made.path, 'sub/b.txt'), join(made.path, 'sub/c.txt'));
  third = made.commit('Third');
});

afterEach(() => made.dispose());

describe('git.diff', () => {
  test('describes files, counts, patch and commits', async () => {
    const change = await callTool(made.path, 'git.diff', { range: 'HEAD~2..HEAD~1' });
    expect(change).toMatchObject({
      range: `${first}..${second}`,
      base: first,
      head: second,
      files: [
        { path: 'a.txt', status: 'modified', binary: false, added: 1, removed: 1 },
        { path: 'sub/b.txt', status: 'added', binary: false, added: 1, removed: 0 },
      ],
      files_changed: 2,
      added: 2,
      removed: 1,
      truncated: false,
      notices: [],
      commits: [
        {
          id: second,
          author: 'Ada Lovelace',
          date: '2030-01-02T03:04:05+01:00',
          subject: 'Secönd | "quoted"',
        },
      ],
    });
    expect(change.patch).toContain('--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n');
    expect(change.patch).toBe(`${made.git('diff', '--full-index', 'HEAD~2', 'HEAD~1')}\n`);
  });

  test('names files of the working tree that git does not track, and no ignored ones', async () => {
    const notices = async (range: string, paths?: readonly string[]) =>
      (
        await callTool(made.path, 'git.diff', {
          range,
          ...(paths === undefined ? {} : { paths: [...paths] }),
        })
      ).notices;
    expect(await notices('HEAD')).toEqual([]);
    made.write('.gitignore', 'ignored\n');
    made.git('add', '.gitignore');
    made.write('ignored/x.ts', 'x\n');
    made.write('.crew/runs/x.json', '{}\n');
    made.write('new one.ts', 'x\n');
    expect(await notices('HEAD')).toEqual([
      '1 file is not tracked by git and is not part of this change: new one.ts; `git add -N` it to review it',
    ]);
    for (const name of ['a', 'b', 'c', 'd', 'e']) made.write(`sub/${name}.js`, 'x\n');
    expect(await notices('HEAD')).toEqual([
      '6 files are not tracked by git and are not part of this change: new one.ts, sub/a.js, sub/b.js, sub/c.js, sub/d.js, …; `git add -N` them to review them',
    ]);
    expect(await notices('HEAD', ['new one.ts'])).toEqual([expect.stringContaining('1 file is not tracked')]);
    expect(await notices('HEAD~1..HEAD')).toEqual([]);
    made.git('add', '--intent-to-add', '.');
    expect(await notices('HEAD')).toEqual([]);
  });

  test('narrows files and commits to paths', async () => {
    const change = await callTool(made.path, 'git.diff', { range: 'HEAD~2..HEAD', paths: ['sub'] });
    expect(change.files).toMatchObject([{ path: 'sub/c.txt', status: 'added' }]);
    expect(change.commits.length).toBe(2);
    const other = await callTool(made.path, 'git.diff', { range: 'HEAD~1..HEAD', paths: ['a.txt'] });
    expect(other).toMatchObject({ files: [], commits: [] });
  });

  test('lists the newest fifty commits and says that there are more', async () => {
    const parts = [`from ${third}\n`];
    for (let number = 0; number < 60; number += 1) {
      parts.push(`commit refs/heads/main\ncommitter A <a@example.com> 1900000000 +0000\ndata 2\nc\n`);
      if (number === 0) parts.push(`from ${third}\n`);
    }
    made.gitWithInput(parts.slice(1).join(''), 'fast-import', '--quiet', '--force');
    const change = await callTool(made.path, 'git.diff', { range: `${third}..main` });
    expect(change.commits.length).toBe(50);
    expect(change.notices).toEqual([expect.stringContaining('newest 50')]);
  });
});

describe('git.log', () => {
  test('lists commits, newest first', async () => {
    const log = await callTool(made.path, 'git.log', {});
    expect(log.commits.map((commit: { id: string }) => commit.id)).toEqual([third, second, first]);
    expect(log.commits[2].body).toBe('With a body\nof two lines.');
    expect(log.truncated).toBe(false);
  });

  test('takes ranges, paths and a limit', async () => {
    const ids = async (args: { range?: string; paths?: string[]; limit?: number }) =>
      (await callTool(made.path, 'git.log', args)).commits.map((commit: { id: string }) => commit.id);
    expect(await ids({ range: 'HEAD~2..HEAD' })).toEqual([third, second]);
    expect(await ids({ range: 'HEAD~1' })).toEqual([second, first]);
    expect(await ids({ paths: ['a.txt'] })).toEqual([second, first]);
    expect(await ids({ limit: 1 })).toEqual([third]);
    expect(await callTool(made.path, 'git.log', { limit: 1 })).toMatchObject({ truncated: true });
  });

  test('of a workspace below the top lists what touches it', async () => {
    const log = await callTool(join(made.path, 'sub'), 'git.log', {});
    expect(log.commits.map((commit: { id: string }) => commit.id)).toEqual([third, second]);
  });
});

describe('git.show', () => {
  test('describes a commit and its change', async () => {
    const shown = await callTool(made.path, 'git.show', { revision: 'HEAD' });
    expect(shown).toMatchObject({ id: third, subject: 'Third', parents: [second], files_changed: 1 });
    expect(shown.files).toMatchObject([{ path: 'sub/c.txt', old_path: 'sub/b.txt', status: 'renamed' }]);
  });

  test('shows a first commit against nothing', async () => {
    const shown = await callTool(made.path, 'git.show', { revision: first });
    expect(shown).toMatchObject({ parents: [], files: [{ path: 'a.txt', status: 'added' }], added: 3 });
  });

  test('describes also a commit that touches nothing below the workspace', async () => {
    const shown = await callTool(join(made.path, 'sub'), 'git.show', { revision: first });
    expect(shown).toMatchObject({ id: first, files: [], subject: 'First' });
  });
});

describe('git.blame', () => {
  test('tells who changed which lines', async () => {
    const blame = await callTool(made.path, 'git.blame', { path: 'a.txt' });
    expect(blame).toMatchObject({ revision: third, total_lines: 3, truncated: false });
    expect(
      blame.spans.map((span: { from: number; to: number; commit: string; text: string }) => [
        span.from,
        span.to,
        span.commit,
        span.text,
      ]),
    ).toEqual([
      [1, 1, first, 'one'],
      [2, 2, second, '2'],
      [3, 3, first, 'three'],
    ]);
    expect(blame.spans[2]).toMatchObject({
      author: 'Ada Lovelace',
      date: '2030-01-02T02:04:05.000Z',
      subject: 'First',
    });
  });

  test('takes a window and a revision', async () => {
    const blame = await callTool(made.path, 'git.blame', { path: 'a.txt', revision: first, from: 2, to: 99 });
    expect(blame.spans).toMatchObject([{ from: 2, to: 3, commit: first, text: 'two\nthree' }]);
  });

  test('fails with a code when there is nothing to blame', async () => {
    const code = async (args: { path: string; from?: number; to?: number }) =>
      (await failureOf(callTool(made.path, 'git.blame', args))).code;
    expect(await code({ path: 'missing' })).toBe('FILE_NOT_FOUND');
    expect(await code({ path: '--output=x' })).toBe('FILE_NOT_FOUND');
    expect(await code({ path: '../x' })).toBe('OUTSIDE_WORKSPACE');
    expect(await code({ path: 'a.txt', from: 9 })).toBe('TOOL_ARGUMENTS');
    expect(await code({ path: 'a.txt', from: 2, to: 1 })).toBe('TOOL_ARGUMENTS');
  });

  test('says that a binary file has no lines', async () => {
    made.write('binary', Uint8Array.of(0, 1));
    made.commit('binary');
    const blame = await callTool(made.path, 'git.blame', { path: 'binary' });
    expect(blame).toMatchObject({ spans: [], omitted: 'a binary file' });
  });
});

describe('git.file', () => {
  test('reads a file as it was', async () => {
    const file = await callTool(made.path, 'git.file', { path: 'a.txt', revision: 'HEAD~2', from: 2, to: 2 });
    expect(file).toMatchObject({
      path: 'a.txt',
      revision: first,
      text: 'two',
      from: 2,
      to: 2,
      total_lines: 3,
    });
    expect(await callTool(made.path, 'git.file', { path: 'a.txt' })).toMatchObject({ text: 'one\n2\nthree' });
  });

  test('fails with a code when there is none', async () => {
    const failure = await failureOf(callTool(made.path, 'git.file', { path: 'sub/c.txt', revision: first }));
    expect(failure.code).toBe('FILE_NOT_FOUND');
  });
});

test('wrong arguments are TOOL_ARGUMENTS', async () => {
  for (const args of [
    {},
    { range: 5 },
    { range: 'HEAD', paths: 'a' },
    { range: 'HEAD', max_patch_bytes: 0.5 },
  ]) {
    expect((await failureOf(callTool(made.path, 'git.diff', args))).code).toBe('TOOL_ARGUMENTS');
  }
});
