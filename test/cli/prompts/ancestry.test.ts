import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePromptRepository, PROMPT, type PromptRepository, promptText } from './prompt-repository.ts';

let repository: PromptRepository;
beforeEach(() => {
  repository = makePromptRepository();
});
afterEach(() => repository.dispose());

const show = (ref: string) => repository.crew('prompt', 'show', ref);
const text = async (ref: string): Promise<string> => (await show(ref)).stdout;
const hash = async (ref: string): Promise<string> =>
  (await repository.json<{ shown: { hash: string } }>('prompt', 'show', ref)).shown.hash.slice(0, 8);

function commit(words: string): string {
  repository.prompt(words);
  return repository.commit(words);
}

/** Two branches that both changed the prompt; `side` is checked out last, `main` is where the merge goes. */
function branch(): void {
  commit('base');
  repository.git('checkout', '-q', '-b', 'side');
  commit('side');
  repository.git('checkout', '-q', 'main');
  commit('main');
}

function mergeWith(words: string): void {
  repository.git('merge', '-q', '-s', 'ours', '--no-commit', 'side');
  commit(words);
}

describe('the version before', () => {
  test('is of the history of that version, not of another branch that was merged', async () => {
    branch();
    const [side, main] = [await hash('merge@HEAD~0'), await hash('merge@HEAD')];
    expect(side).toBe(main);
    const ofSide = (await hash('merge')).slice(0, 8);
    repository.git('checkout', '-q', 'side');
    const sideHash = await hash('merge@HEAD');
    expect(sideHash).not.toBe(ofSide);
    repository.git('checkout', '-q', 'main');
    mergeWith('both');
    expect(await text(`merge@${sideHash}^`)).toBe(promptText('base'));
    expect(await text(`merge@${ofSide}^`)).toBe(promptText('base'));
  });

  test('of a merge is that of its first parent, and the others are named', async () => {
    branch();
    mergeWith('both');
    const { stdout, stderr } = await show('merge^');
    expect(stdout).toBe(promptText('main'));
    expect(stderr).toMatch(/merge@\w{8} is a merge: before it also stood merge@\w{8}/);
    expect(await text('merge~2')).toBe(promptText('base'));
    expect((await show('merge~3')).stderr).toContain('goes back behind the first version');
    const diff = await repository.crew('prompt', 'diff', 'merge');
    expect(diff.stdout).toContain('[-main-] {+both+}');
    expect(diff.stderr).toContain('is a merge');
    expect((await repository.crew('prompt', 'rollback', 'merge', 'HEAD^')).stderr).toContain('is a merge');
  });

  test('follows a rename, also into a folder', async () => {
    commit('one, two, three, four');
    commit('one, two, three, five');
    repository.git('mv', 'prompts', 'words');
    repository.git('mv', 'words/merge.prompt.md', 'words/join.prompt.md');
    repository.write('words/join.prompt.md', promptText('one, two, three, six'));
    repository.commit('Move');
    expect(await text('join^')).toBe(promptText('one, two, three, five'));
    expect(await text('join~2')).toBe(promptText('one, two, three, four'));
  });

  test('of a label on an earlier time of the same words is that of then', async () => {
    commit('one');
    repository.git('tag', 'prompt/merge/first');
    commit('two');
    commit('one');
    expect(await text('merge^')).toBe(promptText('two'));
    expect(await text('merge^^')).toBe(promptText('one'));
    expect((await show('merge@first^')).stderr).toContain('goes back behind the first version');
  });

  test('is found where the prompt was away in between, on the way of its own branch', async () => {
    commit('one');
    repository.remove(PROMPT);
    repository.commit('Gone');
    repository.git('checkout', '-q', '-b', 'side');
    commit('side');
    repository.git('checkout', '-q', 'main');
    commit('two');
    expect(await text('merge^')).toBe(promptText('one'));
    expect((await show('merge^^')).stderr).toContain('goes back behind the first version');
  });
});
