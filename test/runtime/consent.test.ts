import { expect, test } from 'vitest';
import { hashProgram } from '../../src/compiler/compile-crew.ts';
import { canonicalJson } from '../../src/model/canonical-json.ts';
import type { PersonAskEffect } from '../../src/model/effect.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Policy, PolicyRule } from '../../src/model/policy.ts';
import type { Program } from '../../src/model/program.ts';
import type { ToolSpec } from '../../src/model/tool-spec.ts';
import { hashPolicy } from '../../src/policy/hash-policy.ts';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import type { Executor } from '../../src/runtime/executor.ts';
import { openQuestions } from '../../src/runtime/people/open-questions.ts';
import { fc } from '../laws.ts';
import { compact, eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Replies } from './fake-model.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const ALLOW: PersonAnswer = { choice: 'allow', text: null, by: 'ann' };

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

function policyOf(rules: readonly Omit<PolicyRule, 'at'>[], more: Partial<Policy> = {}): Policy {
  const parts = {
    default: 'ask' as const,
    nonInteractive: 'pause' as const,
    servers: {},
    rules: rules.map((rule, index) => ({ ...rule, at: `crew.policy.yaml:${index + 1}` })),
    ...more,
  };
  return { ...parts, hash: hashPolicy(parts) };
}

const writing =
  (...texts: readonly string[]): Replies =>
  ({ messages }) => {
    const results = messages.flatMap(message => (message.from === 'tool' ? message.parts : []));
    if (results.length === 0) return { calls: texts.map(text => ({ tool: 'kit.write', args: { text } })) };
    return { text: JSON.stringify(results.map(part => ('value' in part ? part.value : null))) };
  };

const said = (run: CrewRun): unknown => {
  const end = resultOf(run);
  return 'result' in end ? JSON.parse(String(end.result)) : end;
};

/** Changes what the program knows of the tools. */
const withSpecs =
  (change: Partial<ToolSpec>) =>
  (program: Program): Program => {
    const changed = { ...program, tools: program.tools.map(spec => ({ ...spec, ...change })) };
    return { ...changed, hash: hashProgram(changed) };
  };

/** A replay calls nothing and tells the same, and a run that is cut off at any fact comes to the same end. */
async function expectLaws(run: CrewRun, options: Parameters<typeof runCrew>[0]): Promise<void> {
  const again = await runCrew({ ...options, history: run.facts });
  expect(again.calledKeys).toEqual([]);
  expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
  for (let count = 1; count < run.facts.length; count += 1) {
    const history = run.facts.slice(0, count);
    const resumed = await runCrew({ ...options, history, resume: {} });
    expect(resultOf(resumed)).toEqual(resultOf(run));
    const recorded = new Set(history.flatMap(fact => ('key' in fact ? [fact.key] : [])));
    expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
  }
}

test('a rule that allows lets a call out without asking, with what was decided on', async () => {
  const policy = policyOf([{ effect: 'allow', tool: 'kit.write' }]);
  const sent: unknown[] = [];
  const wrap =
    (execute: Executor): Executor =>
    (effect, signal) => {
      if (effect.type === 'tool.call') sent.push(effect.consent);
      return execute(effect, signal);
    };
  const run = await runCrew({ yaml: PHASE, policy, wrap });
  expect(resultOf(run)).toMatchObject({ result: 'hello' });
  expect(eventsOf(run, 'person.asked')).toEqual([]);
  expect(sent).toEqual([{ argsHash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  await expectLaws(run, { yaml: PHASE, policy });
});

test('a rule that denies is told to the role, fails a tool phase, and is never overridden', async () => {
  const policy = policyOf([
    { effect: 'allow', tool: 'kit.*' },
    { effect: 'deny', tool: 'kit.write' },
  ]);
  const grants = ['kit.write', 'kit.*', '*.*'];
  const run = await runCrew({ yaml: PHASE, policy, grants, person: () => ALLOW });
  expect(resultOf(run)).toMatchObject({
    outcome: 'error',
    failure: { code: 'CONSENT_DENIED', message: expect.stringContaining('crew.policy.yaml:2') },
  });
  expect(run.toolCalls).toEqual([]);
  expect(eventsOf(run, 'person.asked')).toEqual([]);
  const options = { yaml: ROLE, replies: writing('a', 'b'), policy, grants };
  const role = await runCrew(options);
  expect(said(role)).toEqual([
    { error: expect.stringMatching(/^CONSENT_DENIED: `kit\.write` may not be called here: /) },
    { error: expect.stringContaining('crew.policy.yaml:2') },
  ]);
  expect(role.toolCalls).toEqual([]);
  expect(compact(role.events)).toContain('tool.ended work:1:1/tool-1-2 failed');
  await expectLaws(role, options);
});

test('a question says why, by which rule, and is bound to all that leave is given for', async () => {
  const policy = policyOf([{ effect: 'ask', tool: 'kit.write' }]);
  const asked: PersonAskEffect[] = [];
  const person = (effect: PersonAskEffect) => {
    asked.push(effect);
    return ALLOW;
  };
  const tamper = withSpecs({ source: 'mcp', server: 'ab', pin: 'cd' });
  const run = await runCrew({ yaml: PHASE, policy: policyOf([]), tamper, person });
  expect(resultOf(run)).toMatchObject({ result: 'hello' });
  await runCrew({ yaml: PHASE, policy, person });
  const [foreign, own] = asked.map(({ question }) => question);
  expect(foreign).toMatchObject({ server: 'ab', pin: 'cd', destructive: true, reason: expect.any(String) });
  expect(own).toMatchObject({
    destructive: true,
    rule: expect.stringContaining('crew.policy.yaml:1'),
    policyHash: policy.hash,
  });
  const bindings = [foreign, own].map(question => question?.kind === 'approval' && question.binding);
  expect(new Set(bindings).size).toBe(2);
});

test('an answer to another question counts for nothing, and the run waits', async () => {
  const policy = policyOf([]);
  const stale: PersonAnswer = { ...ALLOW, binding: '0'.repeat(64) };
  const run = await runCrew({ yaml: PHASE, policy, person: () => stale });
  expect(suspensionOf(run)).toMatchObject({
    code: 'CONSENT_REQUIRED',
    message: expect.stringContaining('something else'),
  });
  expect([run.toolCalls, eventsOf(run, 'person.answered')]).toEqual([[], []]);
  expect(openQuestions(run.program, run.facts)).toHaveLength(1);
  const resumed = await runCrew({ yaml: PHASE, history: run.facts, resume: {}, person: () => ALLOW });
  expect(resultOf(resumed)).toMatchObject({ result: 'hello' });
});

test('leave that was given under another policy is asked for again, also for what was not called yet', async () => {
  const yaml = `${PHASE}budget: { tool_calls: 0 }\n`;
  const first = await runCrew({ yaml, policy: policyOf([]), person: () => ALLOW });
  expect(suspensionOf(first)?.code).toBe('BUDGET_EXCEEDED');
  const more = { budget: { toolCalls: 9 } };
  const same = await runCrew({ yaml, history: first.facts, resume: more });
  expect(resultOf(same)).toMatchObject({ result: 'hello' });
  const stricter = policyOf([{ effect: 'ask', tool: 'kit.*' }]);
  const again = await runCrew({ yaml, history: first.facts, resume: { ...more, policy: stricter } });
  expect(suspensionOf(again)?.code).toBe('CONSENT_REQUIRED');
  expect(again.toolCalls).toEqual([]);
  const denied = policyOf([{ effect: 'deny', tool: 'kit.*' }]);
  const last = await runCrew({ yaml, history: again.facts, resume: { policy: denied }, person: () => ALLOW });
  expect(resultOf(last)).toMatchObject({ failure: { code: 'CONSENT_DENIED' } });
  expect(last.toolCalls).toEqual([]);
});

test('a question that waits is put anew under a new policy, or is not needed any more', async () => {
  const policy = policyOf([]);
  const first = await runCrew({ yaml: ROLE, replies: writing('a', 'b'), policy });
  const options = { yaml: ROLE, replies: writing('a', 'b'), history: first.facts };
  const freer = policyOf([{ effect: 'allow', tool: 'kit.write' }]);
  const freed = await runCrew({ ...options, resume: { policy: freer } });
  expect(said(freed)).toEqual(['a', 'b']);
  const stricter = policyOf([{ effect: 'deny', tool: 'kit.write' }]);
  const denied = await runCrew({ ...options, resume: { policy: stricter }, person: () => ALLOW });
  expect(denied.toolCalls).toEqual([]);
  expect(said(denied)).toMatchObject([{ error: expect.stringContaining('CONSENT_DENIED') }, {}]);
});

test('`nonInteractive: deny` refuses where nobody is there, in the same way at every replay', async () => {
  const policy = policyOf([], { nonInteractive: 'deny' });
  const options = { yaml: ROLE, replies: writing('a'), policy };
  const run = await runCrew(options);
  expect(said(run)).toEqual([{ error: expect.stringContaining('nonInteractive: deny') }]);
  expect([run.toolCalls, run.facts.some(({ type }) => type === 'person.absent')]).toEqual([[], true]);
  await expectLaws(run, options);
});

test('leave for all calls alike lets out those that wait and later ones, of that tool alone', async () => {
  const replies: Replies = ({ messages }) => {
    const turns = messages.filter(({ from }) => from === 'tool').length;
    if (turns === 0) return { calls: ['a', 'b'].map(text => ({ tool: 'kit.write', args: { text } })) };
    if (turns === 1) return { calls: [{ tool: 'kit.write', args: { text: 'c' } }] };
    if (turns === 2) return { calls: [{ tool: 'kit.repeat', args: { text: 'd' } }] };
    return { text: 'end' };
  };
  const asked: string[] = [];
  const person = ({ id, question }: PersonAskEffect): PersonAnswer | undefined => {
    asked.push(id);
    if (question.kind !== 'approval' || question.tool !== 'kit.write') return undefined;
    return id.endsWith('-1') ? { ...ALLOW, alike: true } : (new Promise(() => undefined) as never);
  };
  const options = { yaml: ROLE, replies, policy: policyOf([]) };
  const run = await runCrew({ ...options, person });
  expect(run.toolCalls.map(({ args }) => args.text)).toEqual(['a', 'b', 'c']);
  expect(suspensionOf(run)).toMatchObject({ message: expect.stringContaining('kit.repeat') });
  expect(asked.filter(id => id.startsWith('work:1:1/tool-2'))).toEqual([]);
  expect(eventsOf(run, 'person.answered')).toMatchObject([{ alike: true }]);
  const denied = policyOf([{ effect: 'deny', tool: 'kit.*' }]);
  const last = await runCrew({ ...options, history: run.facts, resume: { policy: denied } });
  expect(resultOf(last)).toMatchObject({ result: 'end' });
  expect(last.toolCalls).toEqual([]);
});

const UNDER = policyOf([
  { effect: 'allow', tool: 'kit.write', args: { text: { kind: 'under', folder: 'out' } } },
]);

test('paths that rules look at are looked up as a fact, and the decision is by where they are', async () => {
  const places = async (paths: readonly string[]) =>
    Object.fromEntries(paths.map(path => [path, path === 'out/link' ? '/etc/passwd' : `/workspace/${path}`]));
  const options = { yaml: ROLE, replies: writing('out/a', 'out/link'), policy: UNDER, places };
  const run = await runCrew(options);
  expect(run.facts.filter(({ type }) => type === 'paths.resolved')).toHaveLength(2);
  expect(run.toolCalls.map(({ args }) => args.text)).toEqual(['out/a']);
  expect(suspensionOf(run)?.code).toBe('CONSENT_REQUIRED');
  const allowed = await runCrew({ ...options, person: () => ALLOW });
  expect(said(allowed)).toEqual(['out/a', 'out/link']);
  await expectLaws(allowed, { ...options, person: () => ALLOW });
});

test('a path that leads elsewhere when the call is made is refused', async () => {
  let looks = 0;
  const places = async (paths: readonly string[]) => {
    looks += 1;
    return Object.fromEntries(
      paths.map(path => [path, looks > 1 && path.startsWith('out/') ? '/etc/passwd' : `/workspace/${path}`]),
    );
  };
  const yaml = PHASE.replace('hello', 'out/a');
  const run = await runCrew({ yaml, policy: UNDER, places });
  expect(run.toolCalls).toEqual([]);
  expect(resultOf(run)).toMatchObject({
    failure: { code: 'CONSENT_DENIED', message: expect.stringContaining('leads somewhere else') },
  });
});

test('a run without rules that look at paths has no facts about them', async () => {
  const run = await runCrew({ yaml: PHASE, policy: policyOf([]), person: () => ALLOW });
  expect(run.facts.map(({ type }) => type)).toEqual(['run.started', 'person.answered', 'tool.returned']);
});

test('R9: of a thousand changed sets of arguments after leave was given, none is called', async () => {
  const policy = policyOf([]);
  const tried: Promise<unknown>[] = [];
  const others = fc.sample(
    fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean()).map(([other, merge]) => {
      const args = (merge ? { text: 'hello', ...other } : other) as JsonObject;
      return canonicalJson(args) === '{"text":"hello"}' ? { text: 'hello ' } : args;
    }),
    1000,
  );
  const wrap =
    (execute: Executor): Executor =>
    (effect, signal) => {
      if (effect.type !== 'tool.call') return execute(effect, signal);
      for (const args of others) tried.push(execute({ ...effect, args }, signal));
      return execute(effect, signal);
    };
  const run = await runCrew({ yaml: PHASE, policy, person: () => ALLOW, wrap });
  expect(run.toolCalls).toEqual([{ tool: 'kit.write', args: { text: 'hello' } }]);
  const failures = await Promise.all(tried);
  expect(failures).toHaveLength(1000);
  for (const fact of failures) expect(fact).toMatchObject({ failure: { code: 'CONSENT_DENIED' } });
});

test('what an untrusted artifact reaches may not call what the crew refuses to it', async () => {
  const tamper = (program: Program): Program => {
    const changed = { ...program, refused: { save: { 'kit.write': 'read' } } };
    return { ...changed, hash: hashProgram(changed) };
  };
  const run = await runCrew({
    yaml: PHASE,
    tamper,
    policy: policyOf([]),
    grants: ['*.*'],
    person: () => ALLOW,
  });
  expect(run.toolCalls).toEqual([]);
  expect(resultOf(run)).toMatchObject({
    failure: { code: 'CONSENT_DENIED', message: expect.stringContaining('`read`') },
  });
});

test('what a tool asks in the middle of its call is recorded with its outcome and told', async () => {
  const question = {
    kind: 'form',
    server: 'box',
    text: 'Which box?',
    schema: { type: 'object', properties: { box: { type: 'string' } }, required: ['box'] },
  } as const;
  const answers: unknown[] = [];
  const write = async (
    _args: object,
    { context }: { context: { ask?: (q: typeof question) => Promise<unknown> } },
  ) => {
    for (let nth = 0; nth < 2; nth += 1) answers.push(await context.ask?.(question));
    return 'put';
  };
  let nth = 0;
  const askInCall = async () => {
    nth += 1;
    return { action: 'accept', content: nth === 1 ? { box: 'red' } : { bag: 1 }, by: 'ann' } as const;
  };
  const policy = policyOf([{ effect: 'allow', tool: 'kit.*' }]);
  const run = await runCrew({ yaml: PHASE, policy, tools: { write: write as never }, askInCall });
  expect(answers).toEqual([
    { action: 'accept', content: { box: 'red' }, by: 'ann' },
    { action: 'decline', by: 'ann', why: 'the answer does not fit the form' },
  ]);
  expect(eventsOf(run, 'tool.asked').map(({ answer }) => answer)).toEqual(answers);
  const returned = run.facts.find(({ type }) => type === 'tool.returned');
  expect(returned).toMatchObject({ asked: [{ question }, { question }] });
  const alone = await runCrew({ yaml: PHASE, policy, tools: { write: write as never } });
  expect(eventsOf(alone, 'tool.asked')).toMatchObject([{ answer: null }, { answer: null }]);
});

test('what was declined without asking anybody is recorded with the reason, and told', async () => {
  const question = {
    kind: 'form',
    server: 'box',
    text: 'Your password?',
    schema: { type: 'object' },
  } as const;
  const write = async (
    _args: object,
    { context }: { context: { declined?: (q: typeof question, why: string) => void } },
  ) => {
    context.declined?.(question, 'it asks for a secret: `password`');
    return 'put';
  };
  const policy = policyOf([{ effect: 'allow', tool: 'kit.*' }]);
  const run = await runCrew({ yaml: PHASE, policy, tools: { write: write as never } });
  const answer = { action: 'decline', by: 'crew', why: 'it asks for a secret: `password`' };
  expect(eventsOf(run, 'tool.asked')).toMatchObject([{ question, answer }]);
  expect(run.facts.find(({ type }) => type === 'tool.returned')).toMatchObject({
    asked: [{ question, answer }],
  });
});
