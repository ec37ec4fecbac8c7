import { spawnSync } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { type Report, repositoryWithChange } from './review-call.ts';

const repository = repositoryWithChange(
  { 'a.ts': '', 'b.py': '' },
  { 'a.ts': 'eval(x);\nconst y = x === NaN;\n', 'b.py': 'eval(x)\n', 'c.txt': `AKIA${'QWERTYUIOPASDFGH'}\n` },
);
afterAll(() => repository.dispose());

/** Runs `review.static` in a process of its own in which some packages cannot be found. */
function reviewWithout(packages: RegExp): Report {
  const tools = new URL('../../../src/tools/review/tools.ts', import.meta.url).href;
  const script = `
    import { registerHooks } from 'node:module';
    const missing = ${packages};
    registerHooks({ resolve: (name, context, next) => {
      if (missing.test(name)) throw Object.assign(new Error('not installed: ' + name), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    } });
    const { createReviewTools } = await import(${JSON.stringify(tools)});
    const tool = createReviewTools().find(({ spec }) => spec.name === 'review.static');
    const context = { workspace: process.cwd(), signal: new AbortController().signal, notice() {} };
    console.log(JSON.stringify(await tool.call({ range: 'HEAD~1..HEAD' }, context)));
  `;
  const result = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: repository.path,
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as Report;
}

function sources(report: Report): readonly string[] {
  return report.findings.flatMap(finding => finding.source).sort();
}

test('without ast-grep, secretlint and the Python grammar there is one notice each and the rest works', () => {
  const report = reviewWithout(/@ast-grep|@secretlint/);
  expect(sources(report)).toEqual([
    'oxlint:no-unused-vars',
    'oxlint:use-isnan',
    'secret-pattern:aws-access-key',
  ]);
  expect(report.notices).toEqual([
    'ast-grep is not installed: no syntax rules were checked',
    'secretlint is not installed: only a few kinds of secrets were looked for',
  ]);
});

test('without the Python grammar only Python rules are left out', () => {
  const report = reviewWithout(/lang-python/);
  expect(report.findings.filter(({ path }) => path === 'a.ts').flatMap(({ source }) => source)).toContain(
    'ast-grep:code-from-input',
  );
  expect(report.findings.filter(({ path }) => path === 'b.py')).toEqual([]);
  expect(report.notices).toEqual([
    'the Python grammar of ast-grep cannot be loaded here: no Python rules were checked',
  ]);
});

test('without oxlint there is one notice and the rest works', () => {
  const report = reviewWithout(/^oxlint/);
  expect(sources(report)).toEqual([
    'ast-grep:code-from-input',
    'ast-grep:code-from-input',
    'secret-pattern:aws-access-key',
  ]);
  expect(report.notices).toEqual(['oxlint is not installed: JavaScript and TypeScript were not linted']);
});
