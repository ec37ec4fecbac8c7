import { describe, expect, test } from 'vitest';
import { compareLines } from '../../src/model/compare-lines.ts';
import type { ModelCallEffect } from '../../src/model/effect.ts';
import type { RunDiff } from '../../src/model/run-diff.ts';
import type { RunRecord } from '../../src/model/run-record.ts';
import { NO_USAGE } from '../../src/model/usage.ts';
import { formatPrompt } from '../../src/reporters/prompt-text.ts';
import { formatRunDiff } from '../../src/reporters/run-diff-text.ts';
import { formatRuns } from '../../src/reporters/runs-text.ts';
import { formatRunRecord } from '../../src/reporters/show-text.ts';
import { textTable } from '../../src/reporters/text-table.ts';
import { fc } from '../laws.ts';

const ESCAPES = '\u001b[2J\u202e\u0007\r';
const NOTHING = { calls: 0, toolCalls: 0, usage: NO_USAGE, costMicroUsd: null };
const RECORD: RunRecord = {
  runId: 'r1',
  crew: `x${ESCAPES}`,
  goal: `g${ESCAPES}`,
  programHash: 'abcdefghij',
  workspace: `/w${ESCAPES}`,
  status: 'error',
  endedAt: 'a',
  failure: { code: 'TOOL_FAILED', message: `no${ESCAPES}` },
  startedAt: 0,
  lastAt: 1,
  workedMs: 1,
  facts: 3,
  inputs: { [`i${ESCAPES}`]: `v${ESCAPES}` },
  models: { default: { use: `m${ESCAPES}`, reason: `r${ESCAPES}` } },
  path: [
    {
      phase: 'a',
      kind: 'tool',
      visit: 2,
      seq: 1,
      at: 0,
      endedAt: 5,
      attempts: 3,
      outcome: 'failed',
      failure: { code: 'TOOL_FAILED', message: `no${ESCAPES}` },
    },
  ],
  calls: [{ key: `k${ESCAPES}`, phase: 'a', role: 'r', model: 'm', turn: 1, at: 0 }],
  artifacts: { a: `t${ESCAPES}` },
  spend: {
    total: NOTHING,
    byPhase: [{ name: `a${ESCAPES}`, ...NOTHING, calls: 1 }],
    byRole: [{ name: '', ...NOTHING }],
    byModel: [{ name: `m${ESCAPES}`, ...NOTHING }],
  },
  answers: [],
  questions: [
    {
      id: 'q',
      phase: 'a',
      question: { kind: 'approval', tool: 't', args: { p: ESCAPES }, argsHash: 'h', role: 'r' },
    },
  ],
};

const layout = { color: false, columns: Number.POSITIVE_INFINITY, next: [] };
const expectTame = (text: string) =>
  expect(['\u001b', '\u202e', '\u0007', '\r'].filter(character => text.includes(character))).toEqual([]);

describe('a recorded run for people', () => {
  test('says everything, and nothing foreign acts on the terminal', () => {
    const text = formatRunRecord(RECORD, { ...layout, phase: 'a', next: ['crew resume r1'] });
    expectTame(text);
    expectTame(formatRunRecord(RECORD, layout));
    expect(text).toContain('✗ error at a · 3 facts');
    expect(text).toMatch(/#1 {2}a \(visit 2\) {2}tool {2}✗ failed, 3 attempts {2}5 ms {2}TOOL_FAILED no/);
    expect(text).toMatch(/turn 1 {2}k.* {2}r {2}m {2}under way/);
    expect(text).toContain('(no role)');
    expect(text).toContain('price unknown');
    expect(text).toMatch(/Waits for\n {2}a {2}may it call t p=/);
    expect(text).toContain('\nNext\n  crew resume r1\n');
  });

  test.each([20, 80])('no row but failures and commands is wider than %i columns', columns => {
    const text = formatRunRecord({ ...RECORD, goal: 'long '.repeat(60) }, { ...layout, columns });
    const wide = text.split('\n').filter(line => line.length > columns && !line.startsWith('why'));
    expect(wide).toEqual([]);
  });

  test('names the process that works on it', () => {
    const { failure: _none, endedAt: _open, ...open } = RECORD;
    const text = formatRunRecord({ ...open, status: 'open' }, { ...layout, pid: 42 });
    expect(text).toContain('status  ▸ at work in process 42 · 3 facts');
  });
});

const CALL: ModelCallEffect = {
  type: 'model.call',
  key: 'a:1:1/model-1',
  model: 'default',
  maxTokens: 9,
  temperature: 0,
  origin: { phase: 'a', role: 'r', turn: 1, values: {} },
  tools: [
    { name: 'git.diff', description: 'Shows.', inputSchema: true, readOnly: true, repeatable: true } as never,
  ],
  output: { name: 'a', schema: { type: 'object' } },
  messages: [
    { from: 'system', parts: [{ type: 'text', text: `You${ESCAPES}\n  are.` }] },
    {
      from: 'assistant',
      parts: [{ type: 'tool-call', call: { id: '1', tool: 'git.diff', args: { a: 1 } } }],
    },
    {
      from: 'tool',
      parts: [{ type: 'tool-result', callId: '1', tool: 'git.diff', value: 'text', isError: true }],
    },
  ],
};

describe('a prompt', () => {
  test('is exact for files, and tame on a terminal', () => {
    const exact = formatPrompt(CALL, { color: false, terminal: false });
    expect(exact).toContain(
      `── system\nYou${ESCAPES}\n  are.\n── assistant\n→ git.diff {"a":1}\n── tool\n← git.diff failed:\ntext\n`,
    );
    expect(exact).toContain('at most 9 tokens, temperature 0');
    expect(exact).toContain('── tools\ngit.diff: Shows.\n── artifact a\n{');
    expectTame(formatPrompt(CALL, { color: false, terminal: true }));
  });
});

describe('a listing', () => {
  test('stays tame and within its columns', () => {
    const run = { runId: 'r1', crew: `c${ESCAPES}`, createdAt: 0, status: 'waiting' } as const;
    const waitsFor = { code: 'PERSON_NEEDED', message: `m${ESCAPES}`.repeat(40) } as const;
    const text = formatRuns(
      [
        { ...run, waitsFor },
        { ...run, status: 'open', spend: NOTHING, workedMs: 1 },
      ],
      {
        color: false,
        columns: 60,
      },
    );
    expectTame(text);
    expect(text.split('\n').map(line => line.length > 60)).not.toContain(true);
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toContain('1970-01-01 00:00');
    const spend = { ...NOTHING, calls: 2, costMicroUsd: 17_000 };
    expect(formatRuns([{ ...run, spend, isBounded: true }], { color: false, columns: 200 })).toContain(
      '2 calls  at most $0.017',
    );
    expect(formatRuns([], { color: false, columns: 60 })).toBe('');
    expect(formatRuns([{ ...run, createdAt: Number.NaN }], { color: false, columns: 60 })).toContain(
      'unknown',
    );
  });
});

describe('what a listed run waits for', () => {
  const row = (more: object): string => {
    const run = { runId: 'r1', crew: 'c', createdAt: 0, status: 'waiting', ...more } as const;
    return formatRuns([run], { color: false, columns: 200 }).split('\n')[0] ?? '';
  };

  test.each([
    ['PERSON_NEEDED', 'waits for an answer'],
    ['CONSENT_REQUIRED', 'waits for an approval'],
    ['EFFECT_UNCERTAIN', 'waits for word whether a call was done'],
    ['BUDGET_EXCEEDED', 'waits for a higher ceiling'],
    ['PROVIDER_UNAVAILABLE', 'waits for its model'],
    ['PROVIDER_QUOTA', 'waits for its model'],
    ['CREDENTIALS_MISSING', 'waits for what is missing'],
  ])('%s ends its row in words', (code, words) => {
    expect(row({ waitsFor: { code, message: 'm' } }).endsWith(`  ${words}`)).toBe(true);
  });

  test('a run that was left in the middle says how it goes on, others say nothing', () => {
    expect(row({ status: 'open' })).toMatch(/ {2}stopped; `crew resume` goes on$/);
    for (const status of ['running', 'success', 'failure', 'error'])
      expect(row({ status })).not.toMatch(/waits|resume/);
  });
});

describe('lines that are compared', () => {
  const texts = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
    .map(lines => lines.join('\n'));
  test('give both texts back, and equal ones as the same', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const lines = compareLines(before, after);
        const side = (kind: string) =>
          lines.flatMap(line => (line.kind === 'same' || line.kind === kind ? [line.text] : [])).join('\n');
        expect([side('removed'), side('added')]).toEqual([before, after]);
        if (before === after) expect(lines.every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
  });

  test('are as few as possible, and texts of any size end', () => {
    const changed = compareLines('a\nb\nc\nd', 'a\nc\nx\nd').filter(({ kind }) => kind !== 'same');
    expect(changed.map(({ text }) => text)).toEqual(['b', 'x']);
    const long = (word: string) => Array.from({ length: 5000 }, (_, index) => `${word}${index}`).join('\n');
    expect(compareLines(long('a'), long('b'))).toHaveLength(10_000);
  });
});

test('two runs that differ are told apart, tamely, and long differences are cut with a count', () => {
  const run = {
    runId: 'r1',
    crew: 'c',
    programHash: 'abcdefghij',
    status: 'success',
    endedAt: 'e',
    workedMs: 1,
  } as const;
  const a = { ...run, spend: RECORD.spend, path: [`a${ESCAPES}`] };
  const b = {
    ...run,
    runId: 'r2',
    programHash: 'zzzzzzzzzz',
    spend: { ...RECORD.spend, byPhase: [] },
    path: ['b'],
  };
  const many = (word: string) => Array.from({ length: 100 }, (_, index) => `${word}${index}`).join('\n');
  const diff: RunDiff = {
    a,
    b,
    sameProgram: false,
    samePath: false,
    inputs: [{ name: 'x', a: 1 }],
    models: [],
    artifacts: { same: 2, different: [{ name: `n${ESCAPES}`, a: many('a'), b: `${many('b')}${ESCAPES}` }] },
    prompts: { same: 0, different: [{ key: 'k', phase: 'p', b: 'text' }] },
  };
  const text = formatRunDiff(diff, { color: false, columns: 60 });
  expectTame(text);
  expect(text).toContain('the programs are not the same');
  expect(text).toContain('  - x: only in the first');
  expect(text).toContain('    … 160 more lines');
  expect(text).toContain('  + k (p): only in the second');
  expect(text).toContain('Artifacts: 2 the same, 1 different');
  expect(formatRunDiff(diff, { color: true, columns: 60 })).toContain('\u001b[31m');
});

test('a table aligns by what is seen, to both sides, also rows that are short', () => {
  expect(textTable([['a', '1', 'x'], ['日本', '22'], []], { right: [1], indent: 1 })).toEqual([
    ' a      1  x',
    ' 日本  22',
    '',
  ]);
  expect(textTable([])).toEqual([]);
  expect(textTable([['abcdef', 'g']], { columns: 5 })).toEqual(['abcd…']);
});
