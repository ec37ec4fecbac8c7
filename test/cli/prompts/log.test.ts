import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PromptMoment } from '../../../src/model/prompt-versions.ts';
import { formatPromptLog } from '../../../src/reporters/prompt-versions-text.ts';
import { makePromptRepository, type PromptRepository, promptText } from './prompt-repository.ts';

let repository: PromptRepository;
beforeEach(() => {
  repository = makePromptRepository();
});
afterEach(() => repository.dispose());

const log = async (): Promise<readonly PromptMoment[]> =>
  (await repository.json<{ versions: readonly PromptMoment[] }>('prompt', 'log', 'merge')).versions;

describe('crew prompt log', () => {
  test('says on narrow terminals, too, why a version exists, and what runs made of it', async () => {
    repository.prompt('one');
    const commit = repository.commit('One');
    await repository.crew('prompt', 'tag', 'merge', 'production');
    await repository.crew('run', 'a.crew.yaml');
    repository.prompt('two');
    repository.commit('Tell it in words that are far too long for what is left of a line of eighty columns');
    const text = formatPromptLog(await log(), { color: false, columns: 80 });
    const lines = text.trimEnd().split('\n');
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80);
    const [head, second, first, figures] = lines;
    expect(head).toMatch(/^version +commit +date +labels +change$/);
    expect(second).toMatch(/^merge@\w{8} {2}\w{8} {2}2030-01-02 .*Tell it in words .*…$/);
    expect(first).toMatch(
      new RegExp(`^merge@\\w{8} {2}${commit.slice(0, 8)} {2}2030-01-02 {2}production {2}One$`),
    );
    expect(figures).toMatch(/^ {2}1 run: 1 succeeded, 0 failed · [\d,]+ tokens · .*last \w+ \(success\)$/);
    expect(lines).toHaveLength(4);
  });

  test('names the commit of each version where there is room', async () => {
    repository.prompt('one');
    const commit = repository.commit('One');
    const { stdout } = await repository.crew('prompt', 'log', 'merge');
    expect(stdout).toMatch(/^version +commit +date +runs +ok .* labels +change\n/);
    expect(stdout).toContain(`  ${commit.slice(0, 8)}  2030-01-02`);
  });

  test('counts the runs of a version once, though it stands on two commits', async () => {
    repository.prompt('one');
    repository.commit('One');
    await repository.crew('run', 'a.crew.yaml');
    repository.prompt('two');
    repository.commit('Two');
    repository.prompt('one');
    repository.commit('One again');
    const versions = await log();
    expect(versions.map(({ figures, repeated }) => [figures?.runs, repeated])).toEqual([
      [1, undefined],
      [0, undefined],
      [undefined, true],
    ]);
    const { stdout } = await repository.crew('prompt', 'log', 'merge');
    expect(stdout).toMatch(/One \(the same version as above\)\n$/);
  });
});

describe('a commit', () => {
  test('may be named for the version that is in it', async () => {
    repository.prompt('one');
    const one = repository.commit('One');
    repository.write('other.txt', 'x');
    const other = repository.commit('Other');
    repository.prompt('two');
    repository.commit('Two');
    for (const commit of [one, one.slice(0, 7), other.slice(0, 8)]) {
      const { stdout } = await repository.crew('prompt', 'show', `merge@${commit}`);
      expect(stdout).toBe(promptText('one'));
    }
    expect((await repository.crew('prompt', 'diff', `merge@${other.slice(0, 9)}`)).stdout).toContain(
      '[-one-] {+two+}',
    );
    const tagged = await repository.json<{ commit: string }>(
      'prompt',
      'tag',
      'merge',
      'v',
      other.slice(0, 9),
    );
    expect(tagged.commit).toBe(one);
  });

  test('without the prompt, and a hash that is too short, are told', async () => {
    const before = repository.commit('Before');
    repository.prompt('one');
    repository.commit('One');
    const said = async (ref: string) => (await repository.crew('prompt', 'show', ref)).stderr;
    expect(await said(`merge@${before.slice(0, 8)}`)).toContain(
      `\`merge\` is not in the commit ${before.slice(0, 8)}`,
    );
    expect(await said('merge@3f2')).toContain('of a hash at least four digits are needed');
    expect(await said('merge@v3f')).not.toContain('four digits');
  });
});
