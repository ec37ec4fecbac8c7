import { expect, test } from 'vitest';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { compact, eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import { createFakeWorld } from './fake-world.ts';
import { type CrewRunOptions, compileText, runCrew } from './run-crew.ts';

const crewFile = (name: string, body: string): string => `version: 1
crew: ${name}
goal: Do a part.
tools: { kit: builtin:kit }
${body}`;

const OUTER = (phase: string, more = ''): string => `start: build
phases:
  build: { ${phase}, next: done }
  done: { end: success, result: "{{ build }}" }
${more}`;

/** Gives back what it was given. */
const echo = {
  'part.crew.yaml': crewFile(
    'part',
    `inputs:
  text: { type: string }
  times: { type: integer, default: 2, minimum: 1 }
start: say
phases:
  say: { tool: kit.give, with: { text: "{{ inputs.text }}", times: "{{ inputs.times }}" }, next: done }
  done: { end: success, result: "{{ say }}" }
`,
  ),
};

test('a crew phase gives its inputs and takes the result; events carry the path', async () => {
  const run = await runCrew({
    yaml: OUTER('crew: part.crew.yaml, inputs: { text: hello }'),
    files: echo,
  });
  expect(resultOf(run)).toMatchObject({ result: { text: 'hello', times: 2 } });
  expect(compact(run.events)).toEqual([
    'run.started',
    'phase.started build',
    'phase.started build/say',
    'tool.started build:1:1/say:1:1/tool',
    'tool.ended build:1:1/say:1:1/tool returned',
    'phase.ended build/say completed',
    'transition.taken',
    'phase.ended build completed',
    'transition.taken',
    'run.ended success',
  ]);
  expect(eventsOf(run, 'transition.taken').map(({ from, to, crew }) => [from, to, crew])).toEqual([
    ['say', 'done', 'build'],
    ['build', 'done', undefined],
  ]);
  expect(run.outcome.type === 'ended' && Object.keys(run.outcome.state.procedures)).toEqual(['']);
});

test('inputs that do not fit fail the phase with the name of the file', async () => {
  const yaml = OUTER('crew: part.crew.yaml, inputs: { text: hello, times: "{{ inputs.n }}" }').concat(
    'inputs: { n: { type: integer } }\n',
  );
  const run = await runCrew({ yaml, files: echo, inputs: { n: 0 } });
  expect(resultOf(run)).toMatchObject({
    failure: {
      code: 'INPUT_INVALID',
      message: expect.stringContaining('the input `times` of `part.crew.yaml` does not fit'),
    },
  });
  expect(run.toolCalls).toEqual([]);
});

const failing = (end: string) => ({
  'part.crew.yaml': crewFile(
    'part',
    `start: say
phases:
  say: { tool: kit.fail, ${end.includes('failed') ? 'on_error: failed, ' : ''}next: done }
  ${end}
  done: { end: success }
`,
  ),
});

test('an end in failure is CREW_FAILED with the result, an error keeps its code and gets the path', async () => {
  const files = failing('failed: { end: failure, result: { why: "{{ run.error.code }}" } }');
  const failed = await runCrew({ yaml: OUTER('crew: part.crew.yaml'), files });
  expect(resultOf(failed)).toMatchObject({
    outcome: 'error',
    phase: 'build',
    failure: {
      code: 'CREW_FAILED',
      message: '`part` ended in a failure at `build/failed`: {"why":"TOOL_FAILED"}',
    },
  });
  const broke = await runCrew({ yaml: OUTER('crew: part.crew.yaml'), files: failing('') });
  expect(resultOf(broke)).toMatchObject({
    outcome: 'error',
    phase: 'build',
    failure: { code: 'TOOL_FAILED', message: '`build/say`: it broke' },
  });
});

test('`on_error` outside goes on from a failure inside', async () => {
  const yaml = OUTER(
    'crew: part.crew.yaml, on_error: rescue',
    '  rescue: { end: failure, result: "{{ run.error.code }} at {{ run.error.phase }}" }\n',
  );
  const run = await runCrew({ yaml, files: failing('') });
  expect(resultOf(run)).toMatchObject({ phase: 'rescue', result: 'TOOL_FAILED at build' });
});

test('a retry of a crew phase runs the procedure anew, with new keys', async () => {
  const run = await runCrew({
    yaml: OUTER('crew: part.crew.yaml, retry: 2'),
    files: failing(''),
    tools: {
      fail: (_args, { nth }) => {
        if (nth < 3) throw new Error('it broke');
        return nth;
      },
    },
  });
  expect(resultOf(run).outcome).toBe('success');
  expect(run.calledKeys).toEqual([
    'build:1:1/say:1:1/tool',
    'build:1:2/say:1:1/tool',
    'build:1:3/say:1:1/tool',
  ]);
  expect(eventsOf(run, 'phase.retried').map(({ phase, attempt }) => [phase, attempt])).toEqual([
    ['build', 2],
    ['build', 3],
  ]);
});

test('each visit of a crew phase has artifacts and visits of its own', async () => {
  const yaml = `start: build
phases:
  build:
    crew: part.crew.yaml
    inputs: { text: "visit {{ visit }}" }
    max_visits: 2
    on_limit: done
    next: build
  done: { end: success, result: "{{ build.text }}" }
`;
  const run = await runCrew({ yaml, files: echo });
  expect(resultOf(run)).toMatchObject({ result: 'visit 2' });
  expect(run.calledKeys).toEqual(['build:1:1/say:1:1/tool', 'build:2:1/say:1:1/tool']);
});

test('crews run in branches and for each item', async () => {
  const branches = await runCrew({
    yaml: `start: both
phases:
  both:
    parallel:
      a: { crew: part.crew.yaml, inputs: { text: a } }
      b: { crew: part.crew.yaml, inputs: { text: b, times: 3 } }
    next: done
  done: { end: success, result: "{{ both }}" }
`,
    files: echo,
  });
  expect(resultOf(branches)).toMatchObject({
    result: { a: { text: 'a', times: 2 }, b: { text: 'b', times: 3 } },
  });
  expect(branches.calledKeys).toEqual(['both.a:1:1/say:1:1/tool', 'both.b:1:1/say:1:1/tool']);
  expect(compact(branches.events)).toContain('phase.started both.b/say');
  const items = await runCrew({
    yaml: `start: all
phases:
  all:
    each: { in: "{{ inputs.list }}", as: word, max: 5 }
    do: { crew: part.crew.yaml, inputs: { text: "{{ index }} {{ word }}" } }
    next: done
  done: { end: success, result: "{{ all }}" }
inputs: { list: { type: array, items: { type: string } } }
`,
    inputs: { list: ['x', 'y', 'z'] },
    files: echo,
  });
  expect(resultOf(items)).toMatchObject({ result: [{ text: '0 x' }, { text: '1 y' }, { text: '2 z' }] });
  expect(items.calledKeys).toContain('all.2:1:1/say:1:1/tool');
});

const role = (
  model: string,
): string => `models: { default: auto, ${model}: { use: "fake:${model}", max_tokens: 7 } }
roles: { writer: { goal: Write., model: ${model} } }
start: write
phases:
  write: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ write }}" }
`;

test('two levels: aliases of an inner crew are its own, and places name the whole way', async () => {
  const files = {
    'middle.crew.yaml': crewFile(
      'middle',
      `start: deep
phases:
  deep: { crew: inner.crew.yaml, next: done }
  done: { end: success, result: "{{ deep }}" }
`,
    ),
    'inner.crew.yaml': crewFile('inner', role('small')),
  };
  const yaml = `start: build
phases:
  build: { crew: middle.crew.yaml, next: write }
  write: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ build }}" }
models: { default: auto, small: "fake:other" }
roles: { writer: { goal: Write., model: small } }
`;
  const requests: ModelRequest[] = [];
  const run = await runCrew({
    yaml,
    files,
    termsOf: { 'build/deep/small': { maxTokens: 7 }, small: { maxTokens: 9 } },
    replies: request => {
      requests.push(request);
      return { text: 'ok' };
    },
  });
  expect(resultOf(run)).toMatchObject({ result: 'ok' });
  expect(requests.map(({ origin, maxTokens }) => [origin.phase, maxTokens])).toEqual([
    ['build/deep/write', 7],
    ['write', 9],
  ]);
  expect(eventsOf(run, 'model.started').map(({ phase, model }) => [phase, model])).toEqual([
    ['build/deep/write', 'fake:build/deep/small'],
    ['write', 'fake:small'],
  ]);
});

const SOP = `version: 1
sop: question
roles: [author]
inputs: { text: { type: string } }
start: doubt
phases:
  doubt: { role: author, task: "Doubt {{ inputs.text }}.", next: done }
  done: { end: success, result: "{{ doubt }}" }
`;

test('a SOP runs with roles that are cast, and has no budget of its own beside the run', async () => {
  const yaml = `start: build
phases:
  build: { crew: q.sop.yaml, roles: { author: alice }, inputs: { text: this }, next: done }
  done: { end: success, result: "{{ build }}" }
roles: { alice: { goal: Write as if the reader had no time., backstory: You are Alice. } }
`;
  const run = await runCrew({ yaml, files: { 'q.sop.yaml': SOP } });
  expect(resultOf(run).outcome).toBe('success');
  const [request] = run.modelRequests;
  expect(JSON.stringify(request?.messages)).toContain('You are Alice.');
  expect(request?.origin).toMatchObject({ phase: 'build/doubt', values: { inputs: { text: 'this' } } });
});

test('a timeout of a crew phase cancels what is inside and charges it', async () => {
  const files = {
    'part.crew.yaml': crewFile(
      'part',
      `start: both
roles: { writer: { goal: Write. } }
phases:
  both:
    parallel:
      a: { role: writer, task: Write. }
      b: { tool: kit.wait, with: { ms: 60000 } }
    next: done
  done: { end: success }
`,
    ),
  };
  const yaml = OUTER('crew: part.crew.yaml, timeout: 10s, on_error: done').replace(
    '{{ build }}',
    '{{ run.error.code }}',
  );
  const run = await runCrew({ yaml, files, replies: () => ({ text: 'late', afterMs: 20_000 }) });
  expect(resultOf(run)).toMatchObject({ result: 'PHASE_TIMEOUT' });
  const ended = eventsOf(run, 'phase.ended').map(({ phase, outcome }) => `${phase} ${outcome}`);
  expect(ended).toEqual([
    'build/both.a cancelled',
    'build/both.b cancelled',
    'build/both cancelled',
    'build failed',
  ]);
  if (run.outcome.type !== 'ended') throw new Error('the run did not end');
  const { ledger, procedures, open, acts } = run.outcome.state;
  expect(ledger.spent).toMatchObject({ calls: 1, toolCalls: 1 });
  expect([ledger.reserved, ledger.pots, open, acts]).toEqual([{}, {}, {}, {}]);
  expect(Object.keys(procedures)).toEqual(['']);
});

test('a model that cannot be reached inside holds the run, and a resume makes just that call', async () => {
  const options: CrewRunOptions = {
    yaml: `start: pair
phases:
  pair:
    parallel:
      a: { crew: inner.crew.yaml }
      b: { crew: inner.crew.yaml }
    next: done
  done: { end: success, result: "{{ pair }}" }
`,
    files: { 'inner.crew.yaml': crewFile('inner', role('small')) },
  };
  const first = await runCrew({
    ...options,
    replies: ({ origin }) =>
      origin.phase.startsWith('pair.a')
        ? { failure: { code: 'PROVIDER_AUTH', message: 'the key is wrong' } }
        : { text: 'b', afterMs: 50 },
  });
  expect(suspensionOf(first)?.code).toBe('PROVIDER_AUTH');
  const second = await runCrew({
    ...options,
    history: first.facts,
    resume: {},
    replies: () => ({ text: 'a' }),
  });
  expect(resultOf(second)).toMatchObject({ result: { a: 'a', b: 'b' } });
  expect(second.calledKeys).toHaveLength(1);
  expect(second.calledKeys[0]).toMatch(/^pair\.a:1:1\/write:1:1\//);
});

test('where the crew phase has a way, a model that cannot be reached inside fails it instead', async () => {
  const yaml = OUTER('crew: inner.crew.yaml, on_error: done').replace('{{ build }}', '{{ run.error.code }}');
  const run = await runCrew({
    yaml,
    files: { 'inner.crew.yaml': crewFile('inner', role('small')) },
    replies: () => ({ failure: { code: 'PROVIDER_AUTH', message: 'the key is wrong' } }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'PROVIDER_AUTH' });
});

test('a question and leave for a call inside a crew say the whole way, and go on after a resume', async () => {
  const files = {
    'part.crew.yaml': crewFile(
      'part',
      `start: sign
phases:
  sign: { human: Go on?, choices: [yes, no], next: save }
  save: { tool: kit.write, with: { text: x }, next: done }
  done: { end: success, result: { by: "{{ sign.choice }}", saved: "{{ save }}" } }
`,
    ),
  };
  const options = { yaml: OUTER('crew: part.crew.yaml'), files };
  const first = await runCrew(options);
  expect(suspensionOf(first)?.message).toBe('`build/sign` waits for an answer: Go on?');
  const second = await runCrew({
    ...options,
    history: first.facts,
    resume: {},
    person: ({ question }) =>
      question.kind === 'question' ? { choice: 'yes', text: null, by: 'ann' } : undefined,
  });
  expect(suspensionOf(second)?.message).toContain('(`build/save`)');
  const third = await runCrew({
    ...options,
    history: second.facts,
    resume: {},
    person: ({ id, phase }) => {
      expect([id, phase]).toEqual(['build:1:1/save:1:1/tool', 'build/save']);
      return { choice: 'allow', text: null, by: 'ann' };
    },
  });
  expect(resultOf(third)).toMatchObject({ result: { by: 'yes', saved: 'x' } });
});

test('after a crash at any fact inside, nothing recorded is done again and the end is the same', async () => {
  const files = { ...echo, 'inner.crew.yaml': crewFile('inner', role('small')) };
  const yaml = `start: build
phases:
  build:
    parallel:
      a: { crew: inner.crew.yaml }
      b: { crew: part.crew.yaml, inputs: { text: hi } }
    next: again
  again: { crew: part.crew.yaml, inputs: { text: "{{ build.a }}" }, next: done }
  done: { end: success, result: "{{ again }}" }
`;
  const whole = await runCrew({ yaml, files });
  for (let count = 1; count < whole.facts.length; count += 1) {
    const history = whole.facts.slice(0, count);
    const resumed = await runCrew({ yaml, files, history, resume: {}, world: createFakeWorld(60_000) });
    expect(resultOf(resumed)).toEqual(resultOf(whole));
    const recorded = new Set(history.flatMap(fact => ('key' in fact ? [fact.key] : [])));
    expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
  }
  const replayed = await runCrew({ yaml, files, history: whole.facts });
  expect(JSON.stringify(replayed.events)).toBe(JSON.stringify(whole.events));
  expect(replayed.calledKeys).toEqual([]);
});

test('a crew that includes itself, also through another one, is refused before it runs', () => {
  const through = (file: string) =>
    crewFile(
      'loop',
      `start: go
phases:
  go: { crew: ${file}, next: done }
  done: { end: success }
`,
    );
  const files = { 'a.crew.yaml': through('b.crew.yaml'), 'b.crew.yaml': through('a.crew.yaml') };
  expect(() => compileText(OUTER('crew: a.crew.yaml'), files)).toThrow(/include-cycle/);
  expect(() => compileText(OUTER('crew: test.crew.yaml'))).toThrow(/include-cycle/);
});

test('whoever speaks inside has the models of the crew inside: roles, and those that phases name', async () => {
  const body = `models: { chooser: auto }
roles:
  a: { goal: Say. }
  b: { goal: Doubt. }
  c: { goal: Settle. }
start: debate
phases:
  debate:
    talk: [a, b, c]
    task: Settle it.
    speaker: selector
    selector: { model: chooser }
    max_turns: 2
    next: asked
  asked: { ask: What now?, models: [chooser, default], summarizer: { model: chooser }, next: chained }
  chained: { chain: [{ model: chooser, prompt_template: Go on. }], next: done }
  done: { end: success }
`;
  const run = await runCrew({
    yaml: OUTER('crew: talk.crew.yaml'),
    files: { 'talk.crew.yaml': crewFile('inside', body) },
    replies: ({ origin }) =>
      origin.role === 'selector' ? { json: { speaker: 'b', reason: 'so' } } : { text: 'so' },
  });
  const models = new Set(eventsOf(run, 'model.started').map(({ model }) => model));
  expect([...models].toSorted()).toEqual(['fake:build/chooser', 'fake:build/default']);
  expect(run.modelRequests.map(({ maxTokens }) => maxTokens)).toEqual(run.modelRequests.map(() => 100));
});
