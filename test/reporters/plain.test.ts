import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { displayWidth } from '../../src/reporters/display-width.ts';
import { createPlainReporter } from '../../src/reporters/plain.ts';
import { shortArguments } from '../../src/reporters/short-arguments.ts';
import { fc } from '../laws.ts';
import { PARALLEL_RUN, type Step, tellAll } from './parallel-run.ts';
import { SAMPLE_EVENTS } from './sample-events.ts';
import { HOSTILE_TEXT } from './sample-review.ts';

type Verbosity = 'quiet' | 'normal' | 'verbose';

function told(
  steps: readonly Step[],
  options: { verbosity?: Verbosity; color?: boolean; columns?: number } = {},
): string {
  let text = '';
  const write = (piece: string) => {
    text += piece;
  };
  tellAll(createPlainReporter({ write, color: false, columns: 110, verbosity: 'normal', ...options }), steps);
  return text;
}

const spend = {
  calls: 0,
  toolCalls: 0,
  usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
  costMicroUsd: 0,
};
const failure = { code: 'PROVIDER_AUTH', message: 'expected a key that is valid, found HTTP 401' } as const;
const started = (models: { [alias: string]: { use: string; reason: string } }): RunEvent => ({
  type: 'run.started',
  at: 1000,
  runId: 'r1',
  crew: 'demo',
  goal: 'Show it.',
  programHash: 'abcdef0123456789',
  inputs: {},
  models,
});
const offline = started({ default: { use: 'offline', reason: 'no key and no local server was found' } });

describe('the plain reporter', () => {
  it.each(['normal', 'verbose', 'quiet'] as const)('tells a parallel run, %s', async verbosity => {
    await expect(told(PARALLEL_RUN, { verbosity })).toMatchFileSnapshot(`fixtures/plain-${verbosity}.txt`);
  });

  it('tells a parallel run in colour with the same words', async () => {
    const colored = told(PARALLEL_RUN, { color: true });
    await expect(colored).toMatchFileSnapshot('fixtures/plain-color.txt');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colour codes are what is looked at
    expect(colored.replace(/\u001b\[\d*m/g, '')).toBe(told(PARALLEL_RUN));
  });

  it('says in the header and in the spend line that the offline responder is not a language model', () => {
    const text = told([
      { event: offline },
      {
        event: {
          type: 'run.ended',
          at: 3500,
          outcome: 'success',
          phase: 'done',
          result: null,
          spend: { ...spend, calls: 2 },
        },
      },
    ]);
    expect(text).toContain(
      'offline · a rule-driven responder, not a language model · no key and no local server',
    );
    expect(text).toContain('spent   ✓ success · 2 model calls · 0 tool calls · no tokens: offline · 2.5 s\n');
  });

  it('says an unknown price, and never that the price is zero', () => {
    const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0 };
    const text = told([
      { event: started({ default: { use: 'openai:local', reason: 'the flag' } }) },
      {
        event: {
          type: 'run.ended',
          at: 1000,
          outcome: 'failure',
          phase: 'gave_up',
          result: null,
          spend: { calls: 1, toolCalls: 0, usage, costMicroUsd: null },
        },
      },
    ]);
    expect(text).toContain(
      '✗ failure at gave_up · 1 model call · 0 tool calls · tokens: 10 in, 5 out · price unknown',
    );
  });

  it('says nothing of tokens and money when no model was called', () => {
    const ended = { type: 'run.ended', at: 1000, outcome: 'success', phase: 'done', result: null } as const;
    expect(told([{ event: { ...ended, spend: { ...spend, toolCalls: 1 } } }])).toContain(
      'spent   ✓ success · 0 model calls · 1 tool call · 0 ms\n',
    );
  });

  it('tells a failure in full where it happened and at the end, with its hint, and how to resume, even when quiet', () => {
    const steps: readonly Step[] = [
      { event: offline },
      { event: { type: 'phase.started', at: 1000, phase: 'merge', kind: 'role', visit: 1, role: 'lead' } },
      { event: { type: 'phase.ended', at: 1500, phase: 'merge', outcome: 'failed', failure } },
      { event: { type: 'run.suspended', at: 1500, failure, spend } },
    ];
    for (const verbosity of ['quiet', 'normal', 'verbose'] as const) {
      const text = told(steps, { verbosity });
      expect(text.split(failure.message)).toHaveLength(3);
      expect(text).toContain('Check the API key and its permissions.');
      expect(text).toMatch(/‖ suspended · .*\nresume {2}crew resume r1\n$/);
    }
  });

  it('puts the id of the run into the commands of hints', () => {
    const text = told([
      { event: offline },
      {
        event: {
          type: 'run.ended',
          at: 1500,
          outcome: 'error',
          phase: 'merge',
          failure: { code: 'PROVIDER_QUOTA', message: 'no quota' },
          spend,
        },
      },
    ]);
    expect(text).toContain('failed  in merge: PROVIDER_QUOTA no quota\n');
    expect(text).toContain('then `crew resume r1`.\n');
  });

  it('does not count the pause before a resume, nor a clock that jumps back', () => {
    const text = told([
      { event: offline },
      { event: { type: 'phase.started', at: 3000, phase: 'a', kind: 'tool', visit: 1 } },
      { event: { type: 'run.resumed', at: 3000 + 3_600_000 } },
      { event: { type: 'phase.ended', at: 3000 + 3_601_000, phase: 'a', outcome: 'cancelled' } },
      { event: { type: 'run.ended', at: 10, outcome: 'success', phase: 'z', result: null, spend } },
    ]);
    expect(text).toContain('resumed after 1h 00m');
    expect(text).toContain('cancelled · 1.0 s');
    expect(text).toMatch(/✓ success · .* · 3\.0 s\n$/);
  });

  it('can begin in the middle: a resumed run whose start was told elsewhere', () => {
    const text = told([
      { event: { type: 'run.resumed', at: 5000 } },
      { event: { type: 'phase.ended', at: 6000, phase: 'a', outcome: 'completed', artifact: 'text' } },
      { event: { type: 'run.suspended', at: 6000, failure, spend } },
    ]);
    expect(text).toContain('▸ resumed\n');
    expect(text).toContain('✓ 4 B\n');
  });

  it('tells what a stream held when its call is cancelled, before the row of the phase', () => {
    const text = told([
      { event: offline },
      { delta: { key: 'k', phase: 'a', role: 'r', text: 'half a sentence' } },
      { event: { type: 'phase.ended', at: 1000, phase: 'a', outcome: 'cancelled' } },
    ]);
    expect(text).toMatch(/half a sentence\n.*cancelled/);
  });

  it('never lets parallel streams mix inside a line, however they are cut', () => {
    const words = fc.array(fc.stringMatching(/^[a-z ]{0,12}\n?$/), { maxLength: 30 });
    fc.assert(
      fc.property(words, words, fc.array(fc.boolean()), (left, right, order) => {
        const queues = { left: [...left], right: [...right] };
        const steps: Step[] = [];
        for (const takeLeft of [...order, ...left.map(() => true), ...right.map(() => false)]) {
          const name = takeLeft ? 'left' : 'right';
          const text = queues[name].shift();
          if (text !== undefined) steps.push({ delta: { key: name, phase: name, role: 'r', text } });
        }
        steps.push({ event: { type: 'run.suspended', at: 0, failure, spend } });
        const lines = told(steps, { columns: Number.POSITIVE_INFINITY }).split('\n');
        for (const [name, parts] of [
          ['left', left],
          ['right', right],
        ] as const) {
          const shown = lines
            .filter(line => line.trim().startsWith(`${name} `))
            .map(line => line.split('│ ')[1]?.trim());
          const said = parts
            .join('')
            .split('\n')
            .filter(line => line.trim() !== '')
            .map(line => line.trim());
          expect(shown).toEqual(said);
        }
      }),
    );
  });

  it('keeps every row within the columns, except failures, hints and commands', () => {
    for (const columns of [20, 40, 60, 80, 200]) {
      const rows = told(PARALLEL_RUN, { columns }).split('\n');
      const tooLong = rows.filter(row => displayWidth(row) > columns);
      for (const row of tooLong) expect(row).toMatch(/[✗↻]|crew resume|^spent|^model/);
    }
  });

  it('takes a width of zero as unknown', () => {
    expect(told(PARALLEL_RUN, { columns: 0 })).toBe(told(PARALLEL_RUN, { columns: 80 }));
  });

  it('shows hostile text in every field without obeying it', () => {
    const text = HOSTILE_TEXT;
    const bad = { code: 'TOOL_FAILED', message: text } as const;
    const call = { key: text, phase: text, role: text };
    const steps: readonly Step[] = [
      {
        event: {
          ...started({ [text]: { use: text, reason: text } }),
          goal: text,
          crew: text,
          inputs: { [text]: text },
        } as RunEvent,
      },
      { notice: text },
      { event: { type: 'phase.started', at: 0, phase: text, kind: text, visit: 1, role: text } },
      { event: { type: 'model.started', at: 0, ...call, model: text, turn: 1 } },
      { delta: { ...call, text } },
      { event: { type: 'model.ended', at: 0, ...call, outcome: 'failed', failure: bad, ms: 1 } },
      { event: { type: 'tool.started', at: 0, ...call, tool: text, args: { [text]: text } } },
      {
        event: {
          type: 'tool.ended',
          at: 0,
          key: text,
          phase: text,
          tool: text,
          outcome: 'returned',
          value: { [text]: [] },
          ms: 1,
        },
      },
      { event: { type: 'artifact.repaired', at: 0, phase: text, how: [text] } },
      { event: { type: 'artifact.rejected', at: 0, phase: text, reason: text, repair: 1 } },
      {
        event: {
          type: 'phase.retried',
          at: 0,
          phase: text,
          attempt: 2,
          failure: { ...bad, message: `${text}2` },
        },
      },
      {
        event: {
          type: 'phase.ended',
          at: 0,
          phase: text,
          outcome: 'failed',
          failure: { ...bad, message: `${text}3` },
        },
      },
      { event: { type: 'run.ended', at: 0, outcome: 'error', phase: text, failure: bad, spend } },
    ];
    const shown = told(steps, { verbosity: 'verbose', columns: Number.POSITIVE_INFINITY });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u200b]/);
    for (const line of shown.split('\n')) {
      expect(line).toMatch(/^(?:$|(?:crew|goal|inputs|model|failed|hint|spent) +|[ 0-9.s]+ .*│ )/);
    }
  });

  it('is silent about a code that this version does not know', () => {
    const unknown = { code: 'FROM_THE_FUTURE', message: 'new' } as unknown as typeof failure;
    expect(
      told([{ event: { type: 'phase.ended', at: 0, phase: 'a', outcome: 'failed', failure: unknown } }]),
    ).toMatch(/✗ FROM_THE_FUTURE new\n$/);
  });
});

it('commit ids in arguments are short', () => {
  const id = '0123456789abcdef0123456789abcdef01234567';
  expect(shortArguments({ range: `${id}..${id}`, other: `${id}0` })).toBe(
    `range=0123456789..0123456789 other=${id.slice(0, 39)}…`,
  );
});

it('a list of words in arguments is told, so that it is seen which program a call runs', () => {
  expect(shortArguments({ command: ['rm', '-rf', 'build'] })).toBe('command=rm -rf build');
  expect(shortArguments({ command: ['sh', '-c', 'a b', 'x=y'] })).toBe('command=sh -c "a b" "x=y"');
  expect(shortArguments({ none: [], lines: [1, 2], mixed: ['a', 1] })).toBe(
    'none=[0 items] lines=[2 items] mixed=[2 items]',
  );
  expect(shortArguments({ command: ['echo', '\u001b[2J\n'] })).toBe('command=echo "\\\\u{1b}[2J "');
  expect(shortArguments({ command: Array.from({ length: 90 }, () => 'word') }).length).toBe(88);
});

it('what was told before is counted on rows that break between words', () => {
  const [first] = SAMPLE_EVENTS['run.started'] ?? [];
  let text = '';
  const write = (piece: string) => {
    text += piece;
  };
  const options = { color: false, columns: 40, verbosity: 'normal', goesOn: true } as const;
  const reporter = createPlainReporter({ ...options, write });
  reporter.onEvent(first as RunEvent);
  reporter.onEvent({ type: 'run.resumed', at: 1 });
  reporter.onLive?.();
  expect(text).toContain('…       1 earlier event; crew logs\n        k3f9x2ab shows it\n');
});

it('what only people took of a run is told apart in what it spent', () => {
  const question = { kind: 'question', text: 'Go?', choices: ['yes'], freeText: false } as const;
  const spend = {
    calls: 0,
    toolCalls: 0,
    usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
    costMicroUsd: 0,
  };
  let text = '';
  const write = (piece: string) => {
    text += piece;
  };
  const reporter = createPlainReporter({ write, color: false, columns: 80, verbosity: 'normal' });
  const shared = { key: 'q', id: 'q', phase: 'save' };
  const events: readonly RunEvent[] = [
    { type: 'phase.started', at: 0, phase: 'save', kind: 'human', visit: 1 },
    { type: 'person.asked', at: 100, ...shared, question },
    { type: 'person.answered', at: 30_100, ...shared, choice: 'yes', text: null, by: 'ana' },
    { type: 'run.ended', at: 30_200, phase: 'done', outcome: 'success', result: null, spend },
  ];
  for (const event of events) reporter.onEvent(event);
  expect(text).toContain(' · 200 ms, waited 30.0 s\n');
});

it('the inputs of a run use the width of the terminal', () => {
  const incident = 'The release of Monday evening has broken the search for all customers in the south.';
  const [first] = SAMPLE_EVENTS['run.started'] ?? [];
  const event = { ...first, inputs: { incident } } as RunEvent;
  let text = '';
  const write = (piece: string) => {
    text += piece;
  };
  createPlainReporter({ write, color: false, columns: 120, verbosity: 'normal' }).onEvent(event);
  expect(text).toContain(`inputs  incident="${incident}"\n`);
});

it('what two write at once is told once, also when one of them returns it', () => {
  const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 };
  const at = 1;
  const of = (role: string) => ({ at, phase: 'answer', role, key: role });
  const started = (role: string): RunEvent => ({
    ...of(role),
    type: 'model.started',
    model: 'default',
    turn: 1,
  });
  const ended = (role: string, text: string): RunEvent => ({
    ...of(role),
    type: 'model.ended',
    outcome: 'answered',
    ms: 0,
    text,
    toolCalls: 0,
    usage,
    costMicroUsd: 0,
  });
  const handed = (from: string, text: string): RunEvent => ({
    type: 'work.handed',
    at,
    phase: 'answer',
    from,
    to: 'editor',
    how: 'returned',
    text,
  });
  let text = '';
  const write = (piece: string) => {
    text += piece;
  };
  const reporter = createPlainReporter({ write, color: false, columns: 120, verbosity: 'normal' });
  reporter.onEvent({ type: 'phase.started', at, phase: 'answer', kind: 'role', visit: 1, role: 'editor' });
  for (const role of ['mechanic', 'dealer']) reporter.onEvent(started(role));
  reporter.onDelta?.({ key: 'mechanic', phase: 'answer', role: 'mechanic', text: 'New brakes.' });
  reporter.onDelta?.({ key: 'dealer', phase: 'answer', role: 'dealer', text: 'Used, about' });
  reporter.onEvent(ended('mechanic', 'New brakes.'));
  reporter.onEvent(handed('mechanic', 'New brakes.'));
  reporter.onDelta?.({ key: 'dealer', phase: 'answer', role: 'dealer', text: ' 250.' });
  reporter.onEvent(ended('dealer', 'Used, about 250.'));
  reporter.onEvent(handed('dealer', 'Used, about 250.'));
  expect(text.match(/New brakes/g)).toHaveLength(1);
  expect(text.match(/Used, about/g)).toHaveLength(1);
  expect(text).toContain('dealer → editor (returned)\n');
});
