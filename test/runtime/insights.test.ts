import { expect, test } from 'vitest';
import { planCrew } from '../../src/compiler/plan-crew.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import type { Program } from '../../src/model/program.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { measurePrompt } from '../../src/runtime/measure-prompt.ts';
import { eventsOf, resultOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { createRememberingRuns } from './memory-crew.ts';
import { runCrew } from './run-crew.ts';

const crew = (stream: string, more = '') => `memory: { stream: { ${stream} } }
${more}models: { cheap: auto }
inputs: { about: { type: string } }
roles:
  writer: { goal: Write., memory: { recall: 0 } }
start: draft
phases:
  draft: { role: writer, task: "Write about {{ inputs.about }}.", next: done }
  done: { end: success, result: "{{ draft }}" }
`;

/** Draws an insight out of the first two notes that it is shown, whatever they say. */
function thinker({ origin, output }: ModelRequest): Reply {
  const wanted = JSON.stringify(output?.schema ?? {});
  if (origin.role === 'importance') return { json: { ratings: [10] } };
  if (origin.role !== 'insights')
    return { text: `Herons wade, seen ${origin.values.inputs === undefined ? '' : 'today'}.` };
  if (wanted.includes('questions')) return { json: { questions: ['What do herons do?'] } };
  return { json: { insights: [{ text: 'Herons wade every day.', because: [1, 2], importance: 8 }] } };
}

const subjects = ['herons at dawn', 'herons at noon', 'herons at night'];
const say =
  (about: string) =>
  (request: ModelRequest): Reply =>
    request.origin.role === 'writer' ? { text: `The herons wade: ${about}.` } : thinker(request);

test('insights are drawn when enough was gathered, with the notes that bear them out', async () => {
  const { run, store } = createRememberingRuns();
  const told: number[] = [];
  for (const about of subjects) {
    const one = await run({ yaml: crew('threshold: 1'), inputs: { about }, replies: say(about) });
    expect(resultOf(one)).toMatchObject({ outcome: 'success' });
    told.push(
      eventsOf(one, 'memory.written').flatMap(({ notes }) => notes.filter(({ kind }) => kind === 'insight'))
        .length,
    );
  }
  // Three observations of 0.4 reach 1 with the third.
  expect(told).toEqual([0, 0, 1]);
  const [insight] = await store.find({ scopes: 'all', kinds: ['insight'] }, { limit: 9, order: 'newest' });
  expect(insight).toMatchObject({
    text: 'Herons wade every day.',
    depth: 1,
    scope: 'role:test/writer',
    importance: 0.8,
  });
  expect(insight?.evidence).toHaveLength(2);
});

test('the model of the stream rates what is written, and is asked for the insights', async () => {
  const { run, store } = createRememberingRuns();
  const [about = ''] = subjects;
  const one = await run({
    yaml: crew('threshold: 20, model: cheap'),
    inputs: { about },
    replies: say(about),
  });
  expect(eventsOf(one, 'model.started').map(({ role, model }) => [role, model])).toEqual([
    ['writer', 'fake:default'],
    ['importance', 'fake:cheap'],
  ]);
  const [note] = await store.find({ scopes: ['role:test/writer'] }, { limit: 1, order: 'newest' });
  expect(note?.importance).toBe(1);
});

test.each([
  ['no budget', { budget: 'budget: { calls: 1 }\n' }, undefined],
  [
    'a model that is out of reach',
    {},
    { failure: { code: 'PROVIDER_UNAVAILABLE', message: 'down' } } as const,
  ],
  ['nonsense', {}, { text: 'no JSON at all' }],
])(
  '%s for thoughts costs no phase its artifact',
  async (_what, { budget = '' }: { budget?: string }, reply) => {
    const { run } = createRememberingRuns();
    const [about = ''] = subjects;
    const one = await run({
      yaml: crew('threshold: 0.1, model: cheap', budget),
      inputs: { about },
      replies: request =>
        request.origin.role === 'writer' || reply === undefined ? say(about)(request) : reply,
    });
    expect(resultOf(one)).toMatchObject({ outcome: 'success', result: 'The herons wade: herons at dawn.' });
  },
);

test('the plan counts the calls for thoughts, and none for models that go by rules', async () => {
  const yaml = crew('threshold: 0.1, model: cheap');
  const model: ModelTerms = { maxTokens: 50, languageModel: true, price: null };
  const { program } = await runCrew({ yaml, inputs: { about: 'x' } });
  const { memory: _forgotten, ...forgetful } = program;
  const planFor = (terms: ModelTerms, of: Program = program) =>
    planCrew({
      program: of,
      models: [],
      terms: new Map(['default', 'cheap'].map(name => [name, terms])),
      measurePrompt,
    });
  const { run } = createRememberingRuns();
  for (const about of subjects) {
    const nonsense = (request: ModelRequest): Reply =>
      request.origin.role === 'writer' ? say(about)(request) : { text: 'no JSON' };
    const one = await run({
      yaml,
      inputs: { about },
      replies: about === subjects[1] ? nonsense : say(about),
      terms: model,
    });
    const thoughts = one.modelRequests.filter(({ origin }) => origin.role !== 'writer').length;
    expect(thoughts).toBeGreaterThan(0);
    expect(thoughts).toBeLessThanOrEqual(planFor(model).total.calls - planFor(model, forgetful).total.calls);
  }
  const ruled = { ...model, rules: { answers: 1, toolCalls: 0 } };
  expect(planFor(ruled).total.calls).toBe(planFor(ruled, forgetful).total.calls);
});

test('a run with thoughts replays byte for byte, and goes on after every prefix', async () => {
  const { run } = createRememberingRuns();
  const [about = ''] = subjects;
  await run({
    yaml: crew('threshold: 0.5, model: cheap'),
    inputs: { about: 'herons' },
    replies: say('herons'),
  });
  const options = { yaml: crew('threshold: 0.5, model: cheap'), inputs: { about }, replies: say(about) };
  const lived = await run(options);
  expect(lived.modelRequests.length).toBeGreaterThan(2);
  const dead = () => Promise.reject(new Error('a replay reads no memory'));
  const again = await runCrew({
    ...options,
    runId: 'run2',
    history: lived.facts,
    memory: { door: { recall: dead, write: dead } },
  });
  expect(again.events).toEqual(lived.events);
  for (let length = 1; length < lived.facts.length; length += 1) {
    const on = await run({ ...options, runId: 'run2', history: lived.facts.slice(0, length) });
    expect(resultOf(on)).toMatchObject({ outcome: 'success' });
    const done = new Set(lived.facts.slice(0, length).flatMap(fact => ('key' in fact ? [fact.key] : [])));
    expect(on.calledKeys.filter(key => done.has(key))).toEqual([]);
  }
});
