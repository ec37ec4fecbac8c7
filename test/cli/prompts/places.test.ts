import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crew } from '../../e2e/crew-process.ts';
import { makePromptRepository, PROMPT, type PromptRepository, promptText } from './prompt-repository.ts';

let repository: PromptRepository;
beforeEach(() => {
  repository = makePromptRepository();
  repository.prompt('one');
  repository.commit('One');
});
afterEach(() => repository.dispose());

const below = (folder: string, ...args: readonly string[]) =>
  crew(args, { from: join(repository.path, folder) });

describe('a prompt outside of the folder that crew was called in', () => {
  beforeEach(async () => {
    await repository.crew('prompt', 'pin', '--all');
    repository.prompt('two');
    repository.write('app/README.md', 'x');
  });

  test('has its history, and what --frozen proposes works', async () => {
    const { stderr } = await below('app', 'check', '../a.crew.yaml', '--frozen');
    const [, proposed = ''] = /`crew (prompt diff [^`]+)`/.exec(stderr.replaceAll(/\s+/g, ' ')) ?? [];
    expect(proposed).toBe('prompt diff ../prompts/merge@lock');
    const diff = await below('app', ...proposed.split(' '));
    expect({ code: diff.code, stderr: diff.stderr }).toEqual({ code: 0, stderr: '' });
    expect(diff.stdout).toContain('[-one-] {+two+}');
    expect((await below('app', 'prompt', 'show', '../prompts/merge@HEAD')).stdout).toBe(promptText('one'));
  });

  test('has it also from another repository, or from none', async () => {
    mkdirSync(join(repository.path, 'other'));
    repository.git('init', '-q', 'other');
    const shown = await below('other', 'prompt', 'show', '../prompts/merge@HEAD');
    expect(shown).toMatchObject({ code: 0, stdout: promptText('one') });
  });
});

test('the prompts of a submodule have the labels that it has', async () => {
  repository.git('tag', 'prompt/merge/production');
  mkdirSync(join(repository.path, 'inner'));
  repository.git('init', '-q', '-b', 'main', 'inner');
  const inner = (...args: readonly string[]) => repository.git('-C', 'inner', ...args);
  repository.prompt('inside', 'inner/prompts/merge.prompt.md');
  repository.write('inner/prompts/_style.prompt.md', 'Be long.\n');
  inner('add', '-A');
  inner('commit', '-q', '-m', 'Inside');
  inner('tag', 'prompt/merge/inside');
  const { folders } = await repository.json<{
    folders: readonly { folder: string; prompts: readonly { state: string; labels: readonly object[] }[] }[];
  }>('prompt', 'list');
  const [own, other] = folders;
  expect(own?.prompts[0]?.labels).toMatchObject([{ label: 'production' }]);
  expect(other).toMatchObject({ folder: 'inner/prompts' });
  expect(other?.prompts[0]).toMatchObject({ state: 'committed', labels: [{ label: 'inside' }] });
});

describe('a label', () => {
  const listed = async (): Promise<string> => (await repository.crew('prompt', 'list')).stdout;

  test('of a prompt of the same name in another folder is not lost', async () => {
    repository.git('tag', 'prompt/merge/production');
    repository.write('other/prompts/merge.prompt.md', 'Another\n');
    repository.commit('Another');
    expect(await listed()).toContain('production');
    expect(await listed()).not.toContain('lost');
    const { stderr } = await repository.crew('prompt', 'show', 'other/prompts/merge@production');
    expect(stderr).toContain('has no version `production`; it has no label');
  });

  test('that stands on a later commit, after the folder has moved, is not lost for an earlier checkout', async () => {
    repository.git('tag', 'prompt/merge/early');
    mkdirSync(join(repository.path, 'words'));
    repository.git('mv', 'prompts', 'words/prompts');
    repository.commit('Move');
    repository.prompt('two', 'words/prompts/merge.prompt.md');
    repository.commit('Two');
    repository.git('tag', 'prompt/merge/production');
    repository.git('checkout', '-q', '--detach', 'prompt/merge/early');
    rmSync(join(repository.path, '.crew'), { recursive: true, force: true });
    expect(await listed()).toMatch(/early, production \(@\w{8}\)/);
    expect((await repository.crew('prompt', 'show', 'merge@production')).stdout).toBe(promptText('two'));
    const { stderr } = await repository.crew('prompt', 'show', 'merge@production^');
    const [, there = ''] = /`(words[^`]+)`/.exec(stderr) ?? [];
    expect((await repository.crew('prompt', 'show', there)).stdout).toBe(promptText('one'));
    const { commit } = await repository.json<{ commit: string }>('prompt', 'tag', 'merge', 'v', 'production');
    expect(commit).toBe(repository.git('rev-parse', 'prompt/merge/production'));
  });

  test('on a commit without any prompt of that name is lost', async () => {
    repository.git('rm', '-q', PROMPT);
    repository.commit('Gone');
    repository.git('tag', 'prompt/merge/gone');
    repository.prompt('two');
    repository.commit('Two');
    expect(await listed()).toContain('gone (lost)');
  });
});

test('a prompt whose folder has moved is brought back to where it is committed', async () => {
  mkdirSync(join(repository.path, 'x'));
  repository.git('mv', 'prompts', 'x/prompts');
  repository.commit('Move');
  repository.remove('x/prompts/merge.prompt.md');
  const { code, stdout, stderr } = await repository.crew('prompt', 'rollback', 'merge', 'HEAD');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('x/prompts/merge.prompt.md written');
  rmSync(join(repository.path, 'x'), { recursive: true });
  expect((await repository.crew('prompt', 'show', 'merge@HEAD')).stdout).toBe(promptText('one'));
});
