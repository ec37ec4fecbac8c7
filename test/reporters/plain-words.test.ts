import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/model/json.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { createPlainReporter } from '../../src/reporters/plain.ts';
import { tellAll } from './parallel-run.ts';

const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 };
const failure = { code: 'OUTPUT_INVALID', message: 'no JSON' } as const;

/** The rows of some events, without time and place. */
function rowsOf(...events: readonly RunEvent[]): readonly string[] {
  let text = '';
  const write = (piece: string) => {
    text += piece;
  };
  const reporter = createPlainReporter({ write, color: false, columns: 200, verbosity: 'normal' });
  tellAll(
    reporter,
    events.map(event => ({ event })),
  );
  return text
    .split('\n')
    .filter(row => row !== '')
    .map(row => row.slice(row.indexOf('│ ') + 2));
}

const begun = (phase: string, kind: string, role?: string): RunEvent => ({
  type: 'phase.started',
  at: 0,
  phase,
  kind,
  visit: 1,
  ...(role === undefined ? {} : { role }),
});
const done = (phase: string, artifact: JsonValue = 'x'): RunEvent => ({
  type: 'phase.ended',
  at: 0,
  phase,
  outcome: 'completed',
  artifact,
});
const lost = (phase: string): RunEvent => ({ type: 'phase.ended', at: 0, phase, outcome: 'failed', failure });
const answered = (phase: string, role: string, text: string): RunEvent => ({
  type: 'model.ended',
  at: 0,
  key: `${phase}/${role}`,
  phase,
  role,
  outcome: 'answered',
  text,
  toolCalls: 0,
  usage,
  costMicroUsd: 0,
  ms: 1,
});
const message = (from: string, text: string): RunEvent => ({
  type: 'message.sent',
  at: 0,
  phase: 't',
  from,
  to: ['all'],
  turn: 1,
  text,
});

describe('parts of a phase', () => {
  it('are counted when they have completed: branches of a join', () => {
    const rows = rowsOf(
      begun('build/p', 'parallel'),
      done('build/p.a', null),
      lost('build/p.b'),
      done('build/p.c'),
      { type: 'phase.ended', at: 0, phase: 'build/p.d', outcome: 'cancelled' },
      done('build/p', { a: null, b: null, c: 'x', d: null }),
    );
    expect(rows.at(-1)).toBe('✓ 2 of 4 branches · 0 ms');
  });

  it('are counted when they have completed: items', () => {
    const rows = rowsOf(
      begun('e', 'each'),
      lost('e.0'),
      done('e.1'),
      lost('e.2'),
      lost('e.3'),
      done('e', [null, 'x', null, null]),
    );
    expect(rows.at(-1)).toBe('✓ 1 of 4 items · 0 ms');
    expect(rowsOf(begun('e', 'each'), done('e', [])).at(-1)).toBe('✓ 0 items · 0 ms');
  });

  it('of an attempt before do not count', () => {
    const rows = rowsOf(
      begun('p', 'parallel'),
      done('p.a'),
      { type: 'phase.retried', at: 0, phase: 'p', attempt: 2, failure },
      done('p.a'),
      done('p', { a: 'x', b: null }),
    );
    expect(rows.at(-1)).toBe('✓ 1 of 2 branches · 0 ms');
  });
});

it('a phase no trial of which has passed says which one is kept', () => {
  const judged = {
    type: 'trial.judged',
    at: 0,
    phase: 'd',
    passed: false,
    score: 0,
    feedback: 'No.',
  } as const;
  const rows = rowsOf(
    begun('d', 'role', 'writer'),
    { ...judged, trial: 1 },
    { ...judged, trial: 2, kept: 1 },
    done('d', 'text'),
  );
  expect(rows.at(-2)).toBe('∿ trials 0 → 0 · none passed, kept trial 1 with 0');
  expect(rows.at(-1)).toBe('✓ 4 B · no trial passed, kept trial 1 · 0 ms');
});

it('a call that is tried again says when', () => {
  const overloaded = { code: 'PROVIDER_OVERLOADED', message: 'HTTP 529' } as const;
  const call = { type: 'model.ended', at: 0, key: 'k', phase: 'd', role: 'writer', ms: 1 } as const;
  const rows = rowsOf(begun('d', 'role', 'writer'), {
    ...call,
    outcome: 'failed',
    failure: overloaded,
    retry: { nth: 2, of: 3, inMs: 1000 },
  });
  expect(rows.at(-1)).toBe('✗ PROVIDER_OVERLOADED HTTP 529 · 1 ms · try 2 of 3 in 1.0 s');
});

it('wrong inputs of a crew inside the run are not mended on the command line', () => {
  const wrong = { code: 'INPUT_INVALID', message: '`b.crew.yaml` needs the input `n`' } as const;
  const rows = rowsOf(begun('b', 'crew'), {
    type: 'phase.ended',
    at: 0,
    phase: 'b',
    outcome: 'failed',
    failure: wrong,
  });
  expect(rows.at(-1)).toContain('mend `inputs` of its phase');
  expect(rows.join()).not.toContain('-i ');
});

describe('what was spent', () => {
  const models = { a: { use: 'openai:small', reason: 'r' }, b: { use: 'offline', reason: 'r' } };
  const run = { type: 'run.started', at: 0, runId: 'r', crew: 'c', goal: 'g', programHash: 'p' } as const;
  const spend = {
    calls: 2,
    toolCalls: 0,
    usage: { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0 },
    costMicroUsd: 20_000,
  };
  const asked = (model: string): RunEvent => ({
    type: 'model.started',
    at: 0,
    key: 'p.a/a',
    phase: 'p.a',
    role: 'a',
    model,
    turn: 1,
  });
  const cancelled: RunEvent = { type: 'phase.ended', at: 0, phase: 'p.a', outcome: 'cancelled' };
  const ended: RunEvent = { type: 'run.ended', at: 0, outcome: 'success', phase: 'e', result: null, spend };
  const spentAfter = (...events: readonly RunEvent[]) =>
    rowsOf({ ...run, inputs: {}, models }, ...events, ended).at(-1);

  it('is at most so much when a call was cut off, whose tokens nobody has counted', () => {
    expect(spentAfter(asked('a'), cancelled)).toContain('tokens: at most 10 in, 5 out · at most $0.02');
    expect(spentAfter(asked('a'))).toContain('at most');
    expect(spentAfter(asked('a'), { type: 'run.resumed', at: 0 }, answered('p.a', 'a', 'x'))).toContain(
      'at most',
    );
  });

  it('is counted when all calls were answered, or no language model was asked', () => {
    const counted = { ...answered('p.a', 'a', 'x'), usage: { ...usage, inputTokens: 1 } } as RunEvent;
    expect(spentAfter(asked('a'), counted, cancelled)).not.toContain('at most');
    expect(spentAfter(asked('b'), cancelled)).not.toContain('at most');
  });
});

it('a vote is told with who answered what', () => {
  const vote = {
    type: 'answers.judged',
    at: 0,
    phase: 'v',
    choice: 'yes',
    tally: [
      { answer: 'no', models: ['b'] },
      { answer: 'yes', models: ['a', 'c'] },
    ],
  } as const;
  expect(rowsOf({ ...vote, by: 'majority', failed: ['d'] })).toEqual([
    '✓ by majority: yes (a, c), not no (b); no answer: d',
  ]);
  expect(rowsOf({ ...vote, by: 'judge', failed: [], reason: 'It\nholds.' })).toEqual([
    '✓ by judge: yes (a, c), not no (b) · It holds.',
  ]);
});

describe('who speaks', () => {
  it('is named on the lines of models that are not the role of the phase', () => {
    const rows = rowsOf(begun('ask', 'ask'), answered('ask', 'fast', 'Yes.\nIt is.'));
    expect(rows.slice(1)).toEqual([
      '    fast: Yes.',
      '    fast: It is.',
      expect.stringMatching(/^◦ fast · answered/),
    ]);
  });

  it('is not named where the phase is the work of one role', () => {
    const rows = rowsOf(begun('draft', 'role', 'writer'), answered('draft', 'writer', 'Yes.'));
    expect(rows.slice(1)).toEqual(['    Yes.', expect.stringMatching(/^◦ answered/)]);
  });
});

describe('a reply of a conversation', () => {
  it('is told once', () => {
    const rows = rowsOf(
      begun('t', 'talk'),
      answered('t', 'critic', 'Too long.\n'),
      message('critic', 'Too long.'),
    );
    expect(rows.filter(row => row.includes('Too long.'))).toEqual(['    critic: Too long.']);
  });

  it('is told again when it is another one', () => {
    const rows = rowsOf(
      begun('t', 'talk'),
      answered('t', 'critic', 'Too long.'),
      message('critic', 'Too long.'),
      message('critic', 'Too long.'),
    );
    expect(rows.at(-1)).toBe('“ critic → all: Too long.');
  });

  it('with a brief is told with what is new in it', () => {
    const rows = rowsOf(
      begun('t', 'talk'),
      answered('t', 'critic', 'Too long.'),
      answered('t', 'critic', ''),
      message('critic', 'Too long.\n\nMend it.'),
    );
    expect(rows.at(-1)).toBe('“ critic → all: Mend it.');
  });

  it('that is typed is told in words', () => {
    const typed = '{"verdict": "no", "score": 2, "why": ["a", "b"]}';
    const rows = rowsOf(begun('t', 'talk'), answered('t', 'critic', typed), message('critic', typed));
    expect(rows.at(-1)).toBe('“ critic → all: verdict: no · score: 2 · why: ["a","b"]');
  });
});

it('a call that a person refused is told once', () => {
  const call = { key: 'k', phase: 'send', tool: 'mail.send' } as const;
  const denied = { code: 'CONSENT_DENIED', message: 'a person refused this call: not now' } as const;
  const rows = rowsOf(
    {
      type: 'person.answered',
      at: 0,
      id: 'k',
      key: 'k/leave-1',
      phase: 'send',
      choice: 'deny',
      text: 'not now',
      by: 'ada',
    },
    { type: 'tool.started', at: 0, ...call, args: {} },
    { type: 'tool.ended', at: 0, ...call, outcome: 'failed', failure: denied, ms: 0 },
  );
  expect(rows).toEqual(['● ada: deny · not now']);
});
