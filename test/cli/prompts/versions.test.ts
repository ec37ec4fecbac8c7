import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePromptRepository, PROMPT, type PromptRepository, promptText } from './prompt-repository.ts';

let repository: PromptRepository;
beforeEach(() => {
  repository = makePromptRepository();
});
afterEach(() => repository.dispose());

const read = (path: string): string => readFileSync(join(repository.path, path), 'utf8');

interface Log {
  readonly noHistory: string | null;
  readonly versions: readonly {
    readonly state: string;
    readonly version?: string;
    readonly hash: string;
    readonly commit?: string;
    readonly subject?: string;
    readonly path: string;
    readonly renamedFrom?: string;
    readonly labels: readonly string[];
    readonly figures: {
      readonly runs: number;
      readonly succeeded: number;
      readonly spend: { readonly calls: number };
    };
    readonly uses: readonly { readonly runId: string; readonly at: readonly string[] }[];
  }[];
}

const logOf = (name = 'merge'): Promise<Log> => repository.json('prompt', 'log', name);
const hashOf = async (ref: string): Promise<string> =>
  (await repository.json<{ shown: { hash: string } }>('prompt', 'show', ref)).shown.hash;

describe('crew prompt log', () => {
  test('lists what is not committed, then every version, newest first', async () => {
    repository.prompt('one');
    const first = repository.commit('One');
    repository.prompt('two');
    const second = repository.commit('Two');
    repository.prompt('three');
    const { versions } = await logOf();
    expect(versions.map(({ state, commit, subject }) => ({ state, commit, subject }))).toEqual([
      { state: 'uncommitted' },
      { state: 'committed', commit: second, subject: 'Two' },
      { state: 'committed', commit: first, subject: 'One' },
    ]);
    expect(new Set(versions.map(({ hash }) => hash)).size).toBe(3);
  });

  test('keeps what runs had, and git never did', async () => {
    repository.prompt('one');
    repository.commit('One');
    repository.write('other/merge.prompt.md', 'Another\n');
    repository.prompt('two');
    const two = await hashOf('merge');
    await repository.crew('run', 'a.crew.yaml', '--run-id', 'lost');
    repository.prompt('three');
    const { versions } = await logOf('prompts/merge');
    expect(versions.map(({ state }) => state)).toEqual(['uncommitted', 'ran', 'committed']);
    expect(versions[1]).toMatchObject({ hash: two, figures: { runs: 1 }, uses: [{ runId: 'lost' }] });
    expect((await repository.crew('prompt', 'log', 'prompts/merge')).stdout).toContain('known from runs');
    const shown = await repository.crew('prompt', 'show', `merge@${two.slice(0, 8)}`);
    expect(shown.code).toBe(2);
    expect(shown.stderr).toContain(`\`merge@${two.slice(0, 8)}\` was never committed`);
    expect(shown.stderr).toContain('lost');
    expect((await logOf('other/merge')).versions.map(({ state }) => state)).toEqual(['uncommitted']);
  });

  test('a changed partial makes a new version of what puts it in', async () => {
    repository.prompt('one');
    repository.commit('One');
    repository.write('prompts/_style.prompt.md', 'Be long.\n');
    const commit = repository.commit('Longer');
    const { versions } = await logOf();
    expect(versions[0]).toMatchObject({ commit, subject: 'Longer' });
    expect(versions).toHaveLength(2);
  });

  test('joins each version with its runs and what they spent', async () => {
    repository.prompt('one');
    repository.commit('One');
    await repository.crew('run', 'a.crew.yaml', '--run-id', 'first');
    await repository.crew('run', 'a.crew.yaml', '--run-id', 'second');
    repository.prompt('two');
    await repository.crew('run', 'a.crew.yaml', '--run-id', 'third');
    for (const _again of ['folded', 'kept']) {
      const { versions } = await logOf();
      expect(versions.map(({ figures }) => [figures.runs, figures.succeeded])).toEqual([
        [1, 1],
        [2, 2],
      ]);
      expect(versions[1]?.uses.map(({ runId, at }) => ({ runId, at })).toSorted(byRun)).toEqual([
        { runId: 'first', at: ['phases.merge.task'] },
        { runId: 'second', at: ['phases.merge.task'] },
      ]);
      expect(versions[1]?.figures.spend.calls).toBe(2);
    }
    const shown = await repository.crew('show', 'third');
    const [latest] = (await logOf()).versions;
    expect(shown.stdout).toMatch(new RegExp(`^prompt +${latest?.version} {2}phases.merge.task$`, 'm'));
    const json = await repository.json<{ prompts: readonly object[] }>('show', 'third');
    expect(json.prompts).toMatchObject([{ at: 'phases.merge.task', name: 'merge', hash: latest?.hash }]);
  });

  test('has the labels of each version', async () => {
    repository.prompt('one');
    repository.commit('One');
    await repository.crew('prompt', 'tag', 'merge', 'production');
    repository.prompt('two');
    repository.commit('Two');
    expect((await logOf()).versions.map(({ labels }) => labels)).toEqual([[], ['production']]);
    const { stdout } = await repository.crew('prompt', 'log', 'merge');
    expect(stdout).toMatch(/^merge@[0-9a-f]{8} {2}\w{8} {2}2030-01-02 .*Ada Lovelace {2}production {2}One$/m);
  });
});

function byRun(left: { readonly runId: string }, right: { readonly runId: string }): number {
  return left.runId < right.runId ? -1 : 1;
}

describe('a reference', () => {
  beforeEach(() => {
    for (const words of ['one', 'two', 'three']) {
      repository.prompt(words);
      repository.commit(words);
    }
    repository.git('tag', '-a', '-m', 'A note', 'prompt/merge/annotated', 'HEAD~1');
    repository.git('tag', 'prompt/merge/v2', 'HEAD~1');
    repository.prompt('four');
  });

  test.each([
    ['merge', 'four'],
    ['merge@HEAD', 'three'],
    ['merge^', 'three'],
    ['merge^^', 'two'],
    ['merge~2', 'two'],
    ['merge@HEAD^', 'two'],
    ['merge@v2', 'two'],
    ['merge@annotated', 'two'],
    ['merge@v2^', 'one'],
    ['prompts/merge@v2', 'two'],
    ['prompts/merge.prompt.md@v2', 'two'],
  ])('%s is the version with `%s`', async (ref, words) => {
    const { stdout, stderr, code } = await repository.crew('prompt', 'show', ref);
    expect({ stdout, code, stderr: stderr.split('\n')[1] }).toEqual({
      stdout: promptText(words),
      code: 0,
      stderr: '',
    });
  });

  test('by the beginning of a hash is the version that has it, also an uncommitted one', async () => {
    const [four, three] = [await hashOf('merge'), await hashOf('merge@HEAD')];
    for (const [hash, words] of [
      [four, 'four'],
      [three, 'three'],
    ] as const) {
      const { stdout } = await repository.crew('prompt', 'show', `merge@${hash.slice(0, 5)}`);
      expect(stdout).toBe(promptText(words));
    }
  });

  test.each([
    ['merge@nothing', 'has no version `nothing`; there is `annotated`, `v2`; its latest versions are merge@'],
    ['merge@v3', 'did you mean `v2`?'],
    ['merge@ffffffffff', 'has no version `ffffffffff`'],
    ['merge@v2^^', 'goes back behind the first version of `merge`'],
    ['marge', 'there is no prompt `marge`; did you mean `merge`?'],
    ['other/merge', 'there is no prompt `merge` in `other`'],
    ['Merge!', 'is no name of a prompt: names are lower-case letters'],
    ['merge@--exec', 'is no label and no hash'],
  ])('%s is refused with what there is', async (ref, words) => {
    const { code, stderr } = await repository.crew('prompt', 'show', ref);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });

  test('that two versions fit is refused with both', async () => {
    const hash = await hashOf('merge@HEAD^');
    repository.git('tag', `prompt/merge/${hash.slice(0, 6)}`, 'HEAD');
    const { code, stderr } = await repository.crew('prompt', 'show', `merge@${hash.slice(0, 6)}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /may be merge@[0-9a-f]{12} \(2030-01-02 two\), or merge@[0-9a-f]{12} \(2030-01-02 three\)/,
    );
  });

  test('to a name in two folders asks which', async () => {
    repository.git('mv', 'prompts', 'left');
    repository.write('right/merge.prompt.md', 'Right.\n');
    repository.commit('Two folders');
    const { code, stderr } = await repository.crew('prompt', 'show', 'merge');
    expect(code).toBe(2);
    expect(stderr).toContain('several folders have a prompt `merge`: `left/merge`, `right/merge`');
    const own = await repository.crew('prompt', 'show', 'right/merge');
    expect(own.stdout).toBe('Right.\n');
  });
});

describe('crew prompt tag', () => {
  beforeEach(() => {
    repository.prompt('one');
    repository.commit('One');
    repository.prompt('two');
    repository.commit('Two');
  });

  test('moves the label and says from where to where', async () => {
    const [one, two] = [await hashOf('merge^'), await hashOf('merge')];
    const first = await repository.crew('prompt', 'tag', 'merge', 'production', 'merge^');
    expect(first.stdout).toContain(`\`prompt/merge/production\` stands on merge@${one.slice(0, 8)}`);
    const again = await repository.crew('prompt', 'tag', 'merge', 'production', one.slice(0, 8));
    expect(again.stdout).toContain('already');
    const moved = await repository.crew('prompt', 'tag', 'merge', 'production');
    expect(moved.stdout).toContain(`moved from merge@${one.slice(0, 8)} to merge@${two.slice(0, 8)}`);
    expect(moved.stderr).toContain('git push --force origin refs/tags/prompt/merge/production');
    expect(repository.git('rev-parse', 'prompt/merge/production')).toBe(repository.git('rev-parse', 'HEAD'));
  });

  test('refuses what is not committed, and names that would be read as something else', async () => {
    repository.prompt('three');
    const uncommitted = await repository.crew('prompt', 'tag', 'merge', 'production');
    expect(uncommitted.stderr).toContain('error[PROMPT_UNCOMMITTED]');
    expect(uncommitted.code).toBe(2);
    for (const label of ['HEAD', 'beef', 'a/b', '-x', '..', 'x.lock']) {
      const { code } = await repository.crew('prompt', 'tag', 'merge', '--', label);
      expect({ label, code }).toEqual({ label, code: 2 });
    }
    expect(repository.git('tag')).toBe('');
  });

  test('moves a label that is an annotated tag, and leaves one where it stands already', async () => {
    repository.git('tag', '-a', '-m', 'A note', 'prompt/merge/kept', 'HEAD');
    const note = repository.git('rev-parse', 'prompt/merge/kept');
    expect((await repository.crew('prompt', 'tag', 'merge', 'kept')).stdout).toContain('already');
    expect(repository.git('rev-parse', 'prompt/merge/kept')).toBe(note);
    repository.git('tag', '-a', '-m', 'A note', 'prompt/merge/production', 'HEAD~1');
    const object = repository.git('rev-parse', 'prompt/merge/production');
    const { code, stderr } = await repository.crew('prompt', 'tag', 'merge', 'production');
    expect(code).toBe(0);
    expect(stderr).toContain(
      `! the note of the tag did not move with it; \`git cat-file -p ${object.slice(0, 8)}\` shows it`,
    );
    expect(repository.git('rev-parse', 'prompt/merge/production')).toBe(repository.git('rev-parse', 'HEAD'));
  });
});

describe('crew prompt diff', () => {
  test('shows words, what samples become, changed partials, and the figures of both', async () => {
    repository.prompt('say it well');
    repository.commit('One');
    await repository.crew('run', 'a.crew.yaml');
    repository.prompt('say it very well');
    repository.write('prompts/_style.prompt.md', 'Be quite short.\n');
    const { stdout } = await repository.crew('prompt', 'diff', 'merge');
    expect(stdout).toContain('say it {+very+} well');
    expect(stdout).toContain(
      'with {"topic":"bees"}\nBe {+quite+} short.\nWrite about bees: say it {+very+} well',
    );
    expect(stdout).toContain('── _style\nBe {+quite+} short.\n');
    expect(stdout).toMatch(/^merge@\w{8} {2}1 run: 1 succeeded, 0 failed/m);
    expect(stdout).toMatch(/^merge@\w{8} {2}no run used it here$/m);
  });

  test('of what is committed compares with the version before, and of two names with each other', async () => {
    repository.prompt('one');
    repository.prompt('short', 'prompts/merge.short.prompt.md');
    repository.commit('One');
    repository.prompt('two');
    repository.commit('Two');
    expect((await repository.crew('prompt', 'diff', 'merge')).stdout).toContain('[-one-] {+two+}');
    expect((await repository.crew('prompt', 'diff', 'merge', 'merge.short')).stdout).toContain(
      '[-two-] {+short+}',
    );
    expect((await repository.crew('prompt', 'diff', 'merge@HEAD^', 'merge@HEAD^')).stdout).toContain(
      'no difference',
    );
  });

  test('says where an old version cannot be rendered with the samples of the new one', async () => {
    repository.write(PROMPT, 'Write about {{ other }}.\n');
    repository.commit('One');
    repository.prompt('two');
    const { samples } = await repository.json<{ samples: readonly { before: string; after: string }[] }>(
      'prompt',
      'diff',
      'merge',
    );
    expect(samples[0]?.before).toContain('(cannot be rendered:');
    expect(samples[0]?.after).toBe('Be short.\nWrite about bees: two');
  });
});

describe('crew prompt rollback', () => {
  test('writes the old text as a change that is not committed', async () => {
    repository.prompt('one');
    repository.commit('One');
    repository.prompt('two');
    repository.commit('Two');
    const { code, stdout } = await repository.crew('prompt', 'rollback', 'merge', 'HEAD^');
    expect({ code, text: read(PROMPT) }).toEqual({ code: 0, text: promptText('one') });
    expect(stdout).toContain('prompts/merge.prompt.md written');
    expect(repository.git('status', '--short')).toBe(' M prompts/merge.prompt.md');
  });

  test('keeps what is not committed unless it is forced', async () => {
    repository.prompt('one');
    repository.commit('One');
    repository.prompt('two');
    repository.commit('Two');
    repository.prompt('mine');
    const refused = await repository.crew('prompt', 'rollback', 'merge', 'HEAD^');
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('error[PROMPT_UNCOMMITTED]');
    expect(read(PROMPT)).toBe(promptText('mine'));
    await repository.crew('prompt', 'rollback', 'merge', 'HEAD^', '--force');
    expect(read(PROMPT)).toBe(promptText('one'));
  });

  test('keeps the ends of lines, and leaves partials alone unless they are asked for', async () => {
    repository.prompt('one');
    repository.commit('One');
    repository.prompt('two');
    repository.write('prompts/_style.prompt.md', 'Be long.\n');
    repository.commit('Two');
    writeFileSync(join(repository.path, PROMPT), promptText('two').replaceAll('\n', '\r\n'));
    const { stdout } = await repository.crew('prompt', 'rollback', 'merge', 'HEAD^');
    expect(read(PROMPT)).toBe(promptText('one').replaceAll('\n', '\r\n'));
    expect(stdout).toContain('since _style.prompt.md');
    expect(read('prompts/_style.prompt.md')).toBe('Be long.\n');
    await repository.crew('prompt', 'rollback', 'merge', 'HEAD^', '--partials', '--force');
    expect(read('prompts/_style.prompt.md')).toBe('Be short.\n');
  });

  test('brings back a prompt that was taken away', async () => {
    repository.prompt('one');
    repository.commit('One');
    repository.remove(PROMPT);
    repository.commit('Gone');
    const gone = await repository.crew('prompt', 'show', 'merge');
    expect(gone.stderr).toMatch(/is not in the working tree; its last version is merge@[0-9a-f]{8}/);
    const [, hash = ''] = /version is merge@([0-9a-f]{8})/.exec(gone.stderr) ?? [];
    await repository.crew('prompt', 'rollback', 'merge', hash);
    expect(read(PROMPT)).toBe(promptText('one'));
  });
});

describe('crew prompt list', () => {
  test('shows version, state, lock, labels and who uses each', async () => {
    repository.prompt('one');
    repository.prompt('short', 'prompts/merge.short.prompt.md');
    repository.commit('One');
    await repository.crew('prompt', 'tag', 'merge', 'production');
    await repository.crew('prompt', 'pin', 'merge');
    repository.prompt('two');
    const { folders } = await repository.json<{ folders: readonly { prompts: readonly object[] }[] }>(
      'prompt',
      'list',
    );
    expect(folders).toHaveLength(1);
    expect(folders[0]).toMatchObject({ folder: 'prompts', lock: 'crew.lock', noHistory: null });
    expect(folders[0]?.prompts).toMatchObject([
      { name: 'merge', kind: 'prompt', state: 'uncommitted', lock: 'differs', usedBy: ['a.crew.yaml'] },
      {
        name: 'merge.short',
        kind: 'variant',
        state: 'committed',
        lock: 'not locked',
        labels: [],
        usedBy: [],
      },
      { name: '_style', kind: 'partial', state: 'committed', lock: null, usedBy: ['merge', 'merge.short'] },
    ]);
  });
});
