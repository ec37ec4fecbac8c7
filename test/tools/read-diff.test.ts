import { chmodSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { DiffFile } from '../../src/model/diff.ts';
import { readDiff } from '../../src/tools/git/read-diff.ts';
import { readFileAt, readFilesAt } from '../../src/tools/git/read-files-at.ts';
import { makeRepository, type TestRepository } from './git-repository.ts';
import { calm, failureOf } from './tool-call.ts';

const open: TestRepository[] = [];

function repository(): TestRepository {
  const made = makeRepository();
  open.push(made);
  return made;
}

afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

async function lastChange(made: TestRepository, paths: readonly string[] = []): Promise<readonly DiffFile[]> {
  return (await readDiff({ workspace: made.path, range: 'HEAD~1..HEAD', paths, signal: calm() })).files;
}

const TEN_LINES = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join('');

describe('hunks', () => {
  test('number the lines of both sides', async () => {
    const made = repository();
    made.write('a.txt', TEN_LINES);
    made.commit('one');
    made.write('a.txt', TEN_LINES.replace('line 5\n', 'five\nfive and a half\n'));
    made.commit('two');
    const [file] = await lastChange(made);
    expect(file).toMatchObject({ path: 'a.txt', status: 'modified', added: 2, removed: 1, binary: false });
    const [hunk] = file?.hunks ?? [];
    expect(hunk).toMatchObject({ oldStart: 2, oldLines: 7, newStart: 2, newLines: 8 });
    expect(hunk?.lines.slice(3, 7)).toEqual([
      { kind: 'removed', text: 'line 5', oldLine: 5 },
      { kind: 'added', text: 'five', newLine: 5 },
      { kind: 'added', text: 'five and a half', newLine: 6 },
      { kind: 'context', text: 'line 6', oldLine: 6, newLine: 7 },
    ]);
  });

  test('say where the line feed at the end of the file is missing', async () => {
    const made = repository();
    made.write('a.txt', 'one');
    made.commit('one');
    made.write('a.txt', 'one\n');
    made.commit('two');
    const [file] = await lastChange(made);
    expect(file?.hunks[0]?.lines).toEqual([
      { kind: 'removed', text: 'one', oldLine: 1, noNewlineAtEnd: true },
      { kind: 'added', text: 'one', newLine: 1 },
    ]);
  });

  test('keep carriage returns', async () => {
    const made = repository();
    made.write('a.txt', 'one\r\ntwo\r\n');
    made.commit('one');
    made.write('a.txt', 'one\r\n2\r\n');
    made.commit('two');
    const [file] = await lastChange(made);
    expect(file?.hunks[0]?.lines.map(line => line.text)).toEqual(['one\r', 'two\r', '2\r']);
  });

  test('read text that is not UTF-8 as Latin-1, as contents do', async () => {
    const made = repository();
    made.commit('one');
    made.write('latin.txt', Uint8Array.of(0x63, 0xe9, 0x0a));
    made.write('utf8.txt', 'cé 日本\n');
    made.commit('two');
    const files = await lastChange(made);
    expect(files.map(file => file.hunks[0]?.lines[0]?.text)).toEqual(['cé', 'cé 日本']);
  });

  test('are not fooled by lines that look like a patch', async () => {
    const made = repository();
    const fake =
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n\\ No newline at end of file\n';
    made.write('a.patch', `keep\n${fake}`);
    made.write('b.txt', 'b\n');
    made.commit('one');
    made.write('a.patch', `${fake}${fake}`);
    made.write('b.txt', 'bb\n');
    made.commit('two');
    const files = await lastChange(made);
    expect(files.map(file => file.path)).toEqual(['a.patch', 'b.txt']);
    const lines = files[0]?.hunks.flatMap(hunk => hunk.lines) ?? [];
    expect(lines.filter(line => line.kind === 'added').length).toBe(files[0]?.added);
    expect(lines.filter(line => line.kind === 'removed').map(line => line.text)).toEqual(['keep']);
  });
});

describe('files', () => {
  const NAMES = [
    'with space.txt',
    'tab\there.txt',
    'line\nfeed.txt',
    'quote".txt',
    "apostrophe'.txt",
    'back\\slash.txt',
    'umläut-日本.txt',
    '-dash.txt',
    '{a => b}.txt',
    'a b/b a/diff --git a b',
    ':(top)magic.txt',
    '*.txt',
    ' lead and trail ',
  ];

  test.each(NAMES)('keep the name %j', async name => {
    const made = repository();
    made.write('other.txt', 'x\n');
    made.write(name, 'one\n');
    made.commit('one');
    made.write(name, 'one\ntwo\n');
    const head = made.commit('two');
    const files = await lastChange(made);
    expect(files.map(file => file.path)).toEqual([name]);
    expect((await lastChange(made, [name])).length).toBe(1);
    const content = await readFileAt({ workspace: made.path, revision: head, path: name, signal: calm() });
    expect(content).toEqual({ kind: 'text', text: 'one\ntwo\n', bytes: 8 });
  });

  test('renames with changes carry both paths and only the changed lines', async () => {
    const made = repository();
    made.write('old name.txt', TEN_LINES);
    made.commit('one');
    renameSync(join(made.path, 'old name.txt'), join(made.path, 'new\tname.txt'));
    made.write('new\tname.txt', TEN_LINES.replace('line 9', 'nine'));
    made.commit('two');
    const [file] = await lastChange(made);
    expect(file).toMatchObject({
      status: 'renamed',
      oldPath: 'old name.txt',
      path: 'new\tname.txt',
      added: 1,
    });
  });

  test('copies of a changed file name their source', async () => {
    const made = repository();
    made.write('a.txt', TEN_LINES);
    made.commit('one');
    made.write('a.txt', `${TEN_LINES}more\n`);
    made.write('b.txt', TEN_LINES);
    made.commit('two');
    const copy = (await lastChange(made)).find(file => file.path === 'b.txt');
    expect(copy).toMatchObject({ status: 'copied', oldPath: 'a.txt', added: 0, hunks: [] });
  });

  test('binary files, mode changes, empty files, deletions and type changes', async () => {
    const made = repository();
    made.write('binary', Uint8Array.of(0, 1, 2));
    made.write('mode.sh', 'x\n');
    made.write('gone.txt', 'a\nb\n');
    made.write('link', 'was a file\n');
    made.commit('one');
    made.write('binary', Uint8Array.of(0, 1, 2, 3));
    made.write('empty.txt', '');
    chmodSync(join(made.path, 'mode.sh'), 0o755);
    made.remove('gone.txt');
    unlinkSync(join(made.path, 'link'));
    symlinkSync('mode.sh', join(made.path, 'link'));
    const head = made.commit('two');
    const files = new Map((await lastChange(made)).map(file => [file.path, file]));
    expect([...files.keys()]).toEqual(['binary', 'empty.txt', 'gone.txt', 'link', 'mode.sh']);
    expect(files.get('binary')).toMatchObject({ binary: true, hunks: [], status: 'modified' });
    expect(files.get('empty.txt')).toMatchObject({ status: 'added', binary: false, hunks: [] });
    expect(files.get('gone.txt')).toMatchObject({ status: 'deleted', removed: 2 });
    expect(files.get('mode.sh')).toMatchObject({ status: 'modified', hunks: [], added: 0 });
    expect(files.get('link')?.status).toBe('type-changed');
    expect(files.get('link')?.hunks.flatMap(hunk => hunk.lines)).toEqual([
      { kind: 'removed', text: 'was a file', oldLine: 1 },
      { kind: 'added', text: 'mode.sh', newLine: 1, noNewlineAtEnd: true },
    ]);
    const link = await readFileAt({ workspace: made.path, revision: head, path: 'link', signal: calm() });
    expect(link).toMatchObject({ kind: 'text', text: 'mode.sh' });
  });

  test('a submodule is one line on each side, and not a file that could be read', async () => {
    const made = repository();
    const inner = repository();
    inner.write('x', 'x\n');
    const commit = inner.commit('inner');
    made.commit('one');
    made.git('update-index', '--add', '--cacheinfo', `160000,${commit},sub`);
    made.git('commit', '--quiet', '-m', 'two');
    const [file] = await lastChange(made);
    expect(file).toMatchObject({ path: 'sub', status: 'added' });
    expect(file?.hunks[0]?.lines).toEqual([
      { kind: 'added', text: `Subproject commit ${commit}`, newLine: 1 },
    ]);
    const content = await readFileAt({ workspace: made.path, revision: 'HEAD', path: 'sub', signal: calm() });
    expect(content).toEqual({ kind: 'missing' });
  });

  test('a merge is compared with the side that was asked for', async () => {
    const made = repository();
    made.write('a', 'a\n');
    made.commit('base');
    made.git('checkout', '--quiet', '-b', 'side');
    made.write('side', 's\n');
    made.commit('side');
    made.git('checkout', '--quiet', 'main');
    made.write('main', 'm\n');
    made.commit('main');
    made.git('merge', '--quiet', '--no-edit', 'side');
    expect((await lastChange(made)).map(file => file.path)).toEqual(['side']);
    const branch = await readDiff({ workspace: made.path, range: 'main~1...side', signal: calm() });
    expect(branch.files.map(file => file.path)).toEqual(['side']);
  });

  test('a file in conflict is listed once', async () => {
    const made = repository();
    made.write('a', 'base\n');
    made.write('z', 'base\n');
    made.commit('base');
    made.git('checkout', '--quiet', '-b', 'side');
    made.write('a', 'side\n');
    made.commit('side');
    made.git('checkout', '--quiet', 'main');
    made.write('a', 'main\n');
    made.commit('main');
    expect(() => made.git('merge', '--quiet', 'side')).toThrow();
    made.write('z', 'changed\n');
    const { files } = await readDiff({ workspace: made.path, range: 'HEAD', signal: calm() });
    expect(files.map(file => [file.path, file.added])).toEqual([
      ['a', 4],
      ['z', 1],
    ]);
    expect(files[1]?.hunks[0]?.lines.at(-1)?.text).toBe('changed');
  });

  test('over the limit of a file have exact counts but no hunks', async () => {
    const made = repository();
    made.commit('one');
    made.write('big.txt', 'x'.repeat(50).concat('\n').repeat(1000));
    made.write('small.txt', 's\n');
    made.commit('two');
    const diff = await readDiff({
      workspace: made.path,
      range: 'HEAD~1..HEAD',
      signal: calm(),
      maxFileBytes: 10_000,
    });
    expect(diff.files[0]).toMatchObject({ added: 1000, hunks: [], omitted: 'larger than 10000 bytes' });
    expect(diff.files[1]).toMatchObject({ path: 'small.txt' });
    expect(diff.files[1]?.hunks.length).toBe(1);
  });

  test('after the limit of the whole change are listed without hunks', async () => {
    const made = repository();
    made.commit('one');
    for (const name of ['a', 'b', 'c', 'd']) made.write(name, `${name.repeat(99)}\n`.repeat(2000));
    made.commit('two');
    const maxTotalBytes = 450_000;
    const range = 'HEAD~1..HEAD';
    const diff = await readDiff({ workspace: made.path, range, signal: calm(), maxTotalBytes });
    expect(diff.files.map(file => file.omitted === undefined)).toEqual([true, true, false, false]);
    expect(diff.files.map(file => file.added)).toEqual([2000, 2000, 2000, 2000]);
  });
});

describe('a workspace below the top of the repository', () => {
  test('has paths of its own and sees nothing outside', async () => {
    const made = repository();
    made.write('outside.txt', 'o\n');
    made.write('packages/app/inside.txt', 'i\n');
    made.commit('one');
    made.write('outside.txt', 'oo\n');
    made.write('packages/app/inside.txt', 'ii\n');
    const head = made.commit('two');
    const workspace = join(made.path, 'packages/app');
    const diff = await readDiff({ workspace, range: 'HEAD~1..HEAD', signal: calm() });
    expect(diff.files.map(file => file.path)).toEqual(['inside.txt']);
    const at = { workspace, signal: calm() };
    expect(await readFileAt({ ...at, revision: head, path: 'inside.txt' })).toMatchObject({ text: 'ii\n' });
    for (const revision of [head, null]) {
      const attempt = readFileAt({ ...at, revision, path: '../../outside.txt' });
      expect((await failureOf(attempt)).code).toBe('OUTSIDE_WORKSPACE');
    }
    const paths = ['../../outside.txt'];
    const attempt = readDiff({ workspace, range: 'HEAD~1..HEAD', paths, signal: calm() });
    expect((await failureOf(attempt)).code).toBe('OUTSIDE_WORKSPACE');
  });
});

test('a linked working tree of a repository is read like any other', async () => {
  const made = repository();
  made.write('a', 'a\n');
  made.commit('one');
  const linked = join(made.path, 'linked');
  made.git('worktree', 'add', '--quiet', linked);
  makeRepository({ path: linked }).write('a', 'b\n');
  const diff = await readDiff({ workspace: linked, range: 'HEAD', signal: calm() });
  expect(diff.files.map(file => file.path)).toEqual(['a']);
});

describe('contents', () => {
  test('of many files come from one revision, whatever is in the working tree', async () => {
    const made = repository();
    const names = Array.from({ length: 300 }, (_, index) => `d${index % 7}/f${index}.txt`);
    for (const name of names) made.write(name, `${name}\n`);
    made.write('big', 'x'.repeat(5000));
    made.write('bin', Uint8Array.of(1, 0, 1));
    made.write('latin', Uint8Array.of(0x63, 0xe9, 0x0a));
    const revision = made.commit('one');
    for (const name of names) made.write(name, 'changed\n');
    const paths = ['missing\nmissing', ...names, 'd1', 'big', 'bin', 'latin'];
    const asked = { workspace: made.path, paths, signal: calm(), maxBytes: 4000 };
    const contents = await readFilesAt({ ...asked, revision });
    for (const name of names) expect(contents.get(name)).toMatchObject({ text: `${name}\n` });
    expect(contents.get('missing\nmissing')).toEqual({ kind: 'missing' });
    expect(contents.get('d1')).toEqual({ kind: 'missing' });
    expect(contents.get('big')).toEqual({ kind: 'too-large', bytes: 5000 });
    expect(contents.get('bin')).toEqual({ kind: 'binary', bytes: 3 });
    expect(contents.get('latin')).toMatchObject({ kind: 'text', text: 'cé\n' });
    const now = await readFilesAt({ ...asked, revision: null });
    expect(now.get('d0/f0.txt')).toMatchObject({ text: 'changed\n' });
    expect(now.get('big')).toEqual({ kind: 'too-large', bytes: 5000 });
  });

  test('stop at the limit for all files together', async () => {
    const made = repository();
    for (const name of ['a', 'b', 'c']) made.write(name, name.repeat(100));
    const head = made.commit('one');
    for (const revision of [head, null]) {
      const asked = { workspace: made.path, revision, paths: ['a', 'b', 'c'], signal: calm() };
      const contents = await readFilesAt({ ...asked, maxTotalBytes: 250 });
      expect([...contents.values()].map(content => content.kind)).toEqual(['text', 'text', 'too-large']);
    }
  });
});
