import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScriptReply } from '../../src/providers/script-schema.ts';
import type { TestRepository } from '../tools/git-repository.ts';
import { exampleFile, type GatedRun, makeSample, runGated } from './gated-crew.ts';

const EXAMPLE = 'bugfix';
const REPORT = ['-i', 'report=An item with count 0 is charged once'];
const ALLOW = ['--allow', 'change.*'];
const TEST_CODE = `import assert from 'node:assert/strict';
import { total } from '../src/cart.mjs';
assert.equal(total([{ price: 250, count: 0 }]), 0);
`;

let sample: TestRepository;

beforeEach(() => {
  sample = makeSample(EXAMPLE);
});

afterEach(() => sample.dispose());

const bugfix = (
  replies: readonly ScriptReply[] | string | undefined,
  ...args: readonly string[]
): Promise<GatedRun> =>
  runGated({ name: 'bugfix', repository: sample, args: [...REPORT, ...args], ...(replies && { replies }) });
const reproduce: ScriptReply = {
  phase: 'reproduce',
  json: {
    expected: 'It costs nothing.',
    tests: [{ path: 'test/zero.test.mjs', content: TEST_CODE }],
    notes: [],
  },
};
const repair = (...files: readonly { readonly path: string; readonly content: string }[]): ScriptReply => ({
  phase: 'repair',
  json: { cause: 'x', files, notes: [] },
});
const withCount = (count: string) => ({
  path: 'src/cart.mjs',
  content: `export const total = items => items.reduce((sum, item) => sum + item.price * (${count}), 0);\n`,
});

test('a wrong change is sent back, and the right one comes with its proof', async () => {
  const { code, result, stderr } = await bugfix(exampleFile(EXAMPLE, 'replies.yaml'), ...ALLOW);
  expect(code, stderr).toBe(0);
  expect(result.before).toMatchObject({ passes: false, exit_code: 1 });
  expect(result.before.output).toContain('250 !== 0');
  expect(result.after).toMatchObject({ passes: true, exit_code: 0 });
  expect(result.paths).toEqual(['src/cart.mjs', 'test/cart-empty.test.mjs']);
  expect(stderr).toMatch(/repair +│ ▸ fixer · visit 2/);
  expect(sample.git('status', '--porcelain', '--', 'src', 'test')).toBe('');
  expect(readdirSync(join(sample.path, '.crew/worktrees'))).toEqual(['.gitignore']);
  // The patch is good for git as it is.
  sample.gitWithInput(result.patch, 'apply', '--index', '-');
  expect(readFileSync(join(sample.path, 'src/cart.mjs'), 'utf8')).toContain('item.count ?? 1');
});

test('the proven patch is applied when the user asks for it', async () => {
  const { code, stderr } = await bugfix(
    [reproduce, repair(withCount('item.count ?? 1'))],
    '-i',
    'apply=true',
    ...ALLOW,
  );
  expect(code, stderr).toBe(0);
  expect(readFileSync(join(sample.path, 'src/cart.mjs'), 'utf8')).toContain('item.count ?? 1');
  expect(existsSync(join(sample.path, 'test/zero.test.mjs'))).toBe(true);
});

test('a patch over work that is not committed is proven and not applied', async () => {
  sample.write('src/cart.mjs', '// my work\n');
  const replies = [reproduce, repair(withCount('item.count ?? 1'))];
  const { code, result } = await bugfix(replies, '-i', 'apply=true', ...ALLOW);
  expect(code).toBe(1);
  expect(result.outcome).toContain('not committed in src/cart.mjs');
  expect(result.patch).toContain('item.count ?? 1');
  expect(readFileSync(join(sample.path, 'src/cart.mjs'), 'utf8')).toBe('// my work\n');
});

test('a test that passes although the bug is there changes nothing', async () => {
  const { code, result, stderr } = await bugfix(exampleFile(EXAMPLE, 'refused.yaml'), ...ALLOW);
  expect(code).toBe(1);
  expect(result.outcome).toMatch(/^No test shows the bug/);
  expect(stderr).toContain('failure at not_reproduced');
});

test('changes that never pass end as a failure after four of them', async () => {
  const { code, stderr } = await bugfix(
    [reproduce, { ...repair(withCount('item.count')), times: 4 }],
    ...ALLOW,
  );
  expect(code).toBe(1);
  expect(stderr).toContain('failure at not_fixed');
});

test('a change outside the workspace, or of the test that shows the bug, is sent back with the reason', async () => {
  const replies = [
    reproduce,
    repair({ path: '../evil.mjs', content: '' }),
    repair({ path: 'test/zero.test.mjs', content: '' }),
    repair(withCount('item.count ?? 1')),
  ];
  const { code, result, stderr } = await bugfix(replies, ...ALLOW);
  expect(code, stderr).toBe(0);
  expect(result.paths).toEqual(['src/cart.mjs', 'test/zero.test.mjs']);
  expect(stderr).toContain('../evil.mjs');
  expect(stderr).toContain('is written twice');
});

test('offline, it runs the failing test, says what failed and who touched it, and claims no more', async () => {
  const { code, result, stderr } = await bugfix(undefined, '-i', 'base=reported', ...ALLOW);
  expect(code).toBe(1);
  expect(result.outcome).toContain('Without a language model no code is written');
  expect(result.failing).toContain('✖ an item that was taken out costs nothing');
  expect(result.places[0]).toEqual({ path: 'test/cart.test.mjs', line: 13 });
  expect(result.commits[0].subject).toBe('Show that an item with count 0 is charged');
  expect(stderr).toContain('failure at needs_model');
});

test('offline, without a failing test, nothing is shown and nothing is changed', async () => {
  const { code, stderr } = await bugfix(undefined, ...ALLOW);
  expect(code).toBe(1);
  expect(stderr).toContain('failure at not_reproduced');
});

test('a program that is not there ends the run with its name', async () => {
  const { code, result } = await bugfix(undefined, '-i', 'command=["no-such-program"]', ...ALLOW);
  expect(code).toBe(1);
  expect(result.outcome).toContain('no-such-program');
});

test('nothing runs before a person allows it', async () => {
  const { code, stderr } = await bugfix(exampleFile(EXAMPLE, 'replies.yaml'));
  expect(code).toBe(5);
  expect(stderr).toContain('change.test');
  expect(existsSync(join(sample.path, '.crew/worktrees'))).toBe(false);
});
