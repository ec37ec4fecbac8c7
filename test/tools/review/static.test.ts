import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { TestRepository } from '../git-repository.ts';
import { places, repositoryWithChange, reviewIn } from './review-call.ts';

const repositories: TestRepository[] = [];
function change(...sides: Parameters<typeof repositoryWithChange>): TestRepository {
  const repository = repositoryWithChange(...sides);
  repositories.push(repository);
  return repository;
}
afterAll(() => {
  for (const repository of repositories) repository.dispose();
});

const OLD_TS = `import { execSync } from 'node:child_process';

export function old(name: string) {
  eval(name);
  execSync(\`rm \${name}\`);
}
`;
const NEW_TS = `${OLD_TS}
export function log(branch: string) {
  return execSync(\`git log \${branch}\`);
}

export async function save() {}

export function close(value: number) {
  save();
  if (value === NaN) return 1;
  try { old('x'); } catch {}
  return 0;
}
`;
const OLD_PY = 'import os\n\ndef old(items=[]):\n    os.system(f"rm {items}")\n';
const NEW_PY = `${OLD_PY}

def find(cursor, name):
    cursor.execute(f"SELECT * FROM users WHERE name = '{name}'")
    if name == None:
        return eval(name)
`;

test('finds planted defects in TypeScript and Python, in added lines only', async () => {
  const { path } = change(
    { 'src/a.ts': OLD_TS, 'app/b.py': OLD_PY },
    { 'src/a.ts': NEW_TS, 'app/b.py': NEW_PY },
  );
  const report = await reviewIn(path).report('static');
  expect(places(report.findings)).toEqual([
    'app/b.py:10 ast-grep:code-from-input',
    'app/b.py:8 ast-grep:sql-from-input',
    'app/b.py:9 ast-grep:compare-with-none',
    'src/a.ts:15 ast-grep:floating-promise',
    'src/a.ts:16 oxlint:use-isnan',
    'src/a.ts:17 ast-grep:swallowed-error',
    'src/a.ts:9 ast-grep:shell-from-input',
  ]);
  expect(report.notices).toEqual([]);
  expect(report.reviewers.map(({ name, files }) => [name, files])).toEqual([
    ['oxlint', 1],
    ['ast-grep', 2],
    ['secretlint', 2],
    ['text', 2],
  ]);
  expect(report.findings[0]).toMatchObject({ severity: 'critical', category: 'security' });
});

test('each part reports its own categories', async () => {
  const { path } = change(
    { 'src/a.ts': OLD_TS, 'app/b.py': OLD_PY },
    { 'src/a.ts': NEW_TS, 'app/b.py': NEW_PY },
  );
  const tools = reviewIn(path);
  const [all, security, correctness] = await Promise.all([
    tools.report('static'),
    tools.report('security'),
    tools.report('correctness'),
  ]);
  expect(new Set(security.findings.map(finding => finding.category))).toEqual(new Set(['security']));
  expect(new Set(correctness.findings.map(finding => finding.category))).toEqual(new Set(['bug']));
  const ids = [...security.findings, ...correctness.findings].map(finding => finding.id).sort();
  expect(ids).toEqual(all.findings.map(finding => finding.id).sort());
});

test('a secret, a cut private key and a merge marker are found in any language and never quoted', async () => {
  const token = `ghp_${'aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5'}`;
  const marker = (sign: string) => sign.repeat(7);
  const { path } = change(
    { 'a.txt': 'one\n' },
    {
      'a.txt': 'one\n',
      'config.go': `package a\n\nvar key = "${`AKIA${'QWERTYUIOPASDFGH'}`}"\n`,
      'deploy.sh': `export TOKEN=${token}\n`,
      'key.pem': `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIE\n`,
      'settings.rb':
        'password = "h7Kq!92mZp"\nother_password = "changeme-please"\npassword = ENV["PASSWORD"]\n',
      'notes.c': `int a;\n${marker('<')} HEAD\nint b;\n${marker('=')}\nint c;\n${marker('>')} topic\n`,
      'README.md': `Title\n${marker('=')}\n`,
    },
  );
  const { findings } = await reviewIn(path).report('static');
  expect(places(findings)).toEqual([
    'config.go:3 secret-pattern:aws-access-key',
    'deploy.sh:1 secretlint:github',
    'key.pem:1 secret-pattern:private-key',
    'notes.c:2 text:merge-marker',
    'settings.rb:1 secret-pattern:assigned-secret',
  ]);
  expect(JSON.stringify(findings)).not.toContain(token.slice(4));
  expect(JSON.stringify(findings)).not.toContain('h7Kq');
});

test('an old construct with one new line inside is not reported, a new argument is', async () => {
  const old = `const p = new Promise(async resolve => {\n  one();\n  two();\n  three();\n  four();\n  resolve(1);\n});\nexecSync(\n  'ls',\n);\n`;
  const now = old.replace('  two();\n', '  two();\n  more();\n').replace("'ls'", '`ls ${p}`');
  const { path } = change({ 'a.js': old }, { 'a.js': now });
  const { findings } = await reviewIn(path).report('static');
  expect(places(findings)).toEqual(['a.js:10 ast-grep:shell-from-input']);
});

test('renames report the new path and only what the rename changed; deletions and binaries report nothing', async () => {
  const body = Array.from({ length: 30 }, (_, line) => `export const value${line} = ${line};`).join('\n');
  const { path } = change(
    { 'old name.ts': `${body}\neval(value1);\n`, 'gone.py': 'eval(x)\n', 'a.bin': new Uint8Array([0, 1, 2]) },
    { 'src/new name.ts': `${body}\neval(value1);\neval(value2);\n`, 'a.bin': new Uint8Array([0, 9, 9]) },
  );
  const { findings } = await reviewIn(path).report('static');
  expect(places(findings)).toEqual(['src/new name.ts:32 ast-grep:code-from-input']);
});

test('generated, vendored, minified and lock files are passed over', async () => {
  const { path } = change(
    { 'a.txt': '' },
    {
      'a.txt': '',
      'vendor/x.js': 'eval(x);\n',
      'dist/y.min.js': 'eval(x);\n',
      'gen.ts': '// @generated by a tool\neval(x);\n',
      'test/fixtures/bad.ts': 'eval(x); const = 1;\n',
    },
  );
  expect((await reviewIn(path).report('static')).findings).toEqual([]);
});

test('an empty range, a working tree and a first commit are reviewed', async () => {
  const repository = change({ 'a.js': 'one();\n' }, { 'a.js': 'one();\neval(two);\n' });
  const tools = reviewIn(repository.path);
  expect(await tools.report('static', 'HEAD..HEAD')).toMatchObject({ findings: [], notices: [] });
  repository.write('a.js', 'one();\neval(two);\neval(three);\n');
  expect(places((await tools.report('static', 'HEAD')).findings)).toEqual([
    'a.js:3 ast-grep:code-from-input',
  ]);
  repository.write('a.js', 'one();\neval(two);\n\neval(three);\n');
  expect(places((await tools.report('static', 'HEAD')).findings)).toEqual([
    'a.js:4 ast-grep:code-from-input',
  ]);
  const root = repository.git('rev-list', '--max-parents=0', 'HEAD');
  const first = await tools.report('static', `${root}~1..HEAD`);
  expect(places(first.findings)).toEqual(['a.js:2 ast-grep:code-from-input']);
  expect(first.notices.join()).toContain('empty tree');
});

test('the same findings have the same ids after lines have moved', async () => {
  const repository = change({ 'a.js': 'one();\n' }, { 'a.js': 'one();\neval(two);\n' });
  const tools = reviewIn(repository.path);
  const before = (await tools.report('static')).findings.map(finding => finding.id);
  repository.write('a.js', 'zero();\nzero();\none();\n  eval(two);\neval(two);\n');
  repository.commit('push again');
  const after = (await tools.report('static', 'HEAD~2..HEAD')).findings.map(finding => finding.id);
  expect(after[0]).toBe(before[0]);
  expect(after).toHaveLength(2);
  expect(after[1]).not.toBe(after[0]);
});

test('a syntax error in added lines is critical, one in old lines is quiet', async () => {
  const { path } = change(
    { 'a.ts': 'const ok = 1;\n', 'b.ts': 'const = 2;\nconst c = 1;\n' },
    { 'a.ts': 'const ok = 1;\nconst = 2;\n', 'b.ts': 'const = 2;\nconst c = 1;\nconst d = 1;\n' },
  );
  const { findings } = await reviewIn(path).report('static');
  expect(places(findings).filter(place => !place.includes('unused'))).toEqual(['a.ts:2 oxlint:syntax']);
  expect(findings[0]?.severity).toBe('critical');
});

test('one defect is one finding: a merge marker is no syntax error too, an assignment no constant too', async () => {
  const marker = (sign: string) => sign.repeat(7);
  const conflict = `f();\n${marker('<')} HEAD\ng();\n${marker('=')}\nh();\n${marker('>')} topic\n`;
  const assigning = 'let a = 1;\nif (a = 3) a += 1;\nexport const b = a;\nif (3) b();\n';
  const { path } = change({ 'a.txt': '' }, { 'a.txt': '', 'src/a.js': conflict, 'src/b.ts': assigning });
  expect(places((await reviewIn(path).report('static')).findings)).toEqual([
    'src/a.js:2 text:merge-marker',
    'src/b.ts:2 oxlint:no-cond-assign',
    'src/b.ts:4 oxlint:no-constant-condition',
  ]);
});

test('the review stops when its caller aborts, and others that share the work go on', async () => {
  const { path } = change({ 'a.js': '' }, { 'a.js': 'eval(two);\n' });
  const tools = reviewIn(path);
  const controller = new AbortController();
  const stopped = tools.call('static', { range: 'HEAD~1..HEAD' }, controller.signal);
  const other = tools.report('static');
  controller.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  expect((await other).findings).toHaveLength(1);
});

test('links, translations in XML, templates and Flow are no broken TypeScript', async () => {
  const repository = change({ 'src/a.ts': 'one();\n' }, { 'src/a.ts': 'one();\n' });
  symlinkSync('../src/a.ts', join(repository.path, 'src/link.ts'));
  repository.write('lang/de.ts', '<?xml version="1.0"?>\n<TS language="de"></TS>\n');
  repository.write('templates/page.js', 'const user = <%= user %>;\n');
  repository.write('src/typed.js', '// @flow\nfunction f(a: number, ...b: string) { return (a: any); }\n');
  repository.commit('odd files');
  expect((await reviewIn(repository.path).report('static')).findings).toEqual([]);
});

test('a fix fits files with other line breaks and with characters outside the basic plane', async () => {
  const { path } = change(
    { 'a.js': '' },
    { 'a.js': "const a = '😀😀';\r\nif (a) { throw 'é😀'; }\r\nb();\r\n" },
  );
  const tools = reviewIn(path);
  const { findings, dropped } = await tools.collate([await tools.report('static')]);
  const thrown = findings.find(({ source }) => source[0] === 'ast-grep:throw-text');
  expect(thrown?.suggestion).toEqual({ range: [2, 2], text: "if (a) { throw new Error('é😀'); }" });
  expect(dropped.badSuggestions).toBe(0);
});

test('a change of thousands of files is cut with one notice that says so', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 2010 }, (_, index) => [`src/f${index}.ts`, `eval(a${index});\n`]),
  );
  const { path } = change({ 'a.txt': '' }, { 'a.txt': '', ...files });
  const { findings, notices, reviewers } = await reviewIn(path).report('security');
  expect(reviewers[0]?.files).toBe(2000);
  expect(findings).toHaveLength(500);
  expect(notices).toEqual([
    expect.stringMatching(/^10 of 2010 files were too large or too many to look at: .* and 5 more$/),
    '1500 more findings were left out: only the worst 500 are shown',
  ]);
});
