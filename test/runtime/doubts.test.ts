import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PersonAskEffect } from '../../src/model/effect.ts';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import type { Executor } from '../../src/runtime/executor.ts';
import { openQuestions } from '../../src/runtime/people/open-questions.ts';
import { compact, eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

const ALLOW: PersonAnswer = { choice: 'allow', text: null, by: 'ann' };
const NOT_DONE: PersonAnswer = { choice: 'not done', text: null, by: 'ann' };
const done = (text: string | null = null): PersonAnswer => ({ choice: 'done', text, by: 'ann' });
const CALL = 'save:1:1/tool';

const PHASE = `budget: { tool_calls: 2 }
start: save
phases:
  save: { tool: kit.write, with: { text: hello }, next: done }
  done: { end: success, result: "{{ save }}" }
`;

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crewfile-doubts-'));
  path = join(folder, 'runs.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The process is gone while the tool is at work: the call went out, its outcome is nowhere. */
const crashing = (execute: Executor): Executor => {
  return async (effect, signal) => {
    const fact = await execute(effect, signal);
    if (effect.type === 'tool.call') throw new Error('killed');
    return fact;
  };
};

type Answers = Record<string, PersonAnswer | undefined>;
/** Answers by the kind of question. */
const answering =
  (answers: Answers, asked: PersonAskEffect[] = []) =>
  (effect: PersonAskEffect) => {
    asked.push(effect);
    return answers[effect.question.kind];
  };

async function crash(options: Partial<CrewRunOptions> = {}): Promise<void> {
  const run = runCrew({
    yaml: PHASE,
    path,
    person: answering({ approval: ALLOW }),
    wrap: crashing,
    ...options,
  });
  await expect(run).rejects.toThrow('killed');
}

const goOn = (options: Partial<CrewRunOptions> = {}): Promise<CrewRun> =>
  runCrew({ yaml: PHASE, path, reopen: true, resume: {}, ...options });

test('every other tool is at-most-once: after a crash in between the run suspends and asks done or not done', async () => {
  await crash();
  const run = await goOn();
  expect(suspensionOf(run)).toEqual({
    code: 'EFFECT_UNCERTAIN',
    message: 'whether `kit.write` was done before the stop is not known, and nobody is here to say (`save`)',
  });
  expect(run.toolCalls).toEqual([]);
  expect(openQuestions(run.program, run.facts)).toMatchObject([
    {
      id: `${CALL}/doubt-1`,
      phase: 'save',
      question: { kind: 'uncertain', tool: 'kit.write', args: { text: 'hello' } },
    },
  ]);
  expect(run.facts.filter(fact => fact.type === 'tool.uncertain')).toMatchObject([{ call: CALL }]);
});

test('`done` is the outcome of the call, with the result that the person gave or an assumed one', async () => {
  await crash();
  const run = await goOn({ person: answering({ uncertain: done('"as it was"') }) });
  expect(resultOf(run)).toMatchObject({ result: 'as it was' });
  expect(run.toolCalls).toEqual([]);
  expect(run.outcome.type === 'ended' && run.outcome.state.ledger).toMatchObject({
    spent: { toolCalls: 1 },
    reserved: {},
  });
  expect(compact(run.events)).toEqual([
    'run.started',
    'phase.started save',
    `person.asked ${CALL}/leave-1`,
    `person.answered ${CALL}/leave-1`,
    `tool.started ${CALL}`,
    'run.resumed',
    `person.asked ${CALL}/doubt-1-1`,
    `person.answered ${CALL}/doubt-1-1`,
    `tool.ended ${CALL} returned`,
    'phase.ended save completed',
    'transition.taken',
    'run.ended success',
  ]);
});

test('without a result `done` is told as assumed', async () => {
  await crash();
  const run = await goOn({ person: answering({ uncertain: done() }) });
  expect(resultOf(run)).toMatchObject({ result: { assumed: 'done' } });
});

test('after `not done` it is called again, approvals are recorded once and never re-asked', async () => {
  await crash();
  const asked: PersonAskEffect[] = [];
  const run = await goOn({ person: answering({ uncertain: NOT_DONE }, asked) });
  expect(resultOf(run)).toMatchObject({ result: 'hello' });
  expect(run.toolCalls).toHaveLength(1);
  expect(asked.map(({ key }) => key)).toEqual([`${CALL}/doubt-1-1`]);
  expect(eventsOf(run, 'tool.started')).toHaveLength(1);
  expect(run.outcome.type === 'ended' && run.outcome.state.ledger).toMatchObject({
    spent: { toolCalls: 1 },
    reserved: {},
  });
});

test('a call that is cut off again is in doubt again, and that is another question', async () => {
  await crash();
  const person = answering({ uncertain: NOT_DONE });
  await expect(goOn({ person, wrap: crashing })).rejects.toThrow('killed');
  const asked: PersonAskEffect[] = [];
  const run = await goOn({ person: answering({ uncertain: done() }, asked) });
  expect(asked.map(({ id }) => id)).toEqual([`${CALL}/doubt-2`]);
  expect(resultOf(run)).toMatchObject({ result: { assumed: 'done' } });
  expect(run.toolCalls).toEqual([]);
});

test('who was not there is asked again at each resume, under the same id, and an answer that does not fit is none', async () => {
  await crash();
  await goOn();
  const asked: PersonAskEffect[] = [];
  for (const answer of [{ ...NOT_DONE, choice: 'allow' }, done('{half'), done('')]) {
    const run = await goOn({ person: answering({ uncertain: answer }, asked) });
    expect(suspensionOf(run)?.code).toBe('EFFECT_UNCERTAIN');
    expect(run.toolCalls).toEqual([]);
  }
  const run = await goOn({ person: answering({ uncertain: NOT_DONE }, asked) });
  expect(asked.map(({ key }) => key)).toEqual([2, 3, 4, 5].map(nth => `${CALL}/doubt-1-${nth}`));
  expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
  expect(resultOf(run)).toMatchObject({ result: 'hello' });
});

test('the doubt is a fact: replaying it gives the same events and calls nothing', async () => {
  await crash();
  const run = await goOn({ person: answering({ uncertain: NOT_DONE }) });
  const again = await runCrew({ yaml: PHASE, history: run.facts });
  expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
  expect(again.calledKeys).toEqual([]);
  for (let length = 1; length < run.facts.length; length += 1) {
    const history = run.facts.slice(0, length);
    const prefix = await runCrew({
      yaml: PHASE,
      history,
      resume: {},
      person: answering({ approval: ALLOW, uncertain: done('"hello"') }),
    });
    expect(resultOf(prefix)).toMatchObject({ result: 'hello' });
  }
});

test('other work goes on while it is asked, and a call of a role is told as its result', async () => {
  const yaml = `roles: { writer: { goal: Write., tools: [kit] } }
start: both
phases:
  both:
    parallel:
      left: { role: writer, task: Write. }
      right: { tool: kit.echo, with: { text: right } }
    next: done
  done: { end: success, result: "{{ both.left }} {{ both.right }}" }
`;
  const replies: CrewRunOptions['replies'] = ({ messages }) => {
    const results = messages.flatMap(message => (message.from === 'tool' ? message.parts : []));
    if (results.length === 0) return { calls: [{ tool: 'kit.write', args: { text: 'x' } }] };
    return { text: JSON.stringify(results.map(part => ('value' in part ? part.value : null))) };
  };
  const wrap = (execute: Executor): Executor => {
    const crashed = crashing(execute);
    return (effect, signal) =>
      (effect.type === 'tool.call' && effect.tool === 'kit.write' ? crashed : execute)(effect, signal);
  };
  await crash({ yaml, replies, grants: ['kit.write'], wrap });
  const held = await goOn({ yaml, replies });
  expect(suspensionOf(held)?.code).toBe('EFFECT_UNCERTAIN');
  expect(held.facts.some(fact => fact.type === 'tool.returned' && fact.value === 'right')).toBe(true);
  const run = await goOn({ yaml, replies, person: answering({ uncertain: done() }) });
  expect(resultOf(run)).toMatchObject({ result: '[{"assumed":"done"}] right' });
});

test('a timeout of the phase ends the doubt, and charges the call', async () => {
  const yaml = PHASE.replace(
    'next: done }',
    'timeout: 1m, on_error: late, next: done }\n  late: { end: failure }',
  );
  await crash({ yaml });
  const person: NonNullable<CrewRunOptions['person']> = (_effect, signal) =>
    new Promise(resolve => signal.addEventListener('abort', () => resolve(undefined)));
  const run = await goOn({ yaml, person });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', phase: 'late' });
  expect(run.outcome.type === 'ended' && run.outcome.state.ledger).toMatchObject({
    spent: { toolCalls: 1 },
    reserved: {},
  });
});

test('a tool marked safe to repeat is called again without asking', async () => {
  const yaml = PHASE.replace('kit.write', 'kit.repeat');
  await crash({ yaml });
  const run = await goOn({ yaml });
  expect(resultOf(run)).toMatchObject({ result: 'hello' });
  expect(run.toolCalls).toHaveLength(1);
  expect(eventsOf(run, 'person.asked')).toHaveLength(1);
});
