import { afterAll, expect, test } from 'vitest';
import type { TestRepository } from '../git-repository.ts';
import { places, repositoryWithChange, reviewIn } from './review-call.ts';

const repositories: TestRepository[] = [];
function change(...sides: Parameters<typeof repositoryWithChange>) {
  const repository = repositoryWithChange(...sides);
  repositories.push(repository);
  return reviewIn(repository.path);
}
afterAll(() => {
  for (const repository of repositories) repository.dispose();
});

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
}
const WITH_TESTS = { 'test/old.test.ts': "import { a } from '../src/a.ts';\ntest('a', () => a());\n" };

test('source without tests is said once, on the largest file, and only when it is more than a few lines', async () => {
  const small = change(
    { ...WITH_TESTS, 'src/a.ts': '' },
    { ...WITH_TESTS, 'src/a.ts': lines(5, index => `f(${index});`) },
  );
  expect((await small.report('tests')).findings).toEqual([]);
  const large = change(
    { ...WITH_TESTS, 'src/a.ts': '', 'src/b.ts': '' },
    { ...WITH_TESTS, 'src/a.ts': 'f();\n', 'src/b.ts': lines(15, index => `f(${index});`) },
  );
  const { findings } = await large.report('tests');
  expect(places(findings)).toEqual(['src/b.ts:1 tests:no-test-changed']);
  expect(findings[0]).toMatchObject({ severity: 'minor', category: 'tests' });
  const untested = change({ 'src/a.ts': '' }, { 'src/a.ts': lines(15, index => `f(${index});`) });
  expect((await untested.report('tests')).findings[0]?.severity).toBe('nit');
});

test('the finding about missing tests stands on a line with something on it', async () => {
  const { report } = change(
    { ...WITH_TESTS, 'src/a.ts': 'f();\n' },
    { ...WITH_TESTS, 'src/a.ts': `f();\n\n  \n${lines(15, index => `g(${index});`)}` },
  );
  expect(places((await report('tests')).findings)).toEqual(['src/a.ts:4 tests:no-test-changed']);
});

test('new exports that no test mentions are found; moved, changed and mentioned ones are not', async () => {
  const tools = change(
    {
      ...WITH_TESTS,
      'src/a.ts': 'export function moved() {}\nexport function changed(a: number) {}\n',
      'app/c.py': '',
    },
    {
      ...WITH_TESTS,
      'test/new.test.ts': "test('x', () => covered(hiddenNameX));\n",
      'src/a.ts': 'export function changed(a: string) {}\nexport const covered = (): number => 1;\n',
      'src/b.ts':
        'export function moved() {}\nexport async function hiddenName() {}\nexport class Other {}\nexport const LIMIT = 1;\n',
      'app/c.py': 'def loose():\n    pass\n\ndef _own():\n    pass\n',
    },
  );
  const { findings } = await tools.report('tests');
  expect(places(findings)).toEqual(['app/c.py:1 tests:untested-export', 'src/b.ts:2 tests:untested-export']);
  expect(findings.find(({ path }) => path === 'src/b.ts')?.why).toContain('`hiddenName`, `Other`');
});

test('new exports of the working tree are looked up in tests that are not yet committed', async () => {
  const repository = repositoryWithChange({ 'src/a.ts': '' }, { ...WITH_TESTS, 'src/a.ts': '' });
  repositories.push(repository);
  repository.write('src/a.ts', 'export function fresh() {}\nexport function lost() {}\n');
  repository.write('test/fresh.test.ts', 'fresh();\n');
  const { findings } = await reviewIn(repository.path).report('tests', 'HEAD');
  expect(findings.map(({ why }) => why)).toEqual([
    'No test file mentions `lost`, so nothing shows directly when it breaks.',
  ]);
});

test('in a large change the untested exports are one finding', async () => {
  const after = Object.fromEntries(
    [1, 2, 3, 4].map(n => [`src/f${n}.ts`, `export function name${n}() {}\n`]),
  );
  const tools = change(WITH_TESTS, { ...WITH_TESTS, ...after });
  const { findings } = await tools.report('tests');
  expect(places(findings)).toEqual(['src/f1.ts:1 tests:untested-export']);
  expect(findings[0]).toMatchObject({
    severity: 'minor',
    evidence: ['src/f2.ts:1', 'src/f3.ts:1', 'src/f4.ts:1'],
  });
});

test('focused and skipped tests are found', async () => {
  const tools = change(
    { 'a.test.ts': '' },
    { 'a.test.ts': "it.only('a', () => {});\nit.skip('b', () => {});\nit('c', () => {});\n" },
  );
  expect(places((await tools.report('tests')).findings)).toEqual([
    'a.test.ts:1 ast-grep:focused-test',
    'a.test.ts:2 ast-grep:skipped-test',
  ]);
});

test('documents, generated files and test files alone need no tests', async () => {
  const tools = change(
    { 'a.md': '' },
    { 'a.md': lines(50, String), 'dist/x.js': lines(50, String), 'test/a.ts': lines(50, String) },
  );
  expect((await tools.report('tests')).findings).toEqual([]);
});

const LONG = `export function long() {\n${lines(85, index => `  step${index}();`)}}\n`;

test('long functions, deep nesting and many parameters are found where they are added', async () => {
  const nested = `export function deep() {\n  if (a) {\n    for (const b of c) {\n      while (d) {\n        try {\n          if (e) f();\n        } finally {}\n      }\n    }\n  }\n}\n`;
  const chain = `export function chain() {\n  if (a) b();\n${lines(6, index => `  else if (a${index}) b();`)}}\n`;
  const python = 'def many(self, a, b, c, d, e, f):\n    pass\n\ndef more(a, b, c, d, e, f, g):\n    pass\n';
  const tools = change(
    { 'src/old.ts': `${LONG.replaceAll('step', 'old')}${nested}` },
    {
      'src/old.ts': `${LONG.replaceAll('step', 'old')}${nested}\nnewLine();\n`,
      'src/a.ts': LONG,
      'src/b.ts': nested,
      'src/c.ts': chain,
      'd.py': python,
    },
  );
  const { findings } = await tools.report('design');
  expect(places(findings)).toEqual([
    'd.py:4 design:many-parameters',
    'src/a.ts:1 design:long-function',
    'src/b.ts:6 design:deep-nesting',
  ]);
});

test('a renamed function and a function in tests are not new long functions', async () => {
  const tools = change(
    { 'src/a.ts': LONG },
    { 'src/a.ts': LONG.replace('long', 'longer'), 'test/a.test.ts': LONG },
  );
  expect((await tools.report('design')).findings).toEqual([]);
});

test('a long function is new only when at least four fifths of its lines are', async () => {
  const head = 'export function long() {\n';
  const old = (count: number) => lines(count, index => `  old${index}();`);
  const fresh = (count: number) => lines(count, index => `  fresh${index}();`);
  const tools = change(
    { 'src/a.ts': `function a() {\n${old(30)}}\n`, 'src/b.ts': `function b() {\n${old(10)}}\n` },
    { 'src/a.ts': `${head}${old(30)}${fresh(70)}}\n`, 'src/b.ts': `${head}${old(10)}${fresh(90)}}\n` },
  );
  expect(places((await tools.report('design')).findings)).toEqual(['src/b.ts:1 design:long-function']);
});

test('of many deep places only the two worst of a change are said, as nits', async () => {
  const nested = (depth: number) =>
    `export function f() {\n${'if (a) {\n'.repeat(depth)}${'}\n'.repeat(depth)}}\n`;
  const files = Object.fromEntries([5, 8, 6, 7, 5].map((depth, index) => [`src/${index}.ts`, nested(depth)]));
  const tools = change({ 'a.txt': '' }, { 'a.txt': '', ...files });
  const { findings } = await tools.report('design');
  expect(places(findings)).toEqual(['src/1.ts:6 design:deep-nesting', 'src/3.ts:6 design:deep-nesting']);
  expect(findings.map(({ severity }) => severity)).toEqual(['nit', 'nit']);
});

test('workflows and settings with test in their name are no tests; source files of tests are', async () => {
  const code = lines(15, index => `f(${index});`);
  const settings = { '.github/workflows/run-tests.yml': 'on: push\n', '.pre-commit-config.yaml': 'a: 1\n' };
  const before = { 'src/a.ts': '', 'README.md': '' };
  const assessed = async (after: Readonly<Record<string, string>>) =>
    (await change(before, { ...before, ...after }).assess()).summary.tests;
  expect(await assessed(settings)).toBe('n/a');
  expect(await assessed({ ...settings, 'src/a.ts': code })).toBe('no');
  expect(await assessed({ 'src/a.ts': code, 'test/settings.json': '{}\n' })).toBe('no');
  expect(await assessed({ 'src/a.ts': code, 'test/a.test.ts': 'f();\n' })).toBe('yes');
  expect(await assessed({ 'tests/test_a.py': 'f()\n' })).toBe('yes');
  const bare = change(
    { ...WITH_TESTS, 'src/a.ts': '' },
    { ...WITH_TESTS, 'src/a.ts': code, '.github/workflows/run-tests.yml': 'on: push\n' },
  );
  expect(places((await bare.report('tests')).findings)).toEqual(['src/a.ts:1 tests:no-test-changed']);
});

test('a file that grows past 500 lines is said once; one that was long before is not', async () => {
  const tools = change(
    { 'src/a.ts': lines(499, index => `a${index}();`), 'src/b.ts': lines(600, index => `b${index}();`) },
    { 'src/a.ts': lines(502, index => `a${index}();`), 'src/b.ts': lines(601, index => `b${index}();`) },
  );
  expect(places((await tools.report('design')).findings)).toEqual(['src/a.ts:500 design:large-file']);
});

test('a copied block of ten lines is found at the copy; imports and short blocks are not', async () => {
  const block = lines(12, index => `  const value${index} = compute(input${index}, ${index});`);
  const imports = lines(12, index => `import { thing${index} } from './folder/thing${index}.ts';`);
  const tools = change(
    { 'a.txt': '' },
    {
      'a.txt': '',
      'src/a.ts': `${imports}function a() {\n${block}}\n`,
      'src/b.ts': `${imports}function b() {\n${block.replaceAll('  const', '\tconst')}}\n`,
      'src/c.ts': lines(30, () => '  ],'),
    },
  );
  const { findings } = await tools.report('design');
  expect(findings.map(({ path, range, evidence }) => [path, range[0], evidence])).toEqual([
    ['src/b.ts', 14, ['src/a.ts:14']],
  ]);
});

test('a file that is nested tens of thousands deep is reviewed like any other', async () => {
  const deep = `eval(x);\n${'if (a) {\n'.repeat(30_000)}${'}\n'.repeat(30_000)}`;
  const tools = change({ 'src/a.js': '' }, { 'src/a.js': deep });
  expect(places((await tools.report('design')).findings)).toContain('src/a.js:6 design:deep-nesting');
  expect(places((await tools.report('security')).findings)).toEqual(['src/a.js:1 ast-grep:code-from-input']);
});
