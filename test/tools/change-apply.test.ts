import { existsSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRepository, type TestRepository } from './git-repository.ts';
import { callTool, failureOf } from './tool-call.ts';

let made: TestRepository;

beforeEach(() => {
  made = makeRepository();
  made.write('a.txt', 'one\ntwo\nthree\n');
  made.write('dir/b.txt', 'b\n');
  made.commit('start');
});

afterEach(() => made.dispose());

const apply = (patch: string, workspace = made.path) => callTool(workspace, 'change.apply', { patch });
const read = (path: string) => readFileSync(join(made.path, path), 'utf8');

/** The patch of what `change` does to the working tree, which is put back. */
function patchOf(change: () => void, ...options: readonly string[]): string {
  change();
  made.git('add', '--all');
  const patch = `${made.git('diff', '--cached', '--binary', ...options)}\n`;
  made.git('reset', '--quiet', '--hard');
  return patch;
}

test('writes, adds and deletes, and says so', async () => {
  const patch = patchOf(() => {
    made.write('a.txt', 'one\nTWO\nthree\n');
    made.write('new/c.txt', 'c\n');
    made.remove('dir/b.txt');
  });
  const result = await apply(patch);
  expect(result).toEqual({
    files_changed: 3,
    files: [
      { path: 'a.txt', status: 'modified' },
      { path: 'dir/b.txt', status: 'deleted' },
      { path: 'new/c.txt', status: 'added' },
    ],
  });
  expect(read('a.txt')).toBe('one\nTWO\nthree\n');
  expect(existsSync(join(made.path, 'dir/b.txt'))).toBe(false);
  expect(made.git('diff', '--cached')).toBe('');
});

test('takes what change.check made', async () => {
  const files = [
    { path: 'a.txt', content: 'mended\n' },
    { path: 'bin/ö x.txt', content: 'no line feed' },
    { path: 'dir/b.txt', delete: true },
  ];
  const { patch } = await callTool(made.path, 'change.check', { files, tests: [], command: ['true'] });
  expect(await apply(patch)).toMatchObject({ files_changed: 3 });
  expect(read('a.txt')).toBe('mended\n');
  expect(read('bin/ö x.txt')).toBe('no line feed');
});

test('both names of a renamed file are looked at', async () => {
  const patch = patchOf(() => made.git('mv', 'dir/b.txt', 'moved.txt'), '-M');
  expect(patch).toContain('rename from');
  made.write('dir/b.txt', 'other work\n');
  expect((await failureOf(apply(patch))).message).toContain('dir/b.txt');
  made.git('checkout', '--quiet', '.');
  const result = await apply(patch);
  expect(result.files).toEqual([
    { path: 'dir/b.txt', status: 'deleted' },
    { path: 'moved.txt', status: 'added' },
  ]);
});

test('works in a subfolder of the repository and nowhere above it', async () => {
  const workspace = join(made.path, 'dir');
  const own = patchOf(() => made.write('dir/b.txt', 'B\n'), '--relative=dir');
  expect(await apply(own, workspace)).toEqual({
    files_changed: 1,
    files: [{ path: 'b.txt', status: 'modified' }],
  });
  expect(read('dir/b.txt')).toBe('B\n');
  made.git('checkout', '--quiet', '.');
  const above = patchOf(() => made.write('a.txt', 'x\n'));
  await failureOf(apply(above, workspace));
  await failureOf(apply(above.replaceAll('a.txt', '../a.txt'), workspace));
  expect(read('a.txt')).toBe('one\ntwo\nthree\n');
});

describe('refuses, and leaves every file as it is', () => {
  test('a patch that does not apply, as a whole', async () => {
    const patch = patchOf(() => {
      made.write('a.txt', 'one\nTWO\nthree\n');
      made.write('dir/b.txt', 'B\n');
    });
    made.write('a.txt', 'something else\n');
    made.commit('moved on');
    expect((await failureOf(apply(patch))).code).toBe('TOOL_FAILED');
    expect(made.git('status', '--porcelain')).toBe('');
  });

  test.each(['in the working tree', 'in the index'])('a file with other changes %s', async where => {
    const patch = patchOf(() => made.write('a.txt', 'one\nTWO\nthree\n'));
    made.write('a.txt', 'one\ntwo\nthree\nfour\nfive\nsix\n');
    if (where === 'in the index') made.git('add', 'a.txt');
    const failure = await failureOf(apply(patch));
    expect(failure).toMatchObject({ code: 'TOOL_FAILED' });
    expect(failure.message).toContain('not committed in a.txt');
    expect(read('a.txt')).toContain('six');
  });

  test('a new file over one that is not tracked, also when git ignores it', async () => {
    made.write('.gitignore', '*.log\n');
    made.commit('ignore');
    const patch = patchOf(() => made.write('x.txt', 'new\n'));
    made.write('x.txt', 'mine\n');
    expect((await failureOf(apply(patch))).message).toContain('x.txt');
    made.write('x.log', 'mine\n');
    const ignored = patch.replaceAll('x.txt', 'x.log');
    expect((await failureOf(apply(ignored))).message).toContain('x.log');
    expect(read('x.log')).toBe('mine\n');
  });

  test.each([
    ['../evil.txt'],
    ['/tmp/crew-evil.txt'],
    ['.git/hooks/pre-commit'],
    ['dir/.git/config'],
    ['.crew/runs.db'],
    ['linked/evil.txt'],
  ])('a patch of %s', async path => {
    symlinkSync('dir', join(made.path, 'linked'));
    made.commit('link');
    const patch = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
    const { code } = await failureOf(apply(patch));
    expect(['OUTSIDE_WORKSPACE', 'TOOL_ARGUMENTS']).toContain(code);
    expect(made.git('status', '--porcelain')).toBe('');
    expect(existsSync(join(made.path, 'dir/evil.txt'))).toBe(false);
  });

  test('links and submodules', async () => {
    const link = patchOf(() => symlinkSync('/etc', join(made.path, 'etc')));
    expect((await failureOf(apply(link))).code).toBe('TOOL_ARGUMENTS');
    symlinkSync('a.txt', join(made.path, 'l'));
    made.commit('link');
    const turned = patchOf(() => {
      made.remove('l');
      symlinkSync('/etc/passwd', join(made.path, 'l'));
    });
    expect((await failureOf(apply(turned))).code).toBe('TOOL_ARGUMENTS');
    expect(readlinkSync(join(made.path, 'l'))).toBe('a.txt');
    const module = `diff --git a/m b/m\nnew file mode 160000\nindex 0000000..${'1'.repeat(40)}\n--- /dev/null\n+++ b/m\n@@ -0,0 +1 @@\n+Subproject commit ${'1'.repeat(40)}\n`;
    expect((await failureOf(apply(module))).code).toBe('TOOL_ARGUMENTS');
  });

  test.each([[''], ['no patch at all'], ['diff --git a/a.txt b/a.txt\n']])(
    '%j, which is no patch',
    async patch => {
      expect((await failureOf(apply(patch))).code).toBe('TOOL_ARGUMENTS');
    },
  );
});

test('filters that the repository names are not started', async () => {
  const patch = patchOf(() => made.write('a.txt', 'one\nTWO\nthree\n'));
  made.write('.gitattributes', '*.txt filter=evil\n');
  made.commit('attributes');
  made.git('config', 'filter.evil.smudge', 'touch ran; cat');
  made.git('config', 'filter.evil.clean', 'touch ran; cat');
  await apply(patch);
  expect(read('a.txt')).toContain('TWO');
  expect(existsSync(join(made.path, 'ran'))).toBe(false);
});
