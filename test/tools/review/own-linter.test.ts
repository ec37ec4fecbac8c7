import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { TestRepository } from '../git-repository.ts';
import { places, repositoryWithChange, reviewIn } from './review-call.ts';

const repositories: TestRepository[] = [];
afterAll(() => {
  for (const repository of repositories) repository.dispose();
});
const BIN = new URL('../../../node_modules/.bin/', import.meta.url).pathname;

function change(files: Readonly<Record<string, string>>): TestRepository {
  const start = { '.gitignore': 'node_modules\n', 'src/a.ts': 'export const a = 1;\n' };
  const repository = repositoryWithChange(start, {
    ...start,
    'src/a.ts': 'export const a = 1;\nexport const b = a === NaN;\nvar c = 1;\nc = c;\n',
    ...files,
  });
  repository.write('node_modules/.bin/.keep', '');
  repositories.push(repository);
  return repository;
}

/** A program that writes what a linter would write: a fake binary of the repository, run as a real process. */
function installFake(repository: TestRepository, name: string, body: string): void {
  repository.write(`node_modules/.bin/${name}`, `#!/usr/bin/env node\n${body}\n`);
  chmodSync(join(repository.path, 'node_modules/.bin', name), 0o755);
}

test('the real oxlint of a repository runs with its configuration, and a notice says so', async () => {
  const repository = change({ '.oxlintrc.json': '{"rules": {"no-var": "error", "use-isnan": "off"}}' });
  symlinkSync(join(BIN, 'oxlint'), join(repository.path, 'node_modules/.bin/oxlint'));
  const { findings, notices } = await reviewIn(repository.path).report('correctness');
  expect(places(findings)).toContain('src/a.ts:3 oxlint:no-var');
  expect(places(findings).join()).not.toContain('isnan');
  expect(notices.join()).toContain(
    'own oxlint was run with its configuration, which executes code of the repository',
  );
});

test('the real biome of a repository runs with its configuration', async () => {
  const repository = change({ 'biome.json': '{"linter": {"rules": {"suspicious": {"noVar": "error"}}}}' });
  symlinkSync(join(BIN, 'biome'), join(repository.path, 'node_modules/.bin/biome'));
  const { findings, notices } = await reviewIn(repository.path).report('static');
  expect(places(findings)).toContain('src/a.ts:3 biome:no-var');
  expect(places(findings)).toContain('src/a.ts:2 biome:use-is-nan');
  expect(notices.join()).toContain('own biome was run');
});

test('an eslint report is read; messages about other lines and other files are left out', async () => {
  const repository = change({ 'eslint.config.js': '' });
  const message = (line: number, ruleId: string | null, more = '') =>
    `{ ruleId: ${JSON.stringify(ruleId)}, line: ${line}, message: 'Said by the linter', severity: 2 ${more} }`;
  installFake(
    repository,
    'eslint',
    `const root = process.cwd();
     console.log(JSON.stringify([
       { filePath: root + '/src/a.ts', messages: [${message(1, 'no-eval')}, ${message(3, '@typescript-eslint/no-unused-vars')}, ${message(2, 'security/detect-object-injection')}, ${message(4, 'prettier/prettier')}, ${message(4, null)}] },
       { filePath: root + '/src/other.ts', messages: [${message(1, 'no-eval')}] },
     ]));
     process.exit(1);`,
  );
  const { findings } = await reviewIn(repository.path).report('static');
  expect(
    findings.map(({ range, severity, category, source }) => [range[0], severity, category, source[0]]),
  ).toEqual([
    [2, 'minor', 'security', 'eslint:detect-object-injection'],
    [3, 'nit', 'design', 'eslint:no-unused-vars'],
    [4, 'nit', 'style', 'eslint:prettier'],
  ]);
});

test('a configuration without a binary, and a binary without a configuration, mean the bundled linter', async () => {
  const configured = change({ 'eslint.config.js': 'throw new Error();' });
  const installed = change({});
  installFake(installed, 'eslint', 'process.exit(7)');
  const said = [];
  for (const repository of [configured, installed]) {
    const { findings, notices } = await reviewIn(repository.path).report('static');
    expect(places(findings)).toContain('src/a.ts:2 oxlint:use-isnan');
    said.push(notices);
  }
  expect(said).toEqual([['eslint is configured but not installed; the bundled oxlint was used'], []]);
});

test('a linter of the repository that fails is replaced by the bundled one, with its words in a notice', async () => {
  const repository = change({ '.eslintrc.json': '{}' });
  installFake(repository, 'eslint', "console.error('Cannot find plugin x'); process.exit(2)");
  const { findings, notices } = await reviewIn(repository.path).report('static');
  expect(places(findings)).toContain('src/a.ts:2 oxlint:use-isnan');
  expect(notices).toEqual([
    "the repository's own eslint failed, so the bundled linter ran instead: Cannot find plugin x",
  ]);
});

test('a linter of the repository never sees a working tree that differs from what is reviewed', async () => {
  const repository = change({ '.eslintrc.json': '{}' });
  installFake(repository, 'eslint', "console.log('[]')");
  repository.write('src/a.ts', 'something else\n');
  const { findings, notices } = await reviewIn(repository.path).report('static');
  expect(places(findings)).toContain('src/a.ts:2 oxlint:use-isnan');
  expect(notices.join()).toContain('was not used: the working tree differs');
});

test('a linter of the repository sees no credentials', async () => {
  const repository = change({ '.eslintrc.json': '{}' });
  installFake(
    repository,
    'eslint',
    `console.log(JSON.stringify([{ filePath: process.cwd() + '/src/a.ts', messages: [
       { ruleId: 'x', line: 2, severity: 2, message: 'seen: ' + Object.keys(process.env).filter(name => name.startsWith('CREW_PROBE')) }] }]))`,
  );
  process.env.CREW_PROBE_API_KEY = 'x';
  process.env.CREW_PROBE_OTHER = 'x';
  try {
    const { findings } = await reviewIn(repository.path).report('static');
    expect(findings.find(({ source }) => source[0] === 'eslint:x')?.why).toBe('seen: CREW_PROBE_OTHER.');
  } finally {
    delete process.env.CREW_PROBE_API_KEY;
    delete process.env.CREW_PROBE_OTHER;
  }
});
