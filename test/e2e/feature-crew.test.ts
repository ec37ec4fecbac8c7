import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { ScriptReply } from '../../src/providers/script-schema.ts';
import type { TestRepository } from '../tools/git-repository.ts';
import { exampleFile, type GatedRun, makeSample, runGated } from './gated-crew.ts';

const EXAMPLE = 'feature';
const ALLOW = ['--allow', 'change.*'];

let sample: TestRepository;

beforeEach(() => {
  sample = makeSample(EXAMPLE);
});

afterEach(() => sample.dispose());

const feature = (
  replies: readonly ScriptReply[] | string | undefined,
  ...args: readonly string[]
): Promise<GatedRun> => runGated({ name: 'feature', repository: sample, args, ...(replies && { replies }) });

const PRD: ScriptReply = {
  phase: 'prd',
  json: {
    summary: 'x',
    requirements: [{ id: 'R1', priority: 'P0', text: 'Tags' }],
    questions: [],
    notes: [],
  },
};
const DESIGN: ScriptReply = {
  phase: 'design',
  json: { approach: 'x', parts: [], decisions: [], notes: [] },
};
const item = (id: string, ...requirements: readonly string[]) => ({ id, title: id, requirements });
const plan = (tasks: readonly JsonObject[], tests: readonly JsonObject[]): ScriptReply => ({
  phase: 'plan',
  json: { tasks, tests, notes: [] },
});
const GOOD_PLAN = plan([item('T1', 'R1')], [item('V1', 'R1')]);
const code = (requirements: readonly string[], content: string): ScriptReply => ({
  phase: 'code',
  json: {
    files: [{ path: 'src/tags.mjs', content: 'export const tags = [];\n' }],
    tests: [{ name: 'tags', path: 'test/tags.test.mjs', content, requirements }],
    notes: [],
  },
});
const REAL_TEST =
  "import { tags } from '../src/tags.mjs';\nif (tags.length !== 0) throw new Error('tags');\n";

test('plan and code are sent back until the gates pass, and the result has everything', async () => {
  const { code: exit, result, stderr } = await feature(exampleFile(EXAMPLE, 'replies.yaml'), ...ALLOW);
  expect(exit, stderr).toBe(0);
  expect(result.prd.requirements).toHaveLength(3);
  expect(result.design.parts[0].path).toBe('src/notes.mjs');
  expect(result.tasks.map((task: JsonObject) => task.id)).toEqual(['T1', 'T2']);
  expect(result.gates).toMatchObject({
    traced: { ok: true, checked: 2 },
    covered: { ok: true },
    before: { passes: false },
    after: { passes: true },
  });
  expect(stderr).toMatch(/plan +│ ▸ architect · visit 2/);
  expect(stderr).toMatch(/code +│ ▸ programmer · visit 2/);
  expect(sample.git('status', '--porcelain', '--', 'src', 'test')).toBe('');
  expect(readdirSync(join(sample.path, '.crew/worktrees'))).toEqual(['.gitignore']);
  sample.gitWithInput(result.patch, 'apply', '--check', '-');
});

test('tests that pass without the change do not count, however often they come', async () => {
  const { code: exit, result, stderr } = await feature(exampleFile(EXAMPLE, 'refused.yaml'), ...ALLOW);
  expect(exit).toBe(1);
  expect(result.reasons).toContain('the command passes without the change');
  expect(stderr).toContain('failure at not_done');
});

test('a plan that never traces a P0 requirement to a test ends before any code', async () => {
  const {
    code: exit,
    result,
    stderr,
  } = await feature([PRD, DESIGN, { ...plan([item('T1', 'R1')], [item('V1', 'R7')]), times: 3 }]);
  expect(exit).toBe(1);
  expect(result.reasons).toBe('R1 has no test; the test V1 names R7, which is unknown');
  expect(stderr).toContain('failure at not_traced');
  expect(stderr).not.toContain('programmer');
});

test('requirements without any P0 do not pass', async () => {
  const prd = {
    summary: 'x',
    requirements: [{ id: 'R1', priority: 'P1', text: 'Tags' }],
    questions: [],
    notes: [],
  };
  const { code: exit, result } = await feature([
    { phase: 'prd', json: prd },
    DESIGN,
    { ...GOOD_PLAN, times: 3 },
  ]);
  expect(exit).toBe(1);
  expect(result.reasons).toBe('there is no requirement of priority P0');
});

test('code whose tests leave a P0 requirement out is sent back before it is run', async () => {
  const replies = [PRD, DESIGN, GOOD_PLAN, code([], REAL_TEST), code(['R1'], REAL_TEST)];
  const { code: exit, stderr } = await feature(replies, ...ALLOW);
  expect(exit, stderr).toBe(0);
  expect(stderr.match(/• change\.check/g)).toHaveLength(1);
});

test('offline, it reads the request, traces nothing and says that it needs a model', async () => {
  const { code: exit, result, stderr } = await feature(undefined);
  expect(exit).toBe(1);
  expect(result.outcome).toContain('choose a model');
  expect(result.requirements.map((each: JsonObject) => `${each.id} ${each.priority}`)).toEqual([
    'R1 P0',
    'R2 P0',
    'R3 P1',
    'R4 P2',
  ]);
  expect(result.untraced).toHaveLength(4);
  expect(result.excluded).toEqual(['Renaming tags']);
  expect(stderr).toContain('failure at needs_model');
});

test('code is written but not run before a person allows it', async () => {
  const { code: exit, stderr } = await feature([PRD, DESIGN, GOOD_PLAN, code(['R1'], REAL_TEST)]);
  expect(exit).toBe(5);
  expect(stderr).toContain('change.check');
});
