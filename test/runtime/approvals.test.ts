import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashProgram } from '../../src/compiler/compile-crew.ts';
import type { PersonAskEffect } from '../../src/model/effect.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Program } from '../../src/model/program.ts';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import { openQuestions } from '../../src/runtime/people/open-questions.ts';
import { compact, eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Replies } from './fake-model.ts';
import type { FakeTool } from './fake-tools.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const ALLOW: PersonAnswer = { choice: 'allow', text: null, by: 'ann' };
const DENY: PersonAnswer = { choice: 'deny', text: 'not on a Friday', by: 'ann' };
const waiting = (run: CrewRun) => openQuestions(run.program, run.facts);

const PHASE = `start: save
phases:
  save: { tool: kit.write, with: { text: hello }, next: done }
  done: { end: success, result: "{{ save }}" }
`;
const ROLE = `start: work
phases:
  work: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ work }}" }
roles: { writer: { goal: Write., tools: [kit] } }
`;

const write = (text: string) => ({ tool: 'kit.write', args: { text } });
/** Writes what it is to write, then says what it was told. */
const writing =
  (...texts: string[]): Replies =>
  ({ messages }) => {
    const results = messages.flatMap(message => (message.from === 'tool' ? message.parts : []));
    if (results.length === 0) return { calls: texts.map(write) };
    return { text: JSON.stringify(results.map(part => ('value' in part ? part.value : null))) };
  };

const said = (run: CrewRun): unknown => {
  const end = resultOf(run);
  return 'result' in end ? JSON.parse(String(end.result)) : end;
};

test('R9: a read-only built-in needs no leave, anything else does', async () => {
  const yaml = PHASE.replace('kit.write', 'kit.echo');
  const run = await runCrew({ yaml });
  expect(resultOf(run)).toMatchObject({ result: 'hello' });
  expect(eventsOf(run, 'person.asked')).toEqual([]);
  const asked = await runCrew({ yaml: PHASE });
  expect(suspensionOf(asked)).toEqual({
    code: 'CONSENT_REQUIRED',
    message: '`kit.write` may change something, and nobody is here to allow it (`save`)',
  });
  expect(asked.toolCalls).toEqual([]);
});

test("R9: a module's own word that a tool changes nothing does not count", async () => {
  const tamper = (program: Program): Program => {
    const tools = program.tools.map(spec => ({ ...spec, source: 'module' as const }));
    const changed = { ...program, tools };
    return { ...changed, hash: hashProgram(changed) };
  };
  const yaml = PHASE.replace('kit.write', 'kit.echo');
  const run = await runCrew({ yaml, tamper });
  expect(suspensionOf(run)?.code).toBe('CONSENT_REQUIRED');
  expect(run.toolCalls).toEqual([]);
  const granted = await runCrew({ yaml, tamper, grants: ['kit.echo'] });
  expect(resultOf(granted)).toMatchObject({ result: 'hello' });
});

test('a grant names one tool or a toolset, at the start or at a resume', async () => {
  for (const grant of ['kit.write', 'kit.*']) {
    const run = await runCrew({ yaml: PHASE, grants: [grant] });
    expect(resultOf(run)).toMatchObject({ result: 'hello' });
    expect(eventsOf(run, 'person.asked')).toEqual([]);
  }
  for (const other of ['kit', 'kit.writer', '*', 'k*', 'write', 'kit.echo']) {
    const run = await runCrew({ yaml: PHASE, grants: [other] });
    expect(suspensionOf(run)?.code).toBe('CONSENT_REQUIRED');
    const resumed = await runCrew({ yaml: PHASE, history: run.facts, resume: { grants: ['kit.*'] } });
    expect(resultOf(resumed)).toMatchObject({ result: 'hello' });
    expect(waiting(resumed)).toEqual([]);
  }
});

test('what a person allows is bound to the exact arguments, and those are what runs', async () => {
  const asked: PersonAskEffect[] = [];
  const person = (effect: PersonAskEffect) => {
    asked.push(effect);
    return ALLOW;
  };
  const run = await runCrew({ yaml: ROLE, replies: writing('one'), person });
  const argsHash = createHash('sha256').update('{"text":"one"}').digest('hex');
  expect(asked.map(({ id, phase, question }) => ({ id, phase, question }))).toEqual([
    {
      id: 'work:1:1/tool-1-1',
      phase: 'work',
      question: { kind: 'approval', tool: 'kit.write', args: { text: 'one' }, argsHash },
    },
  ]);
  expect(run.toolCalls).toEqual([{ tool: 'kit.write', args: { text: 'one' } }]);
  expect(compact(run.events).slice(2, -2)).toEqual([
    'model.started work:1:1/model-1',
    'model.ended work:1:1/model-1 answered',
    'person.asked work:1:1/tool-1-1/leave-1',
    'person.answered work:1:1/tool-1-1/leave-1',
    'tool.started work:1:1/tool-1-1',
    'tool.ended work:1:1/tool-1-1 returned',
    'model.started work:1:1/model-2',
    'model.ended work:1:1/model-2 answered',
    'phase.ended work completed',
  ]);
});

test('several calls of one turn are asked for one by one, and each answer is for its own call', async () => {
  const person = ({ question }: PersonAskEffect) =>
    question.kind === 'approval' && question.args.text === 'b' ? DENY : ALLOW;
  const run = await runCrew({ yaml: ROLE, replies: writing('a', 'b', 'c'), person });
  expect(run.toolCalls.map(call => call.args.text)).toEqual(['a', 'c']);
  expect(said(run)).toEqual([
    'a',
    { error: 'CONSENT_DENIED: a person refused this call: not on a Friday' },
    'c',
  ]);
});

test('a refusal is told to the role, which goes another way; a call that was refused began and ended', async () => {
  const run = await runCrew({ yaml: ROLE, replies: writing('a'), person: () => DENY });
  expect(resultOf(run).outcome).toBe('success');
  expect(run.toolCalls).toEqual([]);
  expect(compact(run.events)).toContain('tool.started work:1:1/tool-1-1');
  expect(compact(run.events)).toContain('tool.ended work:1:1/tool-1-1 failed');
  expect(run.outcome.type === 'ended' && run.outcome.state.ledger.spent.toolCalls).toBe(0);
});

test('a tool phase that was refused fails, and `on_error` has a way', async () => {
  const run = await runCrew({ yaml: PHASE, person: () => DENY });
  expect(resultOf(run)).toMatchObject({
    outcome: 'error',
    failure: { code: 'CONSENT_DENIED', message: 'a person refused this call: not on a Friday' },
  });
  const yaml = PHASE.replace(
    'next: done }',
    'next: done, on_error: no, retry: 2 }\n  no: { end: failure, result: "{{ run.error.code }}" }',
  );
  const handled = await runCrew({ yaml, person: () => DENY });
  expect(resultOf(handled)).toMatchObject({ phase: 'no', result: 'CONSENT_DENIED' });
  expect(eventsOf(handled, 'person.asked')).toHaveLength(1);
});

test('anything but a plain leave is a refusal', async () => {
  for (const choice of ['yes', 'ALLOW', null, '']) {
    const run = await runCrew({ yaml: PHASE, person: () => ({ choice, text: null, by: 'ann' }) });
    expect(resultOf(run)).toMatchObject({ failure: { code: 'CONSENT_DENIED' } });
    expect(run.toolCalls).toEqual([]);
  }
});

test('calls that wait for leave are listed with what they would do, until they are answered', async () => {
  const first = await runCrew({ yaml: ROLE, replies: writing('a', 'b') });
  expect(
    waiting(first).map(({ id, question }) => [id, question.kind === 'approval' && question.args]),
  ).toEqual([
    ['work:1:1/tool-1-1', { text: 'a' }],
    ['work:1:1/tool-1-2', { text: 'b' }],
  ]);
  const onlyFirst = ({ id }: PersonAskEffect) => (id.endsWith('-1') ? ALLOW : undefined);
  const options = { yaml: ROLE, replies: writing('a', 'b') };
  const second = await runCrew({ ...options, history: first.facts, resume: {}, person: onlyFirst });
  expect(second.toolCalls.map(call => call.args.text)).toEqual(['a']);
  expect(waiting(second).map(({ id }) => id)).toEqual(['work:1:1/tool-1-2']);
  const third = await runCrew({ ...options, history: second.facts, resume: {}, person: () => DENY });
  expect(third.toolCalls).toEqual([]);
  expect(eventsOf(third, 'person.answered')).toHaveLength(2);
  expect(said(third)).toMatchObject(['a', { error: expect.stringContaining('CONSENT_DENIED') }]);
});

test('leave that was given is kept where the budget stands in the way, and is not asked for again', async () => {
  const yaml = `start: save
phases:
  save: { tool: kit.write, with: { text: hello }, next: again }
  again: { tool: kit.write, with: { text: more }, next: done }
  done: { end: success }
budget: { tool_calls: 1 }
`;
  const first = await runCrew({ yaml, person: () => ALLOW });
  expect(suspensionOf(first)?.code).toBe('BUDGET_EXCEEDED');
  expect(first.toolCalls).toHaveLength(1);
  expect(waiting(first)).toEqual([]);
  const resumed = await runCrew({ yaml, history: first.facts, resume: { budget: { toolCalls: 5 } } });
  expect(resultOf(resumed).outcome).toBe('success');
  expect(resumed.toolCalls.map(call => call.args.text)).toEqual(['more']);
  expect(resumed.calledKeys.filter(key => key.includes('leave'))).toEqual([]);
});

test('leave that comes while another question stops the run is kept', async () => {
  const yaml = `start: both
phases:
  both:
    parallel:
      a: { tool: kit.write, with: { text: a } }
      b: { tool: kit.write, with: { text: b } }
    next: done
  done: { end: success, result: "{{ both }}" }
`;
  // Nobody answers for `a`; only then comes the answer for `b`.
  const absent = Promise.withResolvers<void>();
  const first = await runCrew({
    yaml,
    person: async ({ id }) => {
      if (id.startsWith('both.a')) {
        absent.resolve();
        return undefined;
      }
      await absent.promise;
      return ALLOW;
    },
  });
  // The run may have been left before the answer; then it is asked again, else it is not.
  const answered = first.facts.some(fact => fact.type === 'person.answered');
  const asked: string[] = [];
  const resumed = await runCrew({
    yaml,
    history: first.facts,
    resume: {},
    person: ({ id }) => {
      asked.push(id);
      return ALLOW;
    },
  });
  expect(resultOf(resumed)).toMatchObject({ result: { a: 'a', b: 'b' } });
  expect(asked).toEqual(answered ? ['both.a:1:1/tool'] : expect.arrayContaining(['both.a:1:1/tool']));
});

test('folded: an allowed call that a suspension holds back goes out at the resume without a question', async () => {
  const yaml = `start: both
phases:
  both:
    parallel:
      a: { tool: kit.write, with: { text: a } }
      b: { tool: kit.write, with: { text: b } }
    next: done
  done: { end: success, result: "{{ both }}" }
`;
  const first = await runCrew({ yaml });
  const [started] = first.facts;
  const at = started?.at ?? 0;
  const key = (branch: string) => `both.${branch}:1:1/tool/leave-1`;
  const history: Fact[] = [
    started as Fact,
    { type: 'person.absent', at, key: key('a') },
    { type: 'person.answered', at, key: key('b'), choice: 'allow', text: null, by: 'ann' },
  ];
  const asked: string[] = [];
  const run = await runCrew({
    yaml,
    history,
    resume: {},
    person: effect => {
      asked.push(effect.key);
      return ALLOW;
    },
  });
  expect(resultOf(run)).toMatchObject({ result: { a: 'a', b: 'b' } });
  expect(asked).toEqual(['both.a:1:1/tool/leave-2']);
});

test('R5, R9: after a crash at any fact, no answer is asked for again and no allowed call runs twice', async () => {
  const yaml = `start: work
phases:
  work: { role: writer, task: Write., next: sign }
  sign: { human: Good?, choices: [yes, no], next: save }
  save: { tool: kit.write, with: { text: end }, next: done }
  done: { end: success, result: "{{ work }}" }
roles: { writer: { goal: Write., tools: [kit] } }
`;
  const person = ({ question }: PersonAskEffect): PersonAnswer => {
    if (question.kind === 'question') return { choice: 'yes', text: null, by: 'ann' };
    return question.args.text === 'b' ? DENY : ALLOW;
  };
  const options = { yaml, replies: writing('a', 'b', 'c') };
  const whole = await runCrew({ ...options, person });
  const answers = whole.facts.filter(fact => fact.type === 'person.answered');
  expect(answers).toHaveLength(5);
  for (let count = 1; count < whole.facts.length; count += 1) {
    const history = whole.facts.slice(0, count);
    const resumed = await runCrew({ ...options, history, resume: {}, person });
    expect(resultOf(resumed)).toEqual(resultOf(whole));
    const recorded = new Set(history.flatMap(fact => ('key' in fact ? [fact.key] : [])));
    expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
    expect(resumed.facts.filter(fact => fact.type === 'person.answered')).toHaveLength(5);
    // Without anybody there, what was answered before is not forgotten.
    const alone = await runCrew({ ...options, history, resume: {} });
    const known = history.filter(fact => fact.type === 'person.answered').length;
    expect(alone.facts.filter(fact => fact.type === 'person.answered')).toHaveLength(known);
    const last = await runCrew({ ...options, history: alone.facts, resume: {}, person });
    expect(resultOf(last)).toEqual(resultOf(whole));
  }
});

test('a call that is not wanted any more is not asked for any more', async () => {
  const yaml = `start: work
phases:
  work: { role: writer, task: Write., timeout: 5s, on_error: done, next: done }
  done: { end: success, result: "{{ run.error.code }}" }
roles: { writer: { goal: Write., tools: [kit] } }
`;
  let aborted = false;
  const run = await runCrew({
    yaml,
    replies: writing('a'),
    person: (_effect, signal) =>
      new Promise(resolve => {
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve(ALLOW);
        });
      }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'PHASE_TIMEOUT' });
  expect([aborted, run.toolCalls]).toEqual([true, []]);
  expect(run.outcome.type === 'ended' && run.outcome.state.approvals).toEqual({});
});

test('a run does not wait for leave that nothing asks for any more', async () => {
  const yaml = `start: both
phases:
  both:
    parallel:
      a: { tool: kit.write, with: { text: a } }
      b: { tool: kit.wait, with: { ms: 5 } }
    on_error: other
    next: done
  other: { tool: kit.echo, with: { text: another way }, next: done }
  done: { end: success, result: "{{ other | default: 'none' }}" }
`;
  const wait: FakeTool = async (_args, { world }) => {
    await world.sleep(5, new AbortController().signal);
    throw new Error('it broke later');
  };
  const run = await runCrew({ yaml, tools: { wait } });
  expect(resultOf(run)).toMatchObject({ result: 'another way' });
  expect(waiting(run)).toEqual([]);
  const types = ['run.started', 'person.absent', 'tool.failed', 'run.resumed', 'tool.returned'];
  expect(run.facts.map(fact => fact.type)).toEqual(types);
});
