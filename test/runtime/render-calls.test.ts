import { describe, expect, test } from 'vitest';
import { listPromptPlaces } from '../../src/cli/prompt-place.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { renderFirstCalls } from '../../src/runtime/render-calls.ts';
import { compileText, runCrew } from './run-crew.ts';

const ROLES = `inputs: { topic: { type: string, default: rain } }
models: { quick: auto, careful: { use: auto, temperature: 0 } }
roles: { ann: { goal: Write. }, bob: { goal: Judge., tools: [kit.echo] } }
start: it
`;
const DONE = 'done: { end: success, result: "{{ it | json }}" }\n';
const OUTPUT = 'output: { type: object, required: [n], properties: { n: { type: integer } } }';

/** A phase \`it\` of each kind that begins with a model. */
const KINDS: Readonly<Record<string, string>> = {
  role: `{ role: bob, task: "Say {{ inputs.topic }}", ${OUTPUT}, next: done }`,
  'role with a model': '{ role: ann, task: "Say {{ inputs.topic }}", model: careful, next: done }',
  talk: '{ talk: [ann, bob], task: "Talk about {{ inputs.topic }}", speaker: handoff, max_turns: 2, next: done }',
  manage: '{ manage: bob, workers: [ann], task: "See to {{ inputs.topic }}", next: done }',
  ask: '{ ask: "Is it {{ inputs.topic }}?", models: [quick, careful], next: done }',
  chain:
    '{ chain: [{ prompt_template: "Say {{ inputs.topic }}" }, { prompt_template: "Again {{ previous_response }}" }], next: done }',
};

function render(
  it: string,
  more: { readonly path?: string; readonly artifacts?: JsonObject; readonly locals?: JsonObject } = {},
) {
  const program = compileText(`${ROLES}phases:\n  it: ${it}\n  ${DONE}`);
  const { path = 'it', artifacts = {}, locals = {} } = more;
  const models = Object.fromEntries(
    ['default', 'quick', 'careful'].map(name => [name, { use: 'fake', reason: 'in tests' }]),
  );
  return renderFirstCalls({ program, path, inputs: { topic: 'rain' }, artifacts, locals, models, terms: {} });
}

describe('what is rendered before a run', () => {
  test.each(Object.entries(KINDS))('is what a phase of the kind %s sends first', async (_kind, it) => {
    const run = await runCrew({
      yaml: `${ROLES}phases:\n  it: ${it}\n  ${DONE}`,
      inputs: { topic: 'rain' },
      replies: () => ({ json: { n: 1 } }),
    });
    const calls = render(it);
    const [first] = run.modelRequests;
    expect(calls.length).toBeGreaterThan(0);
    expect(calls[0]?.messages).toEqual(first?.messages);
    expect(calls[0]?.tools.map(({ name }) => name)).toEqual(first?.tools.map(({ name }) => name));
    expect(calls[0]?.output).toEqual(first?.output);
    expect(JSON.stringify(first?.messages)).toContain('rain');
  });

  test('is sent to each model that is asked at once', () => {
    expect(render(KINDS.ask ?? '').map(({ model }) => model)).toEqual(['quick', 'careful']);
  });

  test('is that of a part: a branch, or an item', () => {
    const split = '{ parallel: { left: { role: ann, task: "Left {{ inputs.topic }}" } }, next: done }';
    expect(JSON.stringify(render(split, { path: 'it.left' })[0]?.messages)).toContain('Left rain');
    const each =
      '{ each: { in: "{{ inputs.topic | split: \'a\' }}", max: 3 }, do: { role: ann, task: "{{ index }}: {{ item }}" }, next: done }';
    expect(
      JSON.stringify(render(each, { path: 'it.do', locals: { item: 'r', index: 0 } })[0]?.messages),
    ).toContain('0: r');
  });

  test('is nothing where no model is asked at first', () => {
    expect(render('{ tool: kit.give, with: {}, next: done }')).toEqual([]);
  });
});

describe('a model that a phase names', () => {
  test('is asked instead of the role’s own, and only there', async () => {
    const yaml = `${ROLES}phases:\n  it: { role: ann, task: One, model: careful, next: two }\n  two: { role: ann, task: Two, next: done }\n  ${DONE}`;
    const run = await runCrew({
      yaml,
      replies: () => ({ text: 'fine' }),
      termsOf: { careful: { temperature: 0.3 } },
    });
    expect(run.modelRequests.map(({ temperature }) => temperature)).toEqual([0.3, undefined]);
    const program = compileText(yaml);
    const [first, second] = ['it', 'two'].map(
      path =>
        renderFirstCalls({ program, path, inputs: {}, artifacts: {}, locals: {}, models: {}, terms: {} })[0]
          ?.model,
    );
    expect([first, second]).toEqual(['careful', 'default']);
  });
});

test('every place of a crew that begins with a model is listed by its path', () => {
  const program = compileText(`${ROLES}phases:
  it: { parallel: { left: { role: ann, task: One }, right: { tool: kit.give, with: {} } }, next: two }
  two: { each: { in: ["a"], max: 1 }, do: { role: ann, task: "{{ item }}" }, next: three }
  three: { talk: [ann, panel], task: Talk, inner: { panel: { talk: [ann, bob], task: Inside } }, max_turns: 2, next: done }
  ${DONE}`);
  expect(listPromptPlaces(program).map(({ path }) => path)).toEqual([
    'it.left',
    'two.do',
    'three',
    'three.panel',
  ]);
});
