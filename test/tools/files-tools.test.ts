import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBuiltinTools } from '../../src/tools/builtin.ts';
import { workspacePath } from '../../src/tools/workspace-path.ts';
import { makeFolder } from './git-repository.ts';
import { callTool, failureOf } from './tool-call.ts';

let top: string;
let workspace: string;

function write(path: string, content: string | Uint8Array): void {
  const file = join(workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

beforeEach(() => {
  top = makeFolder();
  workspace = join(top, 'workspace');
  mkdirSync(workspace);
  writeFileSync(join(top, 'secret.txt'), 'secret\n');
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('a path', () => {
  test.each([
    '../secret.txt',
    'a/../../secret.txt',
    'missing/../../secret.txt',
    '/etc/passwd',
    '..',
    'a\0b',
    '.git/config',
    'sub/.GIT/config',
  ])('outside is refused: %j', async path => {
    expect((await failureOf(workspacePath(workspace, path))).code).toBe('OUTSIDE_WORKSPACE');
    expect((await failureOf(callTool(workspace, 'files.read', { path }))).code).toBe('OUTSIDE_WORKSPACE');
  });

  test('outside is refused also beside a folder whose name begins the same', async () => {
    mkdirSync(`${workspace}-twin`);
    expect((await failureOf(workspacePath(workspace, '../workspace-twin'))).code).toBe('OUTSIDE_WORKSPACE');
  });

  test('inside is resolved, whether it exists or not', async () => {
    write('a/b.txt', 'b\n');
    symlinkSync('a', join(workspace, 'to-a'));
    expect(await workspacePath(workspace, 'to-a/b.txt')).toBe(join(workspace, 'a/b.txt'));
    expect(await workspacePath(workspace, 'to-a/new/file.txt')).toBe(join(workspace, 'a/new/file.txt'));
    expect(await workspacePath(workspace, join(workspace, 'a'))).toBe(join(workspace, 'a'));
    expect(await workspacePath(workspace, '..dots/..file')).toBe(join(workspace, '..dots/..file'));
    expect(await workspacePath(workspace, '.')).toBe(workspace);
  });

  test('through a link that leads out is refused, also when its target does not exist', async () => {
    symlinkSync(top, join(workspace, 'up'));
    symlinkSync('../secret.txt', join(workspace, 'file'));
    symlinkSync('../not-there-yet', join(workspace, 'dangling'));
    symlinkSync('up', join(workspace, 'twice'));
    mkdirSync(join(workspace, 'deep/er'), { recursive: true });
    symlinkSync('deep/er', join(workspace, 'down'));
    for (const path of ['up/secret.txt', 'file', 'dangling', 'dangling/x', 'twice/secret.txt', 'up']) {
      expect((await failureOf(workspacePath(workspace, path))).code).toBe('OUTSIDE_WORKSPACE');
    }
    // For the file system `down/../x` is `deep/x`; as text it is `x`. Either is inside, and what is checked is read.
    expect(await workspacePath(workspace, 'down/../x')).toBe(join(workspace, 'x'));
  });

  test('in a circle of links is refused', async () => {
    symlinkSync('b', join(workspace, 'a'));
    symlinkSync('a', join(workspace, 'b'));
    expect((await failureOf(workspacePath(workspace, 'a/x'))).code).toBe('TOOL_FAILED');
  });
});

describe('files.read', () => {
  test('gives the asked lines', async () => {
    write('a.txt', 'one\ntwo\nthree\nfour\n');
    const result = await callTool(workspace, 'files.read', { path: 'a.txt', from: 2, to: 3 });
    expect(result).toEqual({
      path: 'a.txt',
      binary: false,
      bytes: 19,
      from: 2,
      to: 3,
      total_lines: 4,
      text: 'two\nthree',
      truncated: false,
    });
    const whole = await callTool(workspace, 'files.read', { path: 'a.txt', to: 99 });
    expect(whole).toMatchObject({ from: 1, to: 4, truncated: false });
  });

  test('says what it does not show', async () => {
    write('long.txt', `${'x'.repeat(999)}\n`.repeat(500));
    write('wide.txt', 'x'.repeat(300_000));
    write('binary', Uint8Array.of(1, 0, 2));
    write('huge', 'x'.repeat(8 * 1024 * 1024 + 1));
    write('empty.txt', '');
    const read = (path: string) => callTool(workspace, 'files.read', { path });
    expect(await read('long.txt')).toMatchObject({ from: 1, to: 100, total_lines: 500, truncated: true });
    const wide = await read('wide.txt');
    expect(wide).toMatchObject({ to: 1, truncated: true });
    expect(wide.text).toMatch(/x \[line cut\]$/);
    expect(await read('binary')).toMatchObject({ binary: true, text: '', omitted: 'a binary file' });
    expect(await read('huge')).toMatchObject({ text: '', truncated: true, bytes: 8 * 1024 * 1024 + 1 });
    expect(await read('empty.txt')).toMatchObject({
      from: 1,
      to: 0,
      total_lines: 0,
      text: '',
      truncated: false,
    });
  });

  test('fails with a code when there is no such file or line', async () => {
    write('folder/a.txt', 'a\n');
    const codes = async (args: { path: string; from?: number; to?: number }) =>
      (await failureOf(callTool(workspace, 'files.read', args))).code;
    expect(await codes({ path: 'missing' })).toBe('FILE_NOT_FOUND');
    expect(await codes({ path: 'folder' })).toBe('FILE_NOT_FOUND');
    expect(await codes({ path: 'folder/a.txt/x' })).toBe('FILE_NOT_FOUND');
    expect(await codes({ path: 'folder/a.txt', from: 2 })).toBe('TOOL_ARGUMENTS');
    expect(await codes({ path: 'folder/a.txt', from: 3, to: 2 })).toBe('TOOL_ARGUMENTS');
  });
});

describe('files.list', () => {
  beforeEach(() => {
    for (const path of ['z.ts', 'src/a.ts', 'src/deep/b.ts', 'src/deep/c.md', '.github/ci.yml'])
      write(path, 'x\n');
    for (const path of ['.git/config', 'node_modules/m/index.ts', 'src/node_modules/x.ts', '.crew/runs.db']) {
      write(path, 'x\n');
    }
  });

  const list = async (args: { path?: string; glob?: string; limit?: number }) =>
    (await callTool(workspace, 'files.list', args)).files;

  test('lists near files first and skips what is no source', async () => {
    expect(await list({})).toEqual(['z.ts', '.github/ci.yml', 'src/a.ts', 'src/deep/b.ts', 'src/deep/c.md']);
    expect(await list({ path: 'src/deep' })).toEqual(['src/deep/b.ts', 'src/deep/c.md']);
    expect(await list({ path: 'z.ts' })).toEqual(['z.ts']);
  });

  test('takes globs over paths or names', async () => {
    expect(await list({ glob: '*.ts' })).toEqual(['z.ts', 'src/a.ts', 'src/deep/b.ts']);
    expect(await list({ glob: 'src/**/*.{ts,md}' })).toEqual(['src/a.ts', 'src/deep/b.ts', 'src/deep/c.md']);
    expect(await list({ glob: './src/*' })).toEqual(['src/a.ts']);
  });

  test('says when there are more', async () => {
    expect(await callTool(workspace, 'files.list', { limit: 2 })).toMatchObject({ truncated: true });
    expect(await callTool(workspace, 'files.list', { limit: 5 })).toMatchObject({ truncated: false });
  });

  test.each([
    '*a*a*a*a*a*a*a*a*b',
    '{a,b}'.repeat(20),
    '{1..1000000}',
    '{{a,b},{c,d}}',
    '+(a|a)+(a|a)b',
    '**/**/**/**/**/x',
    'x'.repeat(1000),
  ])('refuses the costly glob %j', async glob => {
    expect((await failureOf(list({ glob }))).code).toBe('TOOL_ARGUMENTS');
  });

  test('follows links to files inside only, and no links to folders', async () => {
    symlinkSync('src/a.ts', join(workspace, 'inside.ts'));
    symlinkSync('../secret.txt', join(workspace, 'outside.ts'));
    symlinkSync('.git/config', join(workspace, 'config.ts'));
    symlinkSync('gone', join(workspace, 'gone.ts'));
    symlinkSync('.', join(workspace, 'src/circle'));
    expect(await list({ glob: '*.ts' })).toEqual(['inside.ts', 'z.ts', 'src/a.ts', 'src/deep/b.ts']);
    const found = await callTool(workspace, 'files.search', { query: 'secret' });
    expect(found.matches).toEqual([]);
  });

  test('fails with a code when there is no such folder', async () => {
    expect((await failureOf(list({ path: 'nope' }))).code).toBe('FILE_NOT_FOUND');
    expect((await failureOf(list({ path: '..' }))).code).toBe('OUTSIDE_WORKSPACE');
  });
});

describe('files.search', () => {
  beforeEach(() => {
    write('a.ts', 'const a = f(1);\nconst b = f(2); f(3);\n\nlast f(');
    write('src/b.md', 'text with f(x)\r\n');
    write('binary', Uint8Array.of(0x66, 0x28, 0));
    write('large.txt', 'f(\n'.repeat(400_000));
  });

  const search = (args: { query: string; regex?: boolean; path?: string; glob?: string; limit?: number }) =>
    callTool(workspace, 'files.search', args);

  test('takes the query literally and counts a line once', async () => {
    const found = await search({ query: 'f(' });
    expect(found.matches).toEqual([
      { path: 'a.ts', line: 1, text: 'const a = f(1);' },
      { path: 'a.ts', line: 2, text: 'const b = f(2); f(3);' },
      { path: 'a.ts', line: 4, text: 'last f(' },
      { path: 'src/b.md', line: 1, text: 'text with f(x)\r' },
    ]);
    expect(found).toMatchObject({ files_searched: 2, truncated: false });
    expect(found.notices).toEqual([expect.stringContaining('1 files over')]);
    expect((await search({ query: '\nconst' })).matches).toMatchObject([{ line: 1 }]);
    expect((await search({ query: '\n' })).matches.length).toBe(4);
  });

  test('narrows by path, glob and limit', async () => {
    expect((await search({ query: 'f(', path: 'src' })).matches.length).toBe(1);
    expect((await search({ query: 'f(', glob: '*.ts' })).matches.length).toBe(3);
    expect(await search({ query: 'f(', limit: 2 })).toMatchObject({ truncated: true, files_searched: 1 });
    expect(await search({ query: 'f(', limit: 4 })).toMatchObject({ truncated: false });
  });

  test('takes a regular expression when told to', async () => {
    const found = await search({ query: '^const \\w = f\\(\\d\\);$', regex: true });
    expect(found.matches).toEqual([{ path: 'a.ts', line: 1, text: 'const a = f(1);' }]);
    expect((await failureOf(search({ query: '(', regex: true }))).code).toBe('TOOL_ARGUMENTS');
  });

  test('shows a part of a long line, with the match in it', async () => {
    write('min.js', `${'x'.repeat(100_000)}needle${'y'.repeat(100_000)}`);
    for (const regex of [false, true]) {
      const [match] = (await search({ query: 'needle', regex })).matches;
      expect(match.text).toContain('needle');
      expect(match.text.length).toBe(300);
    }
  });

  test('an expression that backtracks for ever ends with a code, and the process goes on meanwhile', async () => {
    write('evil.txt', `${'a'.repeat(60)}!\n`);
    let ticks = 0;
    const clock = setInterval(() => {
      ticks += 1;
    }, 10);
    const failure = await failureOf(search({ query: '^(a+)+$', regex: true, path: 'evil.txt' }));
    clearInterval(clock);
    expect(failure.code).toBe('TOOL_FAILED');
    expect(failure.message).toContain('simpler');
    expect(ticks).toBeGreaterThan(10);
  });

  test('aborting ends a regular expression at once', async () => {
    write('evil.txt', `${'a'.repeat(60)}!\n`);
    const abort = new AbortController();
    const tool = createBuiltinTools().get('files.search');
    const context = { workspace, signal: abort.signal, notice: () => undefined };
    const running = failureOf(
      Promise.resolve(tool?.call({ query: '^(a+)+$', regex: true, path: 'evil.txt' }, context)),
    );
    setTimeout(() => abort.abort(), 20);
    expect((await running).message).toContain('stopped');
  });
});
