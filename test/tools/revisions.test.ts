import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readDiff } from '../../src/tools/git/read-diff.ts';
import { makeFolder, makeRepository, type TestRepository } from './git-repository.ts';
import { callTool, calm, failureOf } from './tool-call.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = makeFolder();
  folders.push(made);
  return made;
}

function repository(commits = 0): TestRepository {
  const made = makeRepository();
  folders.push(made.path);
  for (let number = 1; number <= commits; number += 1) {
    made.write('a.txt', `${'line\n'.repeat(number)}`);
    made.commit(`commit ${number}`);
  }
  return made;
}

function shallowClone(of: TestRepository): string {
  const path = join(folder(), 'clone');
  of.git('clone', '--quiet', '--depth=1', `file://${of.path}`, path);
  return path;
}

const readRange = (workspace: string, range: string) => readDiff({ workspace, range, signal: calm() });

describe('a revision that cannot be had', () => {
  test('is NOT_A_REPOSITORY outside of one', async () => {
    const failure = await failureOf(readRange(folder(), 'HEAD'));
    expect(failure.code).toBe('NOT_A_REPOSITORY');
  });

  test.each(['nope', 'nope..HEAD', 'HEAD..nope', 'HEAD...nope', 'HEAD:a.txt'])(
    'is REVISION_UNKNOWN for %j',
    async range => {
      const failure = await failureOf(readRange(repository(2).path, range));
      expect(failure.code).toBe('REVISION_UNKNOWN');
      expect(failure.message).toContain(range.includes('a.txt') ? 'HEAD:a.txt' : 'nope');
    },
  );

  test.each(['--output=stolen', '-h', '--exec=x..HEAD', 'HEAD..--no-index', 'HEAD\n--all', '^HEAD', '--all'])(
    'is never taken for an option: %j',
    async range => {
      const made = repository(2);
      for (const tool of ['git.diff', 'git.log']) {
        expect((await failureOf(callTool(made.path, tool, { range }))).code).toBe('REVISION_UNKNOWN');
      }
      const shown = await failureOf(callTool(made.path, 'git.show', { revision: range }));
      expect(shown.code).toBe('REVISION_UNKNOWN');
      expect(made.git('status', '--porcelain')).toBe('');
    },
  );

  test('says that there is no commit yet', async () => {
    const failure = await failureOf(readRange(repository().path, 'HEAD~1..HEAD'));
    expect(failure).toMatchObject({ code: 'REVISION_UNKNOWN' });
    expect(failure.message).toContain('no commit yet');
  });

  test('is HISTORY_SHALLOW when a shallow clone lacks it', async () => {
    const made = repository(3);
    const old = made.git('rev-parse', 'HEAD~2');
    const clone = shallowClone(made);
    for (const range of ['HEAD~1..HEAD', 'HEAD^', 'HEAD~2..HEAD', `${old}..HEAD`]) {
      expect((await failureOf(readRange(clone, range))).code).toBe('HISTORY_SHALLOW');
    }
    const shown = await failureOf(callTool(clone, 'git.show', { revision: 'HEAD' }));
    expect(shown.code).toBe('HISTORY_SHALLOW');
    expect((await failureOf(readRange(clone, 'nope..HEAD'))).code).toBe('REVISION_UNKNOWN');
  });

  test('says that the history is not that long', async () => {
    const failure = await failureOf(readRange(repository(2).path, 'HEAD~5..HEAD'));
    expect(failure.code).toBe('REVISION_UNKNOWN');
    expect(failure.message).toContain('HEAD~5');
  });

  test('says that two histories have nothing in common', async () => {
    const made = repository(1);
    made.git('checkout', '--quiet', '--orphan', 'other');
    made.commit('unrelated');
    const failure = await failureOf(readRange(made.path, 'main...other'));
    expect(failure).toMatchObject({ code: 'REVISION_UNKNOWN' });
  });
});

describe('a range', () => {
  test('before the first commit shows everything, and says so', async () => {
    const made = repository(1);
    for (const range of ['HEAD~1..HEAD', 'HEAD^..HEAD', 'main~..main']) {
      const change = await callTool(made.path, 'git.diff', { range });
      expect(change).toMatchObject({ files_changed: 1, added: 1, head: made.git('rev-parse', 'HEAD') });
      expect(change.notices).toEqual([expect.stringContaining('before the first commit')]);
      expect(change.commits.map((commit: { subject: string }) => commit.subject)).toEqual(['commit 1']);
    }
  });

  test('may start just before a first commit that is some way back', async () => {
    const made = repository(3);
    const change = await callTool(made.path, 'git.diff', { range: 'HEAD~3..HEAD~1' });
    expect(change).toMatchObject({ added: 2, removed: 0, head: made.git('rev-parse', 'HEAD~1') });
    expect(change.notices).toEqual([expect.stringContaining('`HEAD~3` is before the first commit')]);
    expect(change.commits.length).toBe(2);
  });

  test('of nothing has no files and is no error', async () => {
    const change = await callTool(repository(2).path, 'git.diff', { range: 'HEAD..HEAD' });
    expect(change).toMatchObject({ files: [], files_changed: 0, patch: '', truncated: false, commits: [] });
  });

  test('of one revision is the working tree, staged or not', async () => {
    const made = repository(2);
    made.write('a.txt', 'changed\n');
    made.write('staged.txt', 'new\n');
    made.git('add', 'staged.txt');
    made.write('untracked.txt', 'x\n');
    const change = await callTool(made.path, 'git.diff', { range: 'HEAD' });
    expect(change.range).toBe(made.git('rev-parse', 'HEAD'));
    expect(change.head).toBe(null);
    expect(change.files.map((file: { path: string }) => file.path)).toEqual(['a.txt', 'staged.txt']);
  });

  test('has HEAD for a side that is left out', async () => {
    const made = repository(3);
    const change = await callTool(made.path, 'git.diff', { range: 'HEAD~2..' });
    expect(change.range).toBe(`${made.git('rev-parse', 'HEAD~2')}..${made.git('rev-parse', 'HEAD')}`);
    expect(change.commits.length).toBe(2);
  });
});
