import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Review } from '../../src/model/review.ts';
import { makeFolder, makeRepository, type TestRepository } from '../tools/git-repository.ts';
import { crew, reviewCrew } from './crew-process.ts';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newRepository(): TestRepository {
  const repository = makeRepository();
  folders.push(repository.path);
  return repository;
}

function newFolder(): string {
  const folder = makeFolder();
  folders.push(folder);
  return folder;
}

const reviewIn = (path: string, ...args: readonly string[]) =>
  crew(['run', reviewCrew(), '--format', 'json', ...args], { from: path });

describe.concurrent('the code review of an odd change', () => {
  test('of nothing approves and calls no model', async () => {
    const repository = newRepository();
    repository.write('a.ts', 'export const a = 1;\n');
    repository.commit('Start');
    const { code, stdout, stderr } = await reviewIn(repository.path, '-i', 'range=HEAD..HEAD');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [], summary: { verdict: 'approve' } });
    expect(stderr).toContain('0 model calls');
  });

  test('of the first commit reviews all its files', async () => {
    const repository = newRepository();
    repository.write('run.py', 'import os\n\n\ndef run(name):\n    os.system("x " + name)\n');
    repository.commit('Start');
    const { code, stdout } = await reviewIn(repository.path);
    const { findings } = JSON.parse(stdout) as Review;
    expect(code).toBe(0);
    expect(findings.map(({ path, range }) => [path, ...range])).toContainEqual(['run.py', 5, 5]);
  });

  test('of binary files, renames and deletions finds nothing in them', async () => {
    const repository = newRepository();
    const old = 'export const old = (text: string) => eval(text);\n';
    repository.write('logo.png', Uint8Array.from([0x89, 0x50, 0, 1, 2]));
    repository.write('from.ts', old);
    repository.write('gone.ts', old);
    repository.commit('Start');
    repository.write('logo.png', Uint8Array.from([0x89, 0x50, 0, 3, 4]));
    repository.git('mv', 'from.ts', 'to.ts');
    repository.remove('gone.ts');
    repository.commit('Move and remove');
    const { code, stdout } = await reviewIn(repository.path);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Review).findings).toEqual([]);
  });

  test('of the working tree sees what is not committed', async () => {
    const repository = newRepository();
    repository.write('a.ts', 'export const a = 1;\n');
    repository.commit('Start');
    repository.write('a.ts', 'export const a = 1;\nexport const b = (text: string) => eval(text);\n');
    const { stdout } = await reviewIn(repository.path, '-i', 'range=HEAD');
    const { findings } = JSON.parse(stdout) as Review;
    expect(findings.map(({ path, range }) => [path, ...range])).toContainEqual(['a.ts', 2, 2]);
  });

  test('of file names with spaces, quotes, umlauts and line feeds names them right', async () => {
    const repository = newRepository();
    const names = ['a b.ts', 'ü.ts', 'qu"ote.ts', 'tab\there.ts', 'line\nfeed.ts', '-dash.ts'];
    repository.commit('Start');
    for (const name of names) {
      repository.write(name, `export const at = (text: string) => eval(text + ${JSON.stringify(name)});\n`);
    }
    repository.commit('Odd names');
    const { stdout } = await reviewIn(repository.path);
    const found = (JSON.parse(stdout) as Review).findings.filter(({ source }) =>
      source.some(name => name.endsWith('code-from-input')),
    );
    expect(found.map(({ path }) => path).sort()).toEqual([...names].sort());
  });

  test('from a folder below the top says that it sees only that folder', async () => {
    const repository = newRepository();
    repository.write('deep/er/a.ts', 'export const a = 1;\n');
    repository.commit('Start');
    repository.write('top.ts', 'export const a = (text: string) => eval(text);\n');
    repository.commit('Top');
    const { code, stdout } = await reviewIn(join(repository.path, 'deep/er'));
    const { findings, notices } = JSON.parse(stdout) as Review;
    expect([code, findings]).toEqual([0, []]);
    expect(notices.join()).toMatch(/`deep\/er\/` of its repository; changes outside it are not shown/);
  });

  test('of 10,000 files ends, says what it left out, and stays small', async () => {
    const repository = newRepository();
    repository.commit('Start');
    const files = Array.from({ length: 10_000 }, (_none, index) => {
      const text = `export const value${index} = (text: string) => eval(text);\n`;
      return `M 100644 inline src/file-${index}.ts\ndata ${text.length}\n${text}`;
    });
    const head = `commit refs/heads/main\ncommitter A <a@b> 1900000000 +0000\ndata 3\nBig\nfrom ${repository.git('rev-parse', 'HEAD')}\n`;
    repository.gitWithInput(head + files.join(''), 'fast-import', '--quiet');
    const { code, stdout, stderr } = await reviewIn(repository.path);
    const { findings, notices, dropped } = JSON.parse(stdout) as Review;
    expect(code, stderr).toBe(0);
    expect(findings.length).toBeGreaterThan(0);
    expect(notices.join('\n') + dropped.overLimit).toMatch(/\d/);
    expect(notices).not.toEqual([]);
    expect(stdout.length).toBeLessThan(1_000_000);
    expect(stderr.length).toBeLessThan(100_000);
  });
});

describe.concurrent('the code review where there is nothing to review', () => {
  test('outside a repository exits with 3 and says what to do', async () => {
    const { code, stdout, stderr } = await reviewIn(newFolder());
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('NOT_A_REPOSITORY');
    expect(stderr).toContain('name one with `--cwd`');
  });

  test('with an unknown revision exits with 2 and names it', async () => {
    const repository = newRepository();
    repository.commit('Start');
    const { code, stderr } = await reviewIn(repository.path, '-i', 'range=nowhere..HEAD');
    expect(code).toBe(2);
    expect(stderr).toContain('REVISION_UNKNOWN');
    expect(stderr).toContain('nowhere');
  });

  test('with a revision that looks like a flag does not hand it to git as one', async () => {
    const repository = newRepository();
    repository.commit('Start');
    const { code, stderr } = await reviewIn(repository.path, '-i', 'range=--output=/tmp/owned');
    expect(code).toBe(2);
    expect(stderr).toContain('REVISION_UNKNOWN');
  });

  test('in a repository without a commit exits with a code', async () => {
    const { code, stderr } = await reviewIn(newRepository().path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/REVISION_UNKNOWN/);
  });

  test('in a shallow clone exits with 3 and says how to get more', async () => {
    const origin = newRepository();
    for (const text of ['1', '2', '3']) {
      origin.write('a.ts', `export const a = ${text};\n`);
      origin.commit(text);
    }
    const clone = join(newFolder(), 'clone');
    mkdirSync(clone);
    origin.git('clone', '--quiet', '--depth=1', `file://${origin.path}`, clone);
    const { code, stderr } = await reviewIn(clone);
    expect(code).toBe(3);
    expect(stderr).toContain('HISTORY_SHALLOW');
    expect(stderr).toContain('git fetch --deepen');
  });
});
