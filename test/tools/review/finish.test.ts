import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { CATEGORIES, type Review, SEVERITIES } from '../../../src/model/review.ts';
import { repositoryWithChange, reviewIn } from './review-call.ts';

const repository = repositoryWithChange(
  { 'src/auth/login.ts': 'export const a = 1;\n' },
  { 'src/auth/login.ts': 'export const a = 1;\neval(a);\nif (a) throw `no ${a}`;\ndebugger;\n' },
);
const tools = reviewIn(repository.path);
afterAll(() => repository.dispose());

const schemas = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
function schema(name: string): object {
  return JSON.parse(
    readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), 'utf8'),
  ) as object;
}
const isReview = schemas.compile(schema('review'));
const isFindings = schemas.compile(schema('findings'));
const isJudgement = schemas.compile(schema('judgement'));

async function collated() {
  return tools.collate([await tools.report('static')]);
}

function expectReview(review: Review): Review {
  expect(isReview(review), JSON.stringify(isReview.errors)).toBe(true);
  return review;
}

const SUMMARY = { what: 'It signs in.', risk: 'low', effort: 1, tests: 'no', verdict: 'approve' };

test('without a judge the review is what tools found and what can be counted', async () => {
  const review = expectReview(await tools.finish(await collated()));
  expect(review.findings.map(({ range, source }) => [range[0], source[0]])).toEqual([
    [2, 'ast-grep:code-from-input'],
    [3, 'ast-grep:throw-text'],
    [4, 'ast-grep:debugger-left'],
  ]);
  expect(review.summary).toEqual({
    what: '“Change something”: changes 1 file (src/auth/login.ts), 3 lines added and 0 removed.',
    risk: 'high',
    effort: 1,
    tests: 'no',
    verdict: 'request_changes',
  });
  expect(review.range.head).toBe(repository.git('rev-parse', 'HEAD'));
  expect(review.findings[1]?.suggestion).toEqual({
    range: [3, 3],
    text: 'if (a) throw new Error(`no ${a}`);',
  });
});

test('an empty change is approved and says so', async () => {
  const empty = await tools.collate([], 'HEAD..HEAD');
  const review = expectReview(await tools.finish(empty, undefined, 'HEAD..HEAD'));
  expect(review.summary).toEqual({
    what: 'No changes in this range.',
    risk: 'low',
    effort: 1,
    tests: 'n/a',
    verdict: 'approve',
  });
  expect(review.findings).toEqual([]);
});

test('the deterministic assessment is a judgement that finish takes', async () => {
  const found = await collated();
  const assessment = await tools.assess(undefined, found.findings);
  expect(isJudgement(assessment), JSON.stringify(isJudgement.errors)).toBe(true);
  const review = expectReview(await tools.finish(found, assessment));
  expect(review).toEqual(await tools.finish(found));
});

test('a judge mutes with a reason, merges, and sets severities', async () => {
  const found = await collated();
  const [evil, text, stop] = found.findings;
  const review = expectReview(
    await tools.finish(found, {
      summary: { ...SUMMARY, verdict: 'comment' },
      decisions: [
        { id: evil?.id, action: 'mute', reason: '`a` is a constant.' },
        { id: text?.id, action: 'merge', into: stop?.id, reason: 'same' },
        { id: stop?.id, action: 'keep', severity: 'nit', reason: 'taste' },
      ],
      findings: [],
    }),
  );
  expect(review.findings.map(({ id, severity, muted }) => [id, severity, muted])).toEqual([
    [evil?.id, 'major', '`a` is a constant.'],
    [stop?.id, 'nit', undefined],
  ]);
  expect(review.findings[1]?.source).toEqual(['ast-grep:debugger-left', 'ast-grep:throw-text']);
  expect(review.dropped.duplicates).toBe(found.dropped.duplicates + 1);
  expect(review.summary.verdict).toBe('comment');
});

test('decisions that cannot be done change nothing and are told', async () => {
  const found = await collated();
  const [evil, text, stop] = found.findings;
  const review = await tools.finish(found, {
    summary: { ...SUMMARY, verdict: 'request_changes' },
    decisions: [
      { id: 'nobody', action: 'keep', reason: '' },
      { id: evil?.id, action: 'mute', reason: '  ' },
      { id: evil?.id, action: 'keep', severity: 'nit' },
      { id: stop?.id, action: 'merge', into: stop?.id, reason: 'x' },
      { id: stop?.id, action: 'merge', into: 'nobody', reason: 'x' },
      { id: text?.id, action: 'explode', reason: 'x' },
      'nonsense',
    ],
    findings: [],
  });
  expect(review.findings).toEqual(found.findings);
  expect(review.notices).toHaveLength(7);
});

test('merging in a circle keeps one finding', async () => {
  const found = await collated();
  const [one, two] = found.findings;
  const review = await tools.finish(found, {
    summary: { ...SUMMARY, verdict: 'request_changes' },
    decisions: [
      { id: one?.id, action: 'merge', into: two?.id, reason: 'x' },
      { id: two?.id, action: 'merge', into: one?.id, reason: 'x' },
    ],
    findings: [],
  });
  expect(review.findings.map(({ id, severity }) => [id, severity])).toEqual([
    [two?.id, 'major'],
    [found.findings[2]?.id, 'minor'],
  ]);
});

test('approve beside an open major finding becomes request_changes, unless it is muted with a reason', async () => {
  const found = await collated();
  const review = await tools.finish(found, { summary: SUMMARY, decisions: [], findings: [] });
  expect(review.summary.verdict).toBe('request_changes');
  expect(review.notices.join()).toContain('`approve` was changed to `request_changes`');
  const muted = await tools.finish(found, {
    summary: SUMMARY,
    decisions: [{ id: found.findings[0]?.id, action: 'mute', reason: 'a constant' }],
    findings: [],
  });
  expect(muted.summary.verdict).toBe('approve');
  expect(muted.notices).toEqual([]);
});

test('findings of the judge pass the same checks, never speak for a tool, and open what was muted', async () => {
  const found = await collated();
  const own = { severity: 'major', category: 'bug', why: 'When `a` is 0.', confidence: 0.8 };
  const review = expectReview(
    await tools.finish(found, {
      summary: { ...SUMMARY, verdict: 'comment' },
      decisions: [{ id: found.findings[2]?.id, action: 'mute', reason: 'wanted' }],
      findings: [
        { ...own, path: 'src/auth/login.ts', range: [1, 1], title: 'Old line' },
        {
          ...own,
          path: 'src/auth/login.ts',
          range: [2, 2],
          title: 'Guessed input',
          source: ['secretlint:aws'],
        },
        {
          ...own,
          path: 'src/auth/login.ts',
          range: [4, 4],
          title: 'Debugger is left',
          suggestion: { range: [9, 9], text: '' },
        },
      ],
    }),
  );
  expect(review.dropped).toEqual({ outsideDiff: 1, duplicates: 1, badSuggestions: 1, overLimit: 0 });
  expect(review.findings.map(({ title, source, muted }) => [title, source.join('+'), muted])).toEqual([
    ['Guessed input', 'agent', undefined],
    ['Text is run as code', 'ast-grep:code-from-input', undefined],
    ['Debugger statement is left in', 'ast-grep:debugger-left+agent', undefined],
    ['Thrown value is not an Error', 'ast-grep:throw-text', undefined],
  ]);
});

test('a judge that leaves parts out is completed, and the review says so', async () => {
  const review = expectReview(
    await tools.finish(await collated(), { summary: { what: 'A.' }, decisions: null }),
  );
  expect(review.summary).toEqual({
    what: 'A.',
    risk: 'high',
    effort: 1,
    tests: 'no',
    verdict: 'request_changes',
  });
  expect(review.notices).toEqual(['the judge gave no `risk`, `effort`, `tests`, `verdict`: counted instead']);
});

test('the schemas accept what roles deliver and refuse what they must not', () => {
  const finding = {
    path: 'a',
    range: [1, 2],
    severity: 'nit',
    category: 'docs',
    title: 't',
    why: 'w',
    confidence: 1,
  };
  expect(isFindings({ findings: [finding] })).toBe(true);
  expect(isFindings({ findings: [{ ...finding, range: [1] }] })).toBe(false);
  expect(isFindings({ findings: [{ ...finding, severity: 'bad' }] })).toBe(false);
  expect(isFindings({ findings: [], more: 1 })).toBe(false);
  expect(
    isJudgement({ summary: SUMMARY, decisions: [{ id: 'x', action: 'drop', reason: '' }], findings: [] }),
  ).toBe(false);
});

test('the schemas have the words of the model', () => {
  for (const name of ['review', 'findings', 'judgement']) {
    const { $defs } = schema(name) as {
      $defs: { finding: { properties: Record<string, { enum?: string[] }> } };
    };
    expect($defs.finding.properties.severity?.enum).toEqual(SEVERITIES);
    expect($defs.finding.properties.category?.enum).toEqual(CATEGORIES);
  }
});

test('every field of the schemas is described', () => {
  const bare: string[] = [];
  const visit = (value: unknown, place: string, isProperty: boolean): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Record<string, unknown>;
    if (isProperty && node.description === undefined && node.$ref === undefined) bare.push(place);
    for (const [key, inner] of Object.entries(node)) {
      if (key === 'properties' || key === '$defs') {
        for (const [name, property] of Object.entries(inner as object))
          visit(property, `${place}.${name}`, true);
      } else visit(inner, `${place}/${key}`, false);
    }
  };
  for (const name of ['review', 'findings', 'judgement']) visit(schema(name), name, true);
  expect(bare).toEqual([]);
});

test('the summary says how many other commits there are, however many', async () => {
  const repository = repositoryWithChange({ 'a.txt': '0\n' }, { 'a.txt': '1\n' });
  onTestFinished(() => repository.dispose());
  for (let number = 2; number <= 26; number += 1) {
    repository.write('a.txt', `${number}\n`);
    repository.commit(`Commit ${number}`);
  }
  const root = repository.git('rev-list', '--max-parents=0', 'HEAD');
  const { summary } = await reviewIn(repository.path).assess(`${root}..HEAD`);
  expect(summary.what).toContain('“Commit 26” and 25 other commits: changes 1 file');
});
