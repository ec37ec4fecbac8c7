import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, makeRepository, type TestRepository } from './git-repository.ts';
import { callTool, failureOf } from './tool-call.ts';

let made: TestRepository;
let tagged: string;

beforeAll(() => {
  made = makeRepository();
  made.commit('zero');
  made.git('tag', 'v1.0.0');
  made.commit('one\n\nWith a body.');
  tagged = made.commit('two');
  made.git('tag', '--annotate', 'v1.1.0', '--message', 'the second one');
  // A branch with the name of the tag must not be taken for it.
  made.git('branch', 'v1.1.0', 'HEAD~2');
  made.commit('three\n\nBREAKING CHANGE: all is new');
  made.commit('four');
});
afterAll(() => made.dispose());

const subjects = async (args: object): Promise<unknown> => {
  const { commits, since } = await callTool(made.path, 'git.log', { ...args });
  return { since, subjects: commits.map((commit: { subject: string }) => commit.subject) };
};

test('the commits since the nearest tag, with their bodies', async () => {
  expect(await subjects({ since: 'latest-tag' })).toEqual({ since: 'v1.1.0', subjects: ['four', 'three'] });
  const { commits } = await callTool(made.path, 'git.log', { since: 'latest-tag' });
  expect(commits[1].body).toBe('BREAKING CHANGE: all is new');
});

test('since a tag or a revision, up to another one', async () => {
  expect(await subjects({ since: 'v1.0.0', range: tagged })).toEqual({
    since: 'v1.0.0',
    subjects: ['two', 'one'],
  });
  expect(await subjects({ since: 'latest-tag', range: `${tagged}~1` })).toEqual({
    since: 'v1.0.0',
    subjects: ['one'],
  });
});

test('a tag on the revision itself leaves nothing', async () => {
  expect(await subjects({ since: 'latest-tag', range: tagged })).toEqual({ since: 'v1.1.0', subjects: [] });
});

test('a limit says that there are more', async () => {
  expect(await callTool(made.path, 'git.log', { since: 'v1.0.0', limit: 3 })).toMatchObject({
    truncated: true,
  });
});

test('without any tag the whole history counts, and nothing limits it', async () => {
  const bare = makeRepository();
  bare.commit('only');
  expect(await callTool(bare.path, 'git.log', { since: 'latest-tag' })).toMatchObject({
    since: null,
    commits: [{ subject: 'only' }],
  });
  bare.dispose();
});

test('a shallow clone that lacks the tag says so instead of giving too little', async () => {
  const folder = makeFolder();
  const path = join(folder, 'clone');
  made.git('clone', '--quiet', '--depth=1', '--no-tags', `file://${made.path}`, path);
  expect(await failureOf(callTool(path, 'git.log', { since: 'latest-tag' }))).toMatchObject({
    code: 'HISTORY_SHALLOW',
  });
  rmSync(folder, { recursive: true });
});

test.each([
  [{ since: 'nowhere' }, 'REVISION_UNKNOWN'],
  [{ since: '--all' }, 'REVISION_UNKNOWN'],
  [{ since: 'latest-tag', range: 'v1.0.0..HEAD' }, 'TOOL_ARGUMENTS'],
])('%j fails with %s', async (args, code) => {
  expect(await failureOf(callTool(made.path, 'git.log', args))).toMatchObject({ code });
});
