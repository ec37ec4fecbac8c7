import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crew } from '../../e2e/crew-process.ts';
import { makeFolder } from '../../tools/git-repository.ts';
import { makePromptRepository, PROMPT, type PromptRepository, promptText } from './prompt-repository.ts';

let repository: PromptRepository;
beforeEach(() => {
  repository = makePromptRepository();
});
afterEach(() => repository.dispose());

interface Log {
  readonly noHistory: string | null;
  readonly isShallow: boolean;
  readonly versions: readonly {
    readonly state: string;
    readonly hash?: string;
    readonly subject?: string;
    readonly author?: string;
    readonly path: string;
    readonly renamedFrom?: string;
    readonly renamedTo?: string;
    readonly elsewhere?: true;
    readonly labels: readonly string[];
  }[];
}

const logOf = (name = 'merge'): Promise<Log> => repository.json('prompt', 'log', name);
const subjects = async (name = 'merge') => (await logOf(name)).versions.map(({ subject }) => subject);
const show = async (ref: string) => (await repository.crew('prompt', 'show', ref)).stdout;

describe('a prompt that was renamed', () => {
  beforeEach(() => {
    repository.prompt('one, two, three, four');
    repository.commit('One');
    repository.git('tag', 'prompt/merge/v1');
    repository.git('mv', PROMPT, 'prompts/join.prompt.md');
    repository.prompt('one, two, three, five', 'prompts/join.prompt.md');
    repository.commit('Rename and change');
  });

  test('has the versions and the labels of its former name', async () => {
    expect((await logOf('join')).versions).toMatchObject([
      { subject: 'Rename and change', renamedFrom: PROMPT },
      { subject: 'One', path: PROMPT, labels: ['v1'] },
    ]);
    expect(await show('join@v1')).toBe(promptText('one, two, three, four'));
    expect(await show('join^')).toBe(promptText('one, two, three, four'));
  });

  test('is told at the old name, where a new prompt has its own life', async () => {
    expect((await logOf()).versions).toMatchObject([
      { state: 'gone', renamedTo: 'prompts/join.prompt.md' },
      { state: 'committed', subject: 'One' },
    ]);
    repository.write(PROMPT, 'Something else altogether.\n');
    repository.commit('Another');
    expect(await subjects('join')).toEqual(['Rename and change', 'One']);
    expect(await subjects()).toEqual(['Another', 'Rename and change', 'One']);
  });

  test('is followed when its whole folder moves', async () => {
    mkdirSync(join(repository.path, 'words'));
    repository.git('mv', 'prompts', 'words/prompts');
    repository.commit('Move');
    expect(await subjects('join')).toEqual(['Move', 'Rename and change', 'One']);
    expect(await show('join@v1')).toBe(promptText('one, two, three, four'));
  });
});

describe('a prompt that came and went', () => {
  test('is told, and its versions are found again', async () => {
    repository.prompt('one');
    repository.commit('One');
    repository.remove(PROMPT);
    repository.commit('Gone');
    repository.prompt('one');
    repository.commit('Back');
    const { versions } = await logOf();
    expect(versions.map(({ state, subject }) => [state, subject])).toEqual([
      ['committed', 'Back'],
      ['gone', 'Gone'],
      ['committed', 'One'],
    ]);
    expect(versions[0]?.hash).toBe(versions[2]?.hash);
    expect((await repository.crew('prompt', 'show', 'merge^')).stderr).toContain(
      'goes back behind the first',
    );
  });

  test('and is gone is not resolved by a label on a commit without it', async () => {
    repository.commit('Nothing yet');
    repository.git('tag', 'prompt/merge/empty');
    repository.prompt('one');
    repository.commit('One');
    const { code, stderr } = await repository.crew('prompt', 'show', 'merge@empty');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /the tag `prompt\/merge\/empty` stands on the commit \w{8}, in which there is no `prompts\/merge.prompt.md`/,
    );
    const list = await repository.crew('prompt', 'list');
    expect(list.stdout).toContain('empty (lost)');
  });

  test('a label on something that is no commit is no version', async () => {
    repository.prompt('one');
    repository.commit('One');
    repository.git('tag', 'prompt/merge/blob', repository.git('rev-parse', `HEAD:${PROMPT}`));
    const { code, stderr } = await repository.crew('prompt', 'show', 'merge@blob');
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toContain('stands on no commit');
  });
});

describe('branches', () => {
  beforeEach(() => {
    repository.prompt('base');
    repository.commit('Base');
    repository.git('checkout', '-q', '-b', 'side');
    repository.prompt('side');
    repository.commit('Side');
    repository.git('checkout', '-q', 'main');
  });

  test('what is only on another branch is shown as that, and can be named', async () => {
    const { versions } = await logOf();
    expect(versions).toMatchObject([{ subject: 'Side', elsewhere: true }, { subject: 'Base' }]);
    expect(await show(`merge@${versions[0]?.hash?.slice(0, 8)}`)).toBe(promptText('side'));
    expect(await show('merge@HEAD')).toBe(promptText('base'));
  });

  test('a merge that takes one side makes no version, and one with its own words does', async () => {
    repository.write('other.txt', 'x');
    repository.commit('Other');
    repository.git('merge', '-q', '--no-ff', '-m', 'Take the side', 'side');
    expect((await logOf()).versions.map(({ subject, elsewhere }) => [subject, elsewhere])).toEqual([
      ['Side', undefined],
      ['Base', undefined],
    ]);
    repository.git('checkout', '-q', '-b', 'third', 'HEAD~1');
    repository.prompt('third');
    repository.commit('Third');
    repository.git('merge', '-q', '-s', 'ours', '--no-commit', 'main');
    repository.prompt('both');
    repository.commit('Both');
    expect(await subjects()).toEqual(['Both', 'Third', 'Side', 'Base']);
    expect(await show('merge@HEAD')).toBe(promptText('both'));
  });

  test('what is checked out is what counts, with HEAD on no branch', async () => {
    repository.git('checkout', '-q', '--detach', 'side');
    expect(await subjects()).toEqual(['Side', 'Base']);
    repository.git('checkout', '-q', '--detach', 'main');
    expect((await logOf()).versions[0]).toMatchObject({ subject: 'Side', elsewhere: true });
    repository.git('branch', '-D', 'side');
    repository.git('reflog', 'expire', '--expire=now', '--all');
    repository.git('gc', '-q', '--prune=now');
    repository.prompt('later');
    repository.commit('Later');
    expect((await logOf()).versions[0]).toMatchObject({ subject: 'Later' });
  });
});

describe('odd places', () => {
  test('a shallow clone says that it knows a part', async () => {
    for (const words of ['one', 'two', 'three']) {
      repository.prompt(words);
      repository.commit(words);
    }
    const clone = makeFolder();
    const source = pathToFileURL(repository.path).href;
    execFileSync('git', ['clone', '-q', '--depth', '2', source, clone]);
    const { stdout, stderr } = await crew(['prompt', 'log', 'merge'], { from: clone });
    expect(stderr).toContain('this clone is shallow');
    expect(stdout.match(/^merge@/gm)).toHaveLength(2);
    const back = await crew(['prompt', 'show', 'merge~2'], { from: clone });
    expect(back.stderr).toContain('goes back behind the first version of `merge`; this clone is shallow');
    rmSync(clone, { recursive: true });
  });

  test('without a repository only what is there is known', async () => {
    rmSync(join(repository.path, '.git'), { recursive: true });
    repository.prompt('one');
    const { stdout, stderr, code } = await repository.crew('prompt', 'log', 'merge');
    expect(code).toBe(0);
    expect(stderr).toContain('versions are those of the working tree only: expected a git repository');
    const [, hash = ''] = /^merge@([0-9a-f]{8})/m.exec(stdout) ?? [];
    expect(await show(`merge@${hash.slice(0, 4)}`)).toBe(promptText('one'));
    expect((await repository.crew('prompt', 'show', 'merge@v1')).code).toBe(2);
    expect((await repository.crew('prompt', 'tag', 'merge', 'v1')).stderr).toContain('NOT_A_REPOSITORY');
    expect((await repository.crew('prompt', 'pin', '--all')).stdout).toContain(`merge@${hash} is locked now`);
    expect((await repository.crew('prompt', 'list')).stdout).toContain('merge');
  });

  test('without git on the PATH it is the same', async () => {
    repository.prompt('one');
    repository.commit('One');
    const empty = makeFolder();
    const call = { from: repository.path, env: { PATH: empty } };
    const { stdout, stderr, code } = await crew(['prompt', 'log', 'merge'], call);
    expect({ code, count: stdout.match(/^merge@/gm)?.length }).toEqual({ code: 0, count: 1 });
    expect(stderr).toContain('the program `git` was not found on the PATH');
    expect((await crew(['prompt', 'show', 'merge'], call)).stdout).toBe(promptText('one'));
    rmSync(empty, { recursive: true });
  });

  test('before the first commit nothing is committed', async () => {
    repository.prompt('one');
    expect((await logOf()).versions.map(({ state }) => state)).toEqual(['uncommitted']);
    expect((await repository.crew('prompt', 'show', 'merge@HEAD')).code).toBe(2);
    expect((await repository.crew('prompt', 'tag', 'merge', 'v1')).code).toBe(2);
  });

  test('in a folder below the top of the repository, with a name in another script', async () => {
    const below = 'näher/提示 x';
    repository.prompt('one', `${below}/prompts/merge.prompt.md`);
    repository.git('-c', 'user.name=Łukasz 山', 'commit', '-q', '--allow-empty', '-m', 'Empty');
    repository.commit('Größe ändern');
    const { stdout } = await crew(['prompt', 'log', 'merge'], { from: join(repository.path, below) });
    expect(stdout).toContain('Größe ändern');
    expect((await logOf(`${below}/prompts/merge`)).versions).toHaveLength(1);
    await repository.crew('prompt', 'tag', `${below}/prompts/merge`, 'geprüft');
    expect(await show(`${below}/prompts/merge@geprüft`)).toBe(promptText('one'));
  });

  test('a checkout with Windows line ends is the same version', async () => {
    repository.prompt('one');
    repository.commit('One');
    writeFileSync(join(repository.path, PROMPT), promptText('one').replaceAll('\n', '\r\n'));
    writeFileSync(join(repository.path, 'prompts/_style.prompt.md'), 'Be short.\r\n');
    expect((await logOf()).versions.map(({ state }) => state)).toEqual(['committed']);
    const { code } = await repository.crew('prompt', 'tag', 'merge', 'v1');
    expect(code).toBe(0);
  });

  test('a link in the place of a prompt is not written over', async () => {
    repository.prompt('one');
    repository.commit('One');
    const outside = join(makeFolder(), 'secret.md');
    writeFileSync(outside, 'mine');
    repository.remove(PROMPT);
    symlinkSync(outside, join(repository.path, PROMPT));
    const { code } = await repository.crew('prompt', 'rollback', 'merge', 'HEAD', '--force');
    expect(code).toBe(3);
    expect(readFileSync(outside, 'utf8')).toBe('mine');
  });
});

describe('odd contents', () => {
  test('a prompt of 1 MB is read and compared', async () => {
    const words = 'word '.repeat(200_000);
    repository.write(PROMPT, `Before ${words}after one.\n`);
    repository.commit('Long');
    repository.write(PROMPT, `Before ${words}after two.\n`);
    repository.commit('Longer');
    expect((await repository.crew('prompt', 'show', 'merge^')).stdout).toBe(`Before ${words}after one.\n`);
    const { stdout } = await repository.crew('prompt', 'diff', 'merge');
    expect(stdout).toContain('after [-one.-] {+two.+}');
    expect(stdout.length).toBeLessThan(2_000);
  });

  test('control characters of authors, subjects and labels reach no terminal', async () => {
    repository.write(PROMPT, 'Say \u001b[31mred\u001b]52;c;x\u0007.\n');
    repository.git('add', '.');
    repository.git('-c', 'user.name=x', 'commit', '-q', '-m', 'Sub\u001b[2Jject \u202eevil\u0001');
    for (const args of [['log', 'merge'], ['list'], ['diff', 'merge', 'merge@HEAD']]) {
      const { stdout, stderr } = await repository.crew('prompt', ...args);
      expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u{202e}]/u);
    }
    const { stderr } = await repository.crew('prompt', 'show', 'merge@HEAD');
    expect(stderr).toContain('Sub\\u{1b}[2Jject \\u{202e}evil\\u{1}');
  });

  test('a partial that is not there, or puts itself in, is a version like any other', async () => {
    repository.prompt('one');
    repository.remove('prompts/_style.prompt.md');
    repository.commit('Without');
    repository.write('prompts/_style.prompt.md', '{% render "style" %}\n');
    repository.commit('Round');
    expect(await subjects()).toEqual(['Round', 'Without']);
    expect((await repository.crew('prompt', 'pin', 'merge')).code).toBe(0);
    expect((await repository.crew('prompt', 'diff', 'merge')).code).toBe(0);
  });

  test('an index that is broken, or cannot be kept, is made anew', async () => {
    repository.prompt('one');
    repository.commit('One');
    expect(await subjects()).toEqual(['One']);
    const cache = join(repository.path, '.crew/cache');
    const [file = ''] = execFileSync('ls', [cache], { encoding: 'utf8' }).trim().split('\n');
    const kept = readFileSync(join(cache, file), 'utf8');
    for (const broken of ['', '{', kept.slice(0, kept.length / 2), '{"format":99}\n', kept.slice(0, -3)]) {
      writeFileSync(join(cache, file), broken);
      expect(await subjects()).toEqual(['One']);
    }
    rmSync(cache, { recursive: true });
    writeFileSync(cache, 'no folder');
    expect(await subjects()).toEqual(['One']);
  });
});

test('labels of prompts of one name in several folders are their own', async () => {
  const paths = ['a/prompts/note', 'b/prompts/note', 'c d/prompts/note', 'note'];
  for (const path of paths) repository.write(`${path}.prompt.md`, `One of ${path}\n`);
  repository.commit('One');
  const tag = async (path: string) => {
    const { stdout } = await repository.crew('prompt', 'tag', path.includes('/') ? path : `./${path}`, 'v');
    return /`([^`]+)`/.exec(stdout)?.[1];
  };
  const [first = '', ...others] = paths;
  expect(await tag(first)).toBe('prompt/a/prompts/note/v');
  for (const path of paths) repository.write(`${path}.prompt.md`, `Two of ${path}\n`);
  repository.commit('Two');
  const tags: unknown[] = [];
  for (const path of others) tags.push(await tag(path));
  expect(tags).toEqual(['prompt/b/prompts/note/v', 'prompt/c%20d/prompts/note/v', 'prompt/-/note/v']);
  const texts = await Promise.all(
    paths.map(path => repository.crew('prompt', 'show', `${path.includes('/') ? '' : './'}${path}@v`)),
  );
  const numbers = ['One', 'Two', 'Two', 'Two'];
  expect(texts.map(({ stdout }) => stdout)).toEqual(paths.map((path, at) => `${numbers[at]} of ${path}\n`));
});

test('a label from before another folder had the name stays where it was, and counts until it is moved', async () => {
  repository.write('a/prompts/note.prompt.md', 'One\n');
  const first = repository.commit('One');
  await repository.crew('prompt', 'tag', 'note', 'v');
  repository.write('a/prompts/note.prompt.md', 'Two\n');
  repository.write('b/prompts/note.prompt.md', 'B\n');
  repository.commit('Two');
  expect((await repository.crew('prompt', 'show', 'a/prompts/note@v')).stdout).toBe('One\n');
  const { stdout } = await repository.crew('prompt', 'tag', 'a/prompts/note', 'v');
  expect(stdout).toContain('`prompt/a/prompts/note/v`');
  expect(repository.git('rev-parse', 'prompt/note/v')).toBe(first);
  expect((await repository.crew('prompt', 'show', 'a/prompts/note@v')).stdout).toBe('Two\n');
});

test('small words that mislead nobody', async () => {
  repository.prompt('one');
  repository.write('broken.crew.yaml', 'version: 1\n');
  repository.commit('One');
  const said = async (...args: readonly string[]): Promise<string> => (await repository.crew(...args)).stderr;
  expect(await said('prompt', 'diff', 'merge')).toContain('has only one version');
  expect(await said('prompt', 'list')).toContain('`broken.crew.yaml` has errors');
  const tag = () =>
    repository.json<{ movedFrom: string | null; moved: boolean }>('prompt', 'tag', 'merge', 'v');
  expect(await tag()).toMatchObject({ moved: true, movedFrom: null });
  expect(await tag()).toMatchObject({ moved: false, movedFrom: null });
  await repository.crew('run', 'a.crew.yaml', '--run-id', 'shown');
  expect(await said('show', 'shown', '--prompt', 'merge')).toContain(
    'say `crew show shown merge --prompt 1`',
  );
  rmSync(join(repository.path, 'prompts'), { recursive: true });
  await repository.crew('prompt', 'rollback', 'merge', 'v');
  expect(statSync(join(repository.path, 'prompts')).mode & 0o055).toBe(0o055);
});
