import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findRenames, folderCommits, folderTrees } from '../../src/tools/git/folder-history.ts';
import { readObjects } from '../../src/tools/git/read-objects.ts';
import { isAncestor, moveTag, repositoryState } from '../../src/tools/git/refs.ts';
import { fc } from '../laws.ts';
import { makeFolder, makeRepository, type TestRepository } from './git-repository.ts';

let repository: TestRepository;
beforeEach(() => {
  repository = makeRepository();
});
afterEach(() => repository.dispose());

const { signal } = new AbortController();
const place = (folder = 'words') => ({ workspace: repository.path, signal, folder });
const store = (content: string | Uint8Array): string =>
  repository.gitWithInput(content, 'hash-object', '-w', '--stdin');

describe('the commits of a folder', () => {
  test('are those that touched it, newest first, merges with their own words too', async () => {
    repository.write('words/a', '1');
    const first = repository.commit('First\n\nwith a body');
    repository.write('other', '1');
    repository.commit('Other');
    repository.git('checkout', '-q', '-b', 'side');
    repository.write('words/a', '2');
    const side = repository.commit('Side');
    repository.git('checkout', '-q', 'main');
    repository.write('words/b', '1');
    const main = repository.commit('Main');
    repository.git('merge', '-q', '--no-ff', '-m', 'Merge', 'side');
    const merge = repository.git('rev-parse', 'HEAD');
    const commits = await folderCommits(place(), { tips: [merge] });
    expect(commits?.[0]).toMatchObject({ id: merge, subject: 'Merge', author: 'Ada Lovelace' });
    expect(commits?.[0]?.parents).toEqual([main, side]);
    expect(commits?.map(({ id }) => id).toSorted()).toEqual([first, side, main, merge].toSorted());
    expect(commits?.at(-1)).toMatchObject({ id: first, subject: 'First', date: '2030-01-02T03:04:05+01:00' });
    const rest = await folderCommits(place(), { tips: [merge], except: [main] });
    expect(rest?.map(({ id }) => id)).toEqual([merge, side]);
    expect(await folderCommits(place('nowhere'), { tips: [merge] })).toEqual([]);
    expect(await folderCommits(place(''), { tips: [merge] })).toHaveLength(5);
  });

  test('are undefined when a commit is not there, and none without tips', async () => {
    repository.commit('Empty');
    expect(await folderCommits(place(), { tips: ['a'.repeat(40)] })).toBeUndefined();
    expect(await folderCommits(place(), { tips: [] })).toEqual([]);
  });

  test('take the name of a folder as it is', async () => {
    for (const folder of ['*', ':(top)', '-x', 'a b', 'näh']) {
      repository.write(`${folder}/a`, folder);
      const id = repository.commit(folder);
      const commits = await folderCommits(place(folder), { tips: [id] });
      expect(commits?.map(({ subject }) => subject)).toEqual([folder]);
      const tree = (await folderTrees(place(folder), [id], () => true)).get(id);
      expect([...(tree?.keys() ?? [])]).toEqual(['a']);
    }
  });
});

describe('the trees of a folder', () => {
  test('hold its plain files by name, without links and folders', async () => {
    repository.write('words/b c', '1');
    repository.write('words/ä', '1');
    repository.write('words/in/side', '1');
    repository.git('add', '.');
    repository.git('update-index', '--add', '--cacheinfo', `120000,${store('b c')},words/link`);
    repository.git('commit', '-q', '-m', 'One');
    const id = repository.git('rev-parse', 'HEAD');
    const trees = await folderTrees(place(), [id, 'b'.repeat(40)], () => true);
    expect([...trees.keys()]).toEqual([id]);
    expect([...(trees.get(id)?.keys() ?? [])].toSorted()).toEqual(['b c', 'ä']);
    expect(trees.get(id)?.get('ä')).toBe(repository.git('rev-parse', 'HEAD:words/ä'));
  });

  test('that are the same are the same object', async () => {
    repository.write('words/a', '1');
    const first = repository.commit('First');
    repository.write('other', '1');
    const second = repository.commit('Second');
    const trees = await folderTrees(place(), [first, second], () => true);
    expect(trees.get(first)).toBeDefined();
    expect(trees.get(first)).toBe(trees.get(second));
  });
});

test('files that were renamed and changed are found, wherever they came from', async () => {
  repository.write('old/a', 'one\ntwo\nthree\nfour\nfive\n');
  const parent = repository.commit('First');
  repository.remove('old/a');
  repository.write('words/new', 'one\ntwo\nthree\nfour\n5\n');
  const commit = repository.commit('Second');
  const renamed = { commit, from: 'old/a', to: 'words/new' };
  expect(await findRenames(place(), [{ commit, parent }])).toEqual([renamed]);
  expect(await findRenames(place(), [])).toEqual([]);
});

describe('objects', () => {
  test('come in order, whole, and undefined where there is none', async () => {
    const long = `${'x'.repeat(3_000_000)}\n\nend`;
    const [large = '', empty = '', line = '', short = ''] = [long, '', '\n', 'a\nb'].map(store);
    const names = [large, empty, 'c'.repeat(40), line, short, large];
    const found: (string | undefined)[] = [];
    await readObjects({ workspace: repository.path, signal, names }, (name, object) => {
      expect(name).toBe(names[found.length]);
      found.push(object?.content.toString('utf8'));
    });
    expect(found).toEqual([long, '', undefined, '\n', 'a\nb', long]);
  });

  test('of any bytes come back as they are', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 4 }), async list => {
        const names = list.map(store);
        const found: string[] = [];
        await readObjects({ workspace: repository.path, signal, names }, (_name, object) => {
          found.push(object?.content.toString('hex') ?? 'none');
        });
        expect(found).toEqual(list.map(content => Buffer.from(content).toString('hex')));
      }),
      { numRuns: 10 },
    );
  });
});

describe('the state of a repository', () => {
  test('has no head before the first commit, and refs with the commits behind them after it', async () => {
    const empty = { top: repository.path, prefix: '', shallow: false, refs: new Map() };
    expect(await repositoryState(repository.path, signal)).toEqual(empty);
    repository.write('a/b', '1');
    const id = repository.commit('First');
    repository.git('tag', '-a', '-m', 'note', 'noted');
    const blob = repository.git('rev-parse', 'HEAD:a/b');
    repository.git('tag', 'blob', blob);
    const state = await repositoryState(`${repository.path}/a`, signal);
    expect(state).toMatchObject({ top: repository.path, prefix: 'a/', head: id });
    expect([...state.refs]).toEqual([
      ['refs/heads/main', { object: id, commit: id }],
      ['refs/tags/blob', { object: blob }],
      ['refs/tags/noted', { object: repository.git('rev-parse', 'noted'), commit: id }],
    ]);
  });

  test('is refused where another folder is taken for the working tree', async () => {
    for (const tree of [makeFolder(), `${repository.path}/inner`]) {
      mkdirSync(tree, { recursive: true });
      repository.git('config', 'core.worktree', tree);
      const codes = ['OUTSIDE_WORKSPACE', 'TOOL_FAILED'];
      const failure = await repositoryState(repository.path, signal).catch(error => error);
      expect(codes).toContain(failure.code);
    }
  });
});

test('a tag is made and moved, but not when somebody else has moved it', async () => {
  const first = repository.commit('First');
  const second = repository.commit('Second');
  const call = { workspace: repository.path, signal };
  await moveTag(call, { tag: 'x/y', to: first, from: undefined });
  expect(repository.git('rev-parse', 'x/y')).toBe(first);
  await moveTag(call, { tag: 'x/y', to: second, from: first });
  expect(repository.git('rev-parse', 'x/y')).toBe(second);
  for (const from of [first, undefined]) {
    const late = moveTag(call, { tag: 'x/y', to: first, from });
    await expect(late).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  }
  const bad = moveTag(call, { tag: 'x..y', to: first, from: undefined });
  await expect(bad).rejects.toMatchObject({ code: 'USAGE' });
  expect(await isAncestor(call, { ancestor: first, of: second })).toBe(true);
  expect(await isAncestor(call, { ancestor: second, of: first })).toBe(false);
  expect(await isAncestor(call, { ancestor: 'd'.repeat(40), of: first })).toBe(false);
});
