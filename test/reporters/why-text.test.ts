import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { formatReasons, type Reason } from '../../src/reporters/why-text.ts';
import { SAMPLE_EVENTS } from './sample-events.ts';

const spend = {
  calls: 1,
  toolCalls: 0,
  usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
  costMicroUsd: null,
};
const startedAt = 1_000;
const textOf = (event: RunEvent, more: Partial<Reason> = {}): string =>
  formatReasons([{ seq: 7, event, ...more }], { color: false, startedAt });

describe('why a transition was taken', () => {
  const taken = {
    at: 1_250,
    type: 'transition.taken',
    from: 'a',
    to: 'b',
    event: 'completed',
    way: 'next',
  } as const;
  const no = { when: 'a.n > 3', held: false, values: { 'a.n': 1, 'a.word': 'x', 'a.list': null } };

  test.each<readonly [string, RunEvent, string]>([
    ['the only way', taken, 'a → b  because `a` completed (`next`)'],
    [
      'a condition',
      { ...taken, guards: [no, { ...no, held: true }] },
      'a → b  because its condition held (`next`)',
    ],
    ['no condition', { ...taken, guards: [no] }, 'a → b  because no condition before it held (`next`)'],
    ['an error', { ...taken, event: 'failed', way: 'on_error' }, 'a → b  because `a` failed (`on_error`)'],
    [
      'a limit',
      { ...taken, way: 'on_limit', limit: 'c' },
      'a → b  because `c` has no visits left (`on_limit`)',
    ],
    [
      'news',
      { ...taken, way: 'subscribe' },
      'a → b  because an artifact that it watches is new (`subscribe`)',
    ],
    ['inside a crew', { ...taken, crew: 'build.x' }, 'build.x/a → build.x/b  because `a` completed (`next`)'],
  ])('%s', (_name, event, head) => {
    expect(textOf(event).split('\n')[0]).toBe(`#7     250 ms  ${head}`);
  });

  test('each condition has a line with all that it read, then come the details', () => {
    const position = { line: 3, column: 9, offset: 40 };
    const written = { file: 'x.crew.yaml', start: position, end: position };
    const event = { ...taken, guards: [no, { ...no, held: true, values: {} }] };
    expect(
      textOf(event, { written, details: ['one', 'two\nlines'] }),
    ).toBe(`#7     250 ms  a → b  because its condition held (\`next\`)  x.crew.yaml:3:9
               did not hold: a.n > 3 (a.n = 1, a.word = "x", a.list = null)
               held: a.n > 3
               one
               two lines
`);
  });
});

test('every event has a paragraph of its own, whatever is in it', () => {
  const reasons = Object.values(SAMPLE_EVENTS)
    .flat()
    .map((event, index) => ({ seq: index + 1, event }));
  const lines = formatReasons(reasons, { color: false, startedAt }).split('\n');
  expect(lines.filter(line => line.startsWith('#'))).toHaveLength(reasons.length);
  expect(lines.every(line => line === '' || /^(#\d| {15}\S)/.test(line))).toBe(true);
});

test('a turn says whose it is and why; the reason of a model is no more than a line', () => {
  const turn = { at: 1_000, type: 'turn.started', phase: 'debate', role: 'critic', turn: 2 } as const;
  expect(textOf({ ...turn, reason: 'by lot among `a`, `b`' })).toContain(
    "debate: turn 2 is critic's\n               because by lot among `a`, `b`\n",
  );
  expect(textOf({ ...turn, turn: 1 })).toContain('because it begins');
  expect(textOf(turn)).toContain('because all that it asked for was answered');
  expect(textOf({ ...turn, closing: true, reason: '`max_turns` is 3' })).toContain(
    'debate: critic writes the artifact\n               because `max_turns` is 3\n',
  );
  const long = textOf({ ...turn, reason: `evil \u001b[2J\u202e\n#9 ${'long '.repeat(100)}` });
  expect(long.split('\n')).toHaveLength(3);
  expect(long).toContain('evil \\u{1b}[2J\\u{202e} #9 long');
  expect(long).toMatch(/…\n$/);
});

test('a stop says what to do, an end by an error for which failure', () => {
  const failure = { code: 'BUDGET_EXCEEDED', message: 'no calls left' } as const;
  expect(textOf({ at: 1_000, type: 'run.suspended', failure, spend })).toContain(
    'the run stopped here, to be resumed\n               BUDGET_EXCEEDED: no calls left\n               Resume with a higher ceiling',
  );
  const ended = { at: 1_000, type: 'run.ended', phase: 'a', spend } as const;
  expect(textOf({ ...ended, outcome: 'error', failure }, { details: ['`a` has no `on_error`'] })).toContain(
    'the run ended by an error of a\n               BUDGET_EXCEEDED: no calls left\n               `a` has no `on_error`\n',
  );
  expect(textOf({ ...ended, outcome: 'failure', result: null })).toContain('the run ended in failure at a\n');
});

test('a vote says who answered what, and a judge why', () => {
  const [majority, judge] = SAMPLE_EVENTS['answers.judged'].map(event => textOf(event));
  expect(majority).toContain('one answer was taken by majority (`vote`)');
  expect(majority).toContain('yes (a, c), not no (b); no answer: d');
  expect(judge).toContain('one answer was taken by the judge (`vote`)');
  expect(judge).toContain('because It is shorter.');
});
