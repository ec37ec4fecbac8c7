import { afterAll, expect, test } from 'vitest';
import { SEVERITIES } from '../../../src/model/review.ts';
import type { DraftFinding } from '../../../src/tools/review/draft-finding.ts';
import { mergeDuplicates } from '../../../src/tools/review/merge-duplicates.ts';
import { fc } from '../../laws.ts';
import { repositoryWithChange, reviewIn } from './review-call.ts';

const BEFORE = 'const a = 1;\nconst b = 2;\nconst c = 3;\n';
const AFTER = 'const a = 1;\nconst x = 1;\nconst y = 1;\nconst b = 2;\nconst c = 3;\nconst z = 1;\n';
const repository = repositoryWithChange(
  { 'a.ts': BEFORE, 'b.json': '{"a": 1}\n', 'gone.ts': 'x();\n' },
  { 'a.ts': AFTER, 'b.json': '{\n"a": 2\n}\n', 'c.rb': 'puts 1\n' },
);
const tools = reviewIn(repository.path);
afterAll(() => repository.dispose());

function draft(given: Partial<DraftFinding>): DraftFinding {
  return {
    path: 'a.ts',
    range: [2, 2],
    severity: 'minor',
    category: 'bug',
    title: 'Something is wrong',
    why: 'It breaks when it runs.',
    evidence: [],
    confidence: 0.5,
    source: ['agent:critic'],
    ...given,
  };
}

test('ranges are cut down to added lines; what touches none is dropped and counted', async () => {
  const { findings, dropped } = await tools.collate([
    draft({ range: [1, 5], title: 'first' }),
    draft({ range: [5, 900_000_000], title: 'second' }),
    draft({ range: [4, 5], title: 'untouched' }),
    draft({ path: 'gone.ts', range: [1, 1], title: 'deleted' }),
    draft({ path: '../etc/passwd', range: [1, 1], title: 'elsewhere' }),
  ]);
  expect(findings.map(({ title, range }) => [title, range])).toEqual([
    ['first', [2, 3]],
    ['second', [6, 6]],
  ]);
  expect(dropped).toEqual({ outsideDiff: 3, duplicates: 0, badSuggestions: 0, overLimit: 0 });
});

test('duplicates are folded: tools speak first, the highest severity and confidence stay, the id is that of the tool', async () => {
  const tool = draft({
    source: ['oxlint:no-eval'],
    category: 'security',
    title: 'Text is run as code',
    why: 'T.',
    evidence: ['a.ts:1'],
  });
  const agent = draft({
    range: [2, 3],
    severity: 'critical',
    category: 'security',
    title: 'Running text as code',
    why: 'A.',
    confidence: 0.95,
    evidence: ['b.json:2'],
    suggestion: { range: [2, 2], text: 'const x = 2;' },
  });
  const alone = await tools.collate([tool]);
  for (const order of [
    [tool, agent],
    [agent, tool],
  ]) {
    const { findings, dropped } = await tools.collate(order);
    expect(findings).toEqual([
      {
        ...tool,
        id: alone.findings[0]?.id,
        severity: 'critical',
        confidence: 0.95,
        evidence: ['a.ts:1', 'b.json:2'],
        source: ['oxlint:no-eval', 'agent:critic'],
        suggestion: { range: [2, 2], text: 'const x = 2;' },
      },
    ]);
    expect(dropped.duplicates).toBe(1);
  }
});

test('findings that only share a line stay apart', async () => {
  const { findings } = await tools.collate([
    draft({ title: 'Loop never ends' }),
    draft({ title: 'Name is never used', category: 'design' }),
    draft({ title: 'Password is logged', category: 'security' }),
    draft({ title: 'Wrong unit of time' }),
  ]);
  expect(findings).toHaveLength(4);
  expect(new Set(findings.map(finding => finding.id)).size).toBe(4);
});

test('suggestions must apply, change something and parse', async () => {
  const suggest = (path: string, range: [number, number], text: string) =>
    draft({
      path,
      range: path === 'a.ts' ? [2, 2] : [1, 1],
      title: `${path} ${text}`,
      suggestion: { range, text },
    });
  const keeps = async (finding: DraftFinding) => {
    const { findings, dropped } = await tools.collate([finding]);
    expect(findings).toHaveLength(1);
    expect(dropped.badSuggestions).toBe(findings[0]?.suggestion === undefined ? 1 : 0);
    return findings[0]?.suggestion !== undefined;
  };
  expect(await keeps(suggest('a.ts', [2, 3], 'const x = [1, 1];'))).toBe(true);
  expect(await keeps(suggest('a.ts', [2, 3], ''))).toBe(true);
  expect(await keeps(suggest('a.ts', [2, 2], 'const x = (1;'))).toBe(false);
  expect(await keeps(suggest('a.ts', [2, 2], 'const x = 1;'))).toBe(false);
  expect(await keeps(suggest('a.ts', [6, 7], 'const z = 2;'))).toBe(false);
  expect(await keeps(suggest('b.json', [2, 2], '"a": 3'))).toBe(true);
  expect(await keeps(suggest('b.json', [2, 2], '"a": 3,'))).toBe(false);
  expect(await keeps(suggest('c.rb', [1, 1], 'puts ((('))).toBe(true);
});

test('what a role delivers is read leniently, and what is no finding is counted', async () => {
  const { findings, notices } = await tools.collate([
    {
      findings: [
        { path: './a.ts', range: [3, 2], why: 'It breaks when nobody is looking at all.', confidence: 7 },
      ],
      notices: ['one'],
    },
    [[{ path: 'a.ts', range: 6, title: 'Wrong', severity: 'blocker', source: 'agent:critic' }]],
    { path: 'a.ts', why: 'no lines' },
    'text',
    null,
    { __proto__: null, path: 'a.ts', range: [0, 1], why: 'line zero' },
  ]);
  expect(findings.map(({ id, ...rest }) => rest)).toEqual([
    {
      ...draft({
        range: [2, 3],
        title: 'It breaks when nobody is looking at all',
        why: 'It breaks when nobody is looking at all.',
        confidence: 1,
      }),
      source: ['agent'],
    },
    draft({ range: [6, 6], title: 'Wrong', why: 'Wrong' }),
  ]);
  expect(notices).toEqual([
    'one',
    '3 of the findings named no path, no lines or said nothing, and were left out',
  ]);
});

test('at most 200 findings stay, the worst ones', async () => {
  const many = Array.from({ length: 250 }, (_, index) =>
    draft({ title: `w${index}a w${index}b`, severity: index === 249 ? 'critical' : 'nit' }),
  );
  const { findings, dropped } = await tools.collate(many);
  expect(findings).toHaveLength(200);
  expect(findings[0]?.severity).toBe('critical');
  expect(dropped.overLimit).toBe(50);
});

test('without findings there is an empty list, and without a list a coded failure', async () => {
  expect(await tools.collate([])).toMatchObject({ findings: [], notices: [] });
  await expect(tools.call('collate', { range: 'HEAD~1..HEAD' })).rejects.toMatchObject({
    code: 'TOOL_ARGUMENTS',
  });
  await expect(tools.report('static', 'nowhere..HEAD')).rejects.toMatchObject({ code: 'REVISION_UNKNOWN' });
});

const drafts = fc.array(
  fc.record({
    path: fc.constantFrom('a.ts', 'b.ts'),
    line: fc.integer({ min: 1, max: 4 }),
    severity: fc.constantFrom(...SEVERITIES),
    title: fc.constantFrom('Loop never ends', 'Name is unused', 'Value is lost'),
    source: fc.constantFrom('oxlint:a', 'ast-grep:b', 'agent:x', 'agent:y'),
    confidence: fc.constantFrom(0.1, 0.5, 0.9),
  }),
  { maxLength: 12 },
);

test('law: folding loses no source, never lowers a severity, and counts what it took away', () => {
  fc.assert(
    fc.property(drafts, given => {
      const input = given.map(({ line, source, ...rest }) =>
        draft({ ...rest, range: [line, line], source: [source] }),
      );
      const { findings, duplicates } = mergeDuplicates(input);
      expect(findings.length + duplicates).toBe(input.length);
      const sources = (list: readonly DraftFinding[]) =>
        new Set(list.flatMap(({ path, source }) => source.map(one => `${path} ${one}`)));
      expect(sources(findings)).toEqual(sources(input));
      const rank = (list: readonly DraftFinding[]) =>
        Math.min(9, ...list.map(({ severity }) => SEVERITIES.indexOf(severity)));
      expect(rank(findings)).toBe(rank(input));
      expect(mergeDuplicates(findings).findings.length).toBeLessThanOrEqual(findings.length);
    }),
  );
});
