import { describe, expect, test } from 'vitest';
import type { CodedFailure } from '../../src/model/crew-error.ts';
import { messageText } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { type CrewRun, type CrewRunOptions, runCrew as runAnyCrew } from './run-crew.ts';

const runCrew = (options: CrewRunOptions): Promise<CrewRun> =>
  runAnyCrew({ inputs: { topic: 'rain' }, ...options });

const crew = (ask: string, more = '') => `models: { a: auto, b: auto, c: auto, judge: auto }
inputs: { topic: { type: string } }
start: opinions
phases:
  opinions:
    ask: "What about {{ inputs.topic }}?"
    models: [a, b, c]
${ask
  .split('\n')
  .map(line => `    ${line}\n`)
  .join('')}    next: done
  done: { end: success, result: "{{ opinions }}" }
${more}`;
const TYPED = 'output: { type: object, required: [n], properties: { n: { type: integer } } }';
const DOWN: CodedFailure = { code: 'PROVIDER_AUTH', message: 'no key' };
const WITHHELD: Reply = { text: 'x', finish: 'content_filter' };

type ByModel = { readonly [model: string]: Reply | ((request: ModelRequest) => Reply) };

/** Answers by the name of who is asked. */
function by(replies: ByModel) {
  return (request: ModelRequest): Reply => {
    const reply = replies[request.origin.role];
    if (reply === undefined) throw new Error(`nobody expected ${request.origin.role} to be asked`);
    return typeof reply === 'function' ? reply(request) : reply;
  };
}

const says = (text: string, afterMs = 1): Reply => ({ text, afterMs });
const keysOf = (run: CrewRun) => eventsOf(run, 'model.started').map(event => event.key);
const lastText = (run: CrewRun) =>
  messageText(run.modelRequests.at(-1)?.messages.at(-1) ?? { from: 'user', parts: [] });

test('all models are asked the same at once, without tools, and answers stand in the order of the file', async () => {
  const run = await runCrew({
    yaml: crew('min_answers: 3'),
    replies: by({ a: says('first', 300), b: says('second', 100), c: says('third', 200) }),
  });
  expect(resultOf(run)).toMatchObject({
    result: [
      { model: 'a', answer: 'first' },
      { model: 'b', answer: 'second' },
      { model: 'c', answer: 'third' },
    ],
  });
  const started = eventsOf(run, 'model.started');
  expect(new Set(started.map(event => event.at)).size).toBe(1);
  expect(keysOf(run)).toEqual([1, 2, 3].map(place => `opinions:1:1/answer-${place}/model-1`));
  const [one, ...others] = run.modelRequests;
  expect(messageText(one?.messages.at(-1) ?? { from: 'user', parts: [] })).toBe('What about rain?');
  for (const other of others) expect(other.messages).toEqual(one?.messages);
  expect(run.modelRequests.flatMap(request => request.tools)).toEqual([]);
});

test('a model that fails is kept and shown beside the answers', async () => {
  const run = await runCrew({
    yaml: crew(''),
    replies: by({ a: says('yes'), b: { failure: DOWN }, c: WITHHELD }),
  });
  expect(resultOf(run)).toMatchObject({
    outcome: 'success',
    result: [
      { model: 'a', answer: 'yes' },
      { model: 'b', failure: DOWN },
      { model: 'c', failure: { code: 'CONTENT_FILTERED', message: 'the provider withheld the answer' } },
    ],
  });
});

test('too few answers fail the phase, and the message says what each model failed with', async () => {
  const run = await runCrew({
    yaml: crew('min_answers: 2\non_error: failed', '  failed: { end: failure, result: "{{ run.error }}" }\n'),
    replies: by({ a: says('yes'), b: { text: '' }, c: WITHHELD }),
  });
  expect(resultOf(run)).toMatchObject({
    outcome: 'failure',
    result: {
      code: 'TOO_FEW_ANSWERS',
      message: expect.stringMatching(
        /needs 2 answers and got 1; `b`: OUTPUT_EMPTY, .*`c`: CONTENT_FILTERED, /,
      ),
    },
  });
});

test('too few answers because models could not be reached hold the run, and a resume asks just those again', async () => {
  const first = await runCrew({
    yaml: crew('min_answers: 2'),
    replies: by({ a: says('yes'), b: { failure: DOWN }, c: WITHHELD }),
  });
  expect(suspensionOf(first)).toEqual({
    code: DOWN.code,
    message:
      '`opinions` needs 2 answers and got 1; `b`: PROVIDER_AUTH, no key; `c`: CONTENT_FILTERED, the provider withheld the answer',
  });
  expect(eventsOf(first, 'phase.ended')).toEqual([]);
  const second = await runCrew({
    yaml: crew('min_answers: 2'),
    history: first.facts,
    resume: {},
    replies: by({ b: says('no') }),
  });
  expect(second.calledKeys).toEqual(['opinions:1:1/answer-2/model-1-2']);
  expect(resultOf(second)).toMatchObject({
    result: [
      { model: 'a', answer: 'yes' },
      { model: 'b', answer: 'no' },
      { model: 'c', failure: {} },
    ],
  });
});

test('with on_error a model that cannot be reached holds nothing', async () => {
  const run = await runCrew({
    yaml: crew(
      'min_answers: 3\non_error: failed',
      '  failed: { end: failure, result: "{{ run.error.code }}" }\n',
    ),
    replies: by({ a: says('yes'), b: { failure: DOWN }, c: says('no') }),
  });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'PROVIDER_AUTH' });
});

test('typed answers are mended, each in its own conversation, and one that never fits is a failure of its model', async () => {
  const run = await runCrew({
    yaml: crew(TYPED),
    replies: by({
      a: { text: '```json\n{"n": 1}\n```' },
      b: ({ origin }) => (origin.turn === 1 ? says('two') : { json: { n: 2 } }),
      c: says('{"n": '),
    }),
  });
  expect(resultOf(run)).toMatchObject({
    result: [
      { model: 'a', answer: { n: 1 } },
      { model: 'b', answer: { n: 2 } },
      { model: 'c', failure: { code: 'OUTPUT_INVALID' } },
    ],
  });
  expect(run.modelRequests).toHaveLength(1 + 2 + 3);
});

describe('a summarizer', () => {
  test('reads the question and all answers, failures too, and its answer is the artifact', async () => {
    const run = await runCrew({
      yaml: crew('summarizer: { model: judge }'),
      replies: by({ a: says('yes'), b: { failure: DOWN }, c: says('no'), judge: says('Both [a] [c].') }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'Both [a] [c].' });
    expect(keysOf(run).at(-1)).toBe('opinions:1:1/summary/model-1');
    expect(lastText(run)).toContain('"What about rain?"');
    expect(lastText(run)).toContain(
      '[{"model":"a","answer":"yes"},{"model":"b","failure":{"code":"PROVIDER_AUTH","message":"no key"}},{"model":"c","answer":"no"}]',
    );
  });

  test('with a schema is the one who is typed, with repairs', async () => {
    const run = await runCrew({
      yaml: crew(`summarizer: { model: judge }\n${TYPED}`),
      replies: by({
        a: says('one'),
        b: says('two'),
        c: says('three'),
        judge: ({ origin }) => (origin.turn === 1 ? says('three?') : { json: { n: 3 } }),
      }),
    });
    expect(resultOf(run)).toMatchObject({ result: { n: 3 } });
  });

  test('may have a prompt of its own over question and answers', async () => {
    const prompt =
      '{{ question }}{% for one in answers %} {{ one.model }}={{ one.answer | default: "-" }}{% endfor %}';
    const run = await runCrew({
      yaml: crew(`summarizer: { model: judge, prompt: '${prompt}' }`),
      replies: by({ a: says('yes'), b: { failure: DOWN }, c: says('no'), judge: says('done') }),
    });
    expect(lastText(run)).toBe('What about rain? a=yes b=- c=no');
  });

  test('that cannot be reached holds the run, and a resume asks only the summarizer', async () => {
    const yaml = crew('summarizer: { model: judge }');
    const answers = { a: says('yes'), b: says('no'), c: says('no') };
    const first = await runCrew({ yaml, replies: by({ ...answers, judge: { failure: DOWN } }) });
    expect(suspensionOf(first)).toEqual(DOWN);
    const second = await runCrew({
      yaml,
      history: first.facts,
      resume: {},
      replies: by({ judge: says('all') }),
    });
    expect(second.calledKeys).toEqual(['opinions:1:1/summary/model-1-2']);
    expect(resultOf(second)).toMatchObject({ result: 'all' });
  });

  test('whose prompt cannot be rendered fails the phase with a code', async () => {
    const prompt = '{{ answers | map: \\"answer\\" | first | divided_by: 0 }}';
    const run = await runCrew({
      yaml: crew(`summarizer: { model: judge, prompt: "${prompt}" }`),
      replies: by({ a: says('1'), b: says('2'), c: says('3') }),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'TEMPLATE_FAILED' } });
  });
});

describe('a vote', () => {
  const majority = (answers: readonly string[], output = '') =>
    runCrew({
      yaml: crew(`vote: majority\n${output}`),
      replies: by(
        Object.fromEntries(['a', 'b', 'c'].map((model, index) => [model, says(answers[index] ?? '')])),
      ),
    });

  test('by majority takes the most frequent answer without a call, as it was first given', async () => {
    const run = await majority(['No', ' yes ', 'Yes']);
    expect(resultOf(run)).toMatchObject({ result: ' yes ' });
    expect(run.modelRequests).toHaveLength(3);
    const tally = [
      { answer: 'No', models: ['a'] },
      { answer: ' yes ', models: ['b', 'c'] },
    ];
    expect(eventsOf(run, 'answers.judged')).toMatchObject([
      { phase: 'opinions', by: 'majority', choice: ' yes ', tally, failed: [] },
    ]);
  });

  test('that is tied goes to the answer of the model that is named first', async () => {
    expect(resultOf(await majority(['three', 'one', 'two']))).toMatchObject({ result: 'three' });
  });

  test('compares typed answers as JSON values, whatever the order of their keys', async () => {
    const run = await majority(['{"n": 9}', '{"n": 1, "m": 2}', '{"m": 2, "n": 1}'], TYPED);
    expect(resultOf(run)).toMatchObject({ result: { n: 1, m: 2 } });
  });

  test('counts those that answered', async () => {
    const run = await runCrew({
      yaml: crew('vote: majority'),
      replies: by({ a: WITHHELD, b: { failure: DOWN }, c: says('only') }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'only' });
    expect(eventsOf(run, 'answers.judged')).toMatchObject([{ choice: 'only', failed: ['a', 'b'] }]);
  });

  const JUDGED = `vote: judge\nsummarizer: { model: judge }\n${TYPED}`;
  const NUMBERS = { a: { json: { n: 1 } }, b: { json: { n: 2 } }, c: { json: { n: 2 } } };

  test('by a judge takes the answer with the number that the judge chose, unchanged', async () => {
    const run = await runCrew({
      yaml: crew(JUDGED),
      replies: by({ ...NUMBERS, judge: { json: { choice: 1, reason: 'right' } } }),
    });
    expect(resultOf(run)).toMatchObject({ result: { n: 1 } });
    expect(eventsOf(run, 'answers.judged')).toMatchObject([
      { by: 'judge', reason: 'right', choice: '{"n":1}', tally: [{ models: ['a'] }, { models: ['b', 'c'] }] },
    ]);
    // Who gave an answer is not told, and equal answers are one.
    expect(lastText(run)).toContain('1. {"n":1}\n2. {"n":2}\n\nGive');
  });

  test('by a judge needs no judge when all answers are the same', async () => {
    const same = { json: { n: 2 } };
    const run = await runCrew({ yaml: crew(JUDGED), replies: by({ a: same, b: same, c: same }) });
    expect(resultOf(run)).toMatchObject({ result: { n: 2 } });
  });

  test('by a judge who never makes a choice is left to the majority', async () => {
    for (const judge of [{ json: { choice: 3, reason: '' } }, says('the second'), WITHHELD]) {
      const run = await runCrew({ yaml: crew(JUDGED), replies: by({ ...NUMBERS, judge }) });
      expect(resultOf(run)).toMatchObject({ result: { n: 2 } });
    }
  });

  test('by a judge who cannot be reached holds the run', async () => {
    const first = await runCrew({
      yaml: crew(JUDGED),
      replies: by({ ...NUMBERS, judge: { failure: DOWN } }),
    });
    expect(suspensionOf(first)).toEqual(DOWN);
    const second = await runCrew({
      yaml: crew(JUDGED),
      history: first.facts,
      resume: {},
      replies: by({ judge: { json: { choice: 1, reason: 'x' } } }),
    });
    expect(resultOf(second)).toMatchObject({ result: { n: 1 } });
  });
});

test('in a crew of its own, in items and in branches, models are those that its file names', async () => {
  const file = `version: 1
crew: inner
goal: Ask inside.
models: { a: "openai:x", b: "openai:y" }
start: look
phases:
  look: { each: { in: "{{ inputs.list }}", as: item, max: 2 }, do: { ask: "What is {{ item }}?", models: [a, b] }, next: sum }
  sum:
    parallel: { one: { ask: Well?, models: [a, b], summarizer: { model: b } } }
    next: done
  done: { end: success, result: "{{ sum.one }}" }
inputs: { list: { type: array, items: { type: string } } }
`;
  const run = await runAnyCrew({
    yaml: `start: build
phases:
  build: { crew: inner.crew.yaml, inputs: { list: [x, y] }, next: done }
  done: { end: success, result: "{{ build }}" }
`,
    files: { 'inner.crew.yaml': file },
    replies: ({ origin }) => ({ text: `${origin.role} on ${origin.phase}` }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'b on build/sum.one' });
  expect(eventsOf(run, 'model.started').map(({ key }) => key)).toContain(
    'build:1:1/look.1:1:1/answer-2/model-1',
  );
});
