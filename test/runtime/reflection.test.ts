import { describe, expect, test } from 'vitest';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { type CrewRun, runCrew } from './run-crew.ts';
import { FAILED_END, judgement, messagesTo, sayInOrder, trialCrew } from './trial-crew.ts';

const CALLED_YES = 'evaluator: { expression: \'draft == "yes"\' }';
const JUDGED = 'evaluator: { role: critic, task: "Judge {{ draft }}" }';

interface Said {
  readonly attempts: readonly (Reply | string)[];
  readonly lessons?: readonly (Reply | string)[];
  readonly judge?: readonly Reply[];
}

/** Attempts, lessons and judgements in their order, each from a list of its own. */
const say = ({ attempts, lessons = ['a lesson'], judge = [] }: Said) =>
  sayInOrder({ writer: attempts, lesson: lessons, critic: judge });

const judged = (run: CrewRun) =>
  eventsOf(run, 'trial.judged').map(({ trial, passed, score }) => [trial, passed, score]);

test('an attempt that passes is the artifact at once', async () => {
  const run = await runCrew({ yaml: trialCrew(CALLED_YES), replies: say({ attempts: ['yes'] }) });
  expect(resultOf(run)).toMatchObject({ result: 'yes' });
  expect(judged(run)).toEqual([[1, true, 1]]);
  expect(run.modelRequests).toHaveLength(1);
});

test('an attempt that does not pass leaves a lesson that the next one reads', async () => {
  const run = await runCrew({
    yaml: trialCrew(CALLED_YES),
    replies: say({ attempts: ['no', 'yes'], lessons: ['Say yes instead.'] }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'yes' });
  expect(judged(run)).toEqual([
    [1, false, 0],
    [2, true, 1],
  ]);
  expect(messagesTo(run, 'writer')[0]).toBe('Write the word.');
  expect(messagesTo(run, 'writer')[1]).toContain('1. Say yes instead.');
  const [lesson = ''] = messagesTo(run, 'lesson');
  for (const part of ['Write the word.', '<attempt>\nno\n', 'the condition `draft == "yes"` does not hold']) {
    expect(lesson).toContain(part);
  }
  expect(eventsOf(run, 'lesson.learned')).toMatchObject([
    { phase: 'draft', trial: 1, lesson: 'Say yes instead.' },
  ]);
  expect(eventsOf(run, 'model.started').map(({ key, model }) => [key, model])).toEqual([
    ['draft:1:1/model-1', 'fake:small'],
    ['draft:1:1/lesson/model-1', 'fake:small'],
    ['draft:1:2/model-1', 'fake:small'],
  ]);
});

describe('when the trials are used up', () => {
  const judge = [judgement(false, 0.2), judgement(false, 0.9), judgement(false, 0.5)];
  const attempts = ['bad', 'good', 'fair'];

  test('the best is kept, and no lesson is written for a trial that will not be', async () => {
    const run = await runCrew({ yaml: trialCrew(JUDGED), replies: say({ attempts, judge }) });
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'good' });
    expect(judged(run)).toEqual([
      [1, false, 0.2],
      [2, false, 0.9],
      [3, false, 0.5],
    ]);
    expect(eventsOf(run, 'lesson.learned')).toHaveLength(2);
    expect(eventsOf(run, 'trial.judged').map(({ kept }) => kept)).toEqual([undefined, undefined, 2]);
  });

  test('of equally good ones the earliest is kept', async () => {
    const run = await runCrew({
      yaml: trialCrew(`${CALLED_YES}, trials: 2`),
      replies: say({ attempts: ['a', 'b'] }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'a' });
    expect(eventsOf(run, 'trial.judged').map(({ kept }) => kept)).toEqual([undefined, 1]);
  });

  test('`keep: last` keeps the last', async () => {
    const run = await runCrew({
      yaml: trialCrew(`${JUDGED}, keep: last`),
      replies: say({ attempts, judge }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'fair' });
    expect(eventsOf(run, 'trial.judged').at(-1)).toMatchObject({ kept: 3 });
  });

  test('a single trial is judged and kept', async () => {
    const run = await runCrew({
      yaml: trialCrew(`${CALLED_YES}, trials: 1`),
      replies: say({ attempts: ['no'] }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'no' });
    expect(run.modelRequests).toHaveLength(1);
  });
});

test.each([
  ['1', [[], ['one'], ['two'], ['three']]],
  ['2', [[], ['one'], ['one', 'two'], ['two', 'three']]],
  ['all', [[], ['one'], ['one', 'two'], ['one', 'two', 'three']]],
])('with a window of %s, trials read only so many of the latest lessons', async (window, seen) => {
  const lessons = ['one', 'two', 'three'];
  const run = await runCrew({
    yaml: trialCrew(`${CALLED_YES}, trials: 4, window: ${window}`),
    replies: say({ attempts: ['no'], lessons }),
  });
  const read = messagesTo(run, 'writer').map(text =>
    lessons.filter(lesson => text.includes(`. ${lesson}\n`)),
  );
  expect(read).toEqual(seen);
});

describe('an evaluator', () => {
  test('that is a schema says what does not fit', async () => {
    const run = await runCrew({
      yaml: trialCrew('evaluator: { schema: { minLength: 5 } }, trials: 2'),
      replies: say({ attempts: ['abc', 'abcdef'] }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'abcdef' });
    expect(messagesTo(run, 'lesson')[0]).toMatch(/<evaluation>\n.*5.*\n<\/evaluation>/);
  });

  const TOOL =
    'evaluator: { tool: kit.give, with: { said: "{{ draft }}" }, pass: "evaluation.ok", score: "{{ evaluation.points }}" }';
  const give = (replies: readonly object[]) => ({
    give: (_args: object, { nth }: { nth: number }) => (replies[nth - 1] ?? {}) as never,
  });

  test('that is a tool gets the artifact, and gives pass and score', async () => {
    const run = await runCrew({
      yaml: trialCrew(`${TOOL}, trials: 2`),
      replies: say({ attempts: ['a', 'b'] }),
      tools: give([
        { ok: false, points: 7 },
        { ok: false, points: '3' },
      ]),
    });
    expect(run.toolCalls.map(call => call.args)).toEqual([{ said: 'a' }, { said: 'b' }]);
    expect(judged(run)).toEqual([
      [1, false, 7],
      [2, false, 3],
    ]);
    expect(resultOf(run)).toMatchObject({ result: 'a' });
    expect(messagesTo(run, 'lesson')[0]).toContain('{"ok":false,"points":7}');
    expect(eventsOf(run, 'tool.ended').map(({ key }) => key)).toEqual([
      'draft:1:1/evaluation',
      'draft:1:2/evaluation',
    ]);
  });

  test('that is a tool whose score is no number fails the phase', async () => {
    const run = await runCrew({
      yaml: trialCrew(TOOL, 'on_error: failed') + FAILED_END,
      replies: say({ attempts: ['a'] }),
      tools: give([{ ok: false, points: 'many' }]),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'TEMPLATE_FAILED' });
  });

  test('that is a tool which fails is the failure of the phase', async () => {
    const run = await runCrew({
      yaml: trialCrew('evaluator: { tool: kit.fail, pass: "true" }', 'on_error: failed') + FAILED_END,
      replies: say({ attempts: ['a'] }),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'TOOL_FAILED' });
  });

  test('that is a condition over what is not there fails the phase', async () => {
    const run = await runCrew({
      // A value that the crew declares is not given.
      yaml: `inputs: { wanted: { type: string, default: x } }\n${trialCrew('evaluator: { expression: "draft == inputs.wanted" }', 'on_error: failed')}${FAILED_END}`,
      replies: say({ attempts: ['abc'] }),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'TEMPLATE_FAILED' });
  });

  test('that is a role judges in turns, with repairs, and its feedback is what the lesson is made of', async () => {
    const run = await runCrew({
      yaml: trialCrew(JUDGED),
      replies: say({
        attempts: ['a', 'b'],
        judge: [{ text: 'not good' }, judgement(false, 0.1, 'it has no verb'), judgement(true, 1)],
      }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'b' });
    expect(messagesTo(run, 'critic')).toEqual(['Judge a', 'Judge a', 'Judge b']);
    expect(messagesTo(run, 'lesson')[0]).toContain('it has no verb');
  });

  test('that is a role which never judges is the failure of the phase', async () => {
    const run = await runCrew({
      yaml: trialCrew(JUDGED, 'on_error: failed') + FAILED_END,
      replies: say({ attempts: ['a'], judge: [{ json: { passed: true, score: 2, feedback: '' } }] }),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'OUTPUT_INVALID' });
  });
});

const DOWN: Reply = { failure: { code: 'PROVIDER_AUTH', message: 'no key' } };

describe('a model that cannot be reached holds the run', () => {
  test('as judge, and a resume asks only the judge', async () => {
    const first = await runCrew({
      yaml: trialCrew(JUDGED),
      replies: say({ attempts: ['a'], judge: [DOWN] }),
    });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    const second = await runCrew({
      yaml: trialCrew(JUDGED),
      history: first.facts,
      resume: {},
      replies: say({ attempts: [], lessons: [], judge: [judgement(true, 1)] }),
    });
    expect(second.calledKeys).toEqual(['draft:1:1/judge/model-1-2']);
    expect(resultOf(second)).toMatchObject({ result: 'a' });
  });

  test('when it writes the lesson, and a resume asks only for the lesson', async () => {
    const first = await runCrew({
      yaml: trialCrew(CALLED_YES),
      replies: say({ attempts: ['no'], lessons: [DOWN] }),
    });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    const second = await runCrew({
      yaml: trialCrew(CALLED_YES),
      history: first.facts,
      resume: {},
      replies: say({ attempts: ['yes'] }),
    });
    expect(second.calledKeys).toEqual(['draft:1:1/lesson/model-1-2', 'draft:1:2/model-1']);
    expect(eventsOf(second, 'trial.judged')).toHaveLength(2);
  });
});

test('a lesson that cannot be had for good is what the evaluation said', async () => {
  const run = await runCrew({
    yaml: trialCrew(CALLED_YES),
    replies: say({ attempts: ['no', 'yes'], lessons: [{ text: 'x', finish: 'content_filter' }] }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'yes' });
  expect(messagesTo(run, 'writer')[1]).toContain('1. the condition `draft == "yes"` does not hold');
});

test('a model that goes by rules is not asked for a lesson: what the evaluation said is one', async () => {
  const run = await runCrew({
    yaml: trialCrew(CALLED_YES),
    terms: { rules: { answers: 2, toolCalls: 6 } },
    replies: say({ attempts: ['no', 'yes'], lessons: [] }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'yes' });
  expect(eventsOf(run, 'lesson.learned')).toHaveLength(1);
});

test('lessons are cut, whatever a model writes', async () => {
  const run = await runCrew({
    yaml: trialCrew(CALLED_YES),
    replies: say({ attempts: ['no', 'yes'], lessons: ['long '.repeat(10_000)] }),
  });
  expect(eventsOf(run, 'lesson.learned')[0]?.lesson).toHaveLength(4_000);
});

test('lessons of a phase reach the roles of its branches, which begin anew with each trial', async () => {
  const yaml = `roles: { writer: { goal: Write. }, critic: { goal: Judge. } }
start: both
phases:
  both:
    parallel:
      one: { role: writer, task: Write one. }
      two: { chain: [{ name: two, prompt_template: Write two. }] }
      three: { ask: Write three., models: [default] }
    reflect: { evaluator: { expression: 'both.one == "yes"' }, trials: 2 }
    next: done
  done: { end: success, result: "{{ both.one }}" }
`;
  let attempt = 0;
  const run = await runCrew({
    yaml,
    replies: ({ origin }) => {
      if (origin.role === 'lesson') return { text: 'Say yes.' };
      if (origin.role === 'writer') attempt += 1;
      return { text: attempt === 2 ? 'yes' : 'no' };
    },
  });
  expect(resultOf(run)).toMatchObject({ result: 'yes' });
  for (const speaker of ['writer', 'two', 'default']) {
    expect(messagesTo(run, speaker).map(text => text.includes('1. Say yes.'))).toEqual([false, true]);
  }
});

test('a retry of a failed attempt stays in its trial and keeps its lessons', async () => {
  const run = await runCrew({
    yaml: trialCrew(CALLED_YES, 'retry: 1'),
    replies: say({ attempts: ['no', ' ', ' ', ' ', 'yes'] }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'yes' });
  expect(judged(run)).toEqual([
    [1, false, 0],
    [2, true, 1],
  ]);
  expect(messagesTo(run, 'writer').at(-1)).toContain('1. a lesson');
});
