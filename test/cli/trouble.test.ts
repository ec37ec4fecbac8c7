import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { crew, type Ended, reviewCrew } from '../e2e/crew-process.ts';
import { makePlantedRepository } from '../e2e/planted-repository.ts';
import { makeFolder } from '../tools/git-repository.ts';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = makeFolder();
  folders.push(folder);
  return folder;
}

function newRepository(): string {
  const { path } = makePlantedRepository();
  folders.push(path);
  return path;
}

function expectCoded(
  { code, stdout, stderr }: Ended,
  expected: { readonly code: number; readonly word: string },
): void {
  expect([code, stdout], stderr).toEqual([expected.code, '']);
  expect(stderr).toContain(expected.word);
  expect(stderr).not.toMatch(/^\s+at /m);
}

describe.concurrent('when the machine is not as it should be', () => {
  test('a review without git says what is missing', async () => {
    const call = { from: newRepository(), env: { PATH: newFolder() } };
    expectCoded(await crew(['run', reviewCrew()], call), { code: 3, word: 'TOOL_MISSING' });
  });

  test.each([
    ['garbage', 'this is not a database, and it is longer than a header of one hundred bytes: '.repeat(40)],
    ['a folder', undefined],
  ])('a journal that is %s is refused', async (_name, text) => {
    const stateDir = newFolder();
    const journal = join(stateDir, 'runs.db');
    if (text === undefined) mkdirSync(journal);
    else writeFileSync(journal, text);
    const call = { from: newRepository() };
    for (const args of [['run', reviewCrew()], ['ps'], ['resume', 'abc']]) {
      expectCoded(await crew([...args, '--state-dir', stateDir], call), { code: 3, word: 'error[JOURNAL_' });
    }
  });

  test('a run whose workspace is gone is not begun again somewhere else', async () => {
    const repository = newRepository();
    const stateDir = newFolder();
    const args = ['--state-dir', stateDir];
    await crew(['run', reviewCrew(), '--max-calls', '1', '--allow-over-plan', ...args], { from: repository });
    rmSync(repository, { recursive: true });
    const { stdout } = await crew(['ps', ...args], { from: stateDir });
    const resumed = await crew(['resume', stdout.slice(0, 12), '--max-calls', '60', ...args], {
      from: stateDir,
    });
    expectCoded(resumed, { code: 2, word: `the workspace \`${repository}\` of this run is not there` });
    expect((await crew(['ps', ...args], { from: stateDir })).stdout).toMatch(/ {2}waiting {2}/);
  });

  test('two reviews at once in one workspace do not get in each other\u2019s way', async () => {
    const from = newRepository();
    const both = await Promise.all([
      crew(['run', reviewCrew()], { from }),
      crew(['run', reviewCrew()], { from }),
    ]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both[0].stdout).toBe(both[1].stdout);
    expect((await crew(['ps'], { from })).stdout.trimEnd().split('\n')).toHaveLength(2);
  });
});
