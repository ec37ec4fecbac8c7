import { describe, expect, test } from 'vitest';
import { hashProgram } from '../../src/compiler/compile-crew.ts';
import type { Program } from '../../src/model/program.ts';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { type CrewRun, compileText, runCrew } from './run-crew.ts';
import { FAILED_END, judgement, messagesTo, sayInOrder, trialCrew } from './trial-crew.ts';

const TOOL =
  '{ tool: kit.give, with: { said: "{{ draft }}" }, pass: evaluation.ok, score: "{{ evaluation.points }}" }';
const JUDGE = '{ role: critic, task: "Judge {{ draft }}" }';

const give = (replies: readonly object[]) => ({
  give: (_args: object, { nth }: { nth: number }) => (replies[nth - 1] ?? replies.at(-1) ?? {}) as never,
});
const checks = (run: CrewRun) => eventsOf(run, 'trial.judged').map(each => each.checks);
const speakers = (run: CrewRun) => run.modelRequests.map(({ origin }) => origin.role);
/** A program as it was before there were strategies. */
const older = (program: Program): Program => {
  const { draft } = program.phases;
  if (draft === undefined || draft.kind === 'end' || draft.reflect === undefined)
    throw new Error('no reflect');
  const { strategy: _none, ...reflect } = draft.reflect;
  const changed = { ...program, phases: { ...program.phases, draft: { ...draft, reflect } } };
  return { ...changed, hash: hashProgram(changed) };
};

describe('several checks', () => {
  test('pass only together, and a judge is not asked when something else did not pass', async () => {
    const run = await runCrew({
      yaml: trialCrew(`evaluator: [${JUDGE}, ${TOOL}, { expression: draft.size > 1 }]`),
      replies: sayInOrder({
        writer: ['a', 'bb', 'cc'],
        lesson: ['more'],
        critic: [judgement(false, 0.4), judgement(true, 1)],
      }),
      tools: give([{ ok: true, points: 1 }]),
    });
    expect(resultOf(run)).toMatchObject({ result: 'cc' });
    expect(checks(run)).toEqual([
      [
        { name: 'kit.give', passed: true, score: 1 },
        { name: 'draft.size > 1', passed: false, score: 0 },
      ],
      [
        { name: 'critic', passed: false, score: 0.4 },
        { name: 'kit.give', passed: true, score: 1 },
        { name: 'draft.size > 1', passed: true, score: 1 },
      ],
      expect.arrayContaining([{ name: 'critic', passed: true, score: 1 }]),
    ]);
    expect(speakers(run)).toEqual(['writer', 'lesson', 'writer', 'critic', 'lesson', 'writer', 'critic']);
    expect(eventsOf(run, 'lesson.learned').map(({ answers }) => answers)).toEqual([
      ['draft.size > 1'],
      ['critic'],
    ]);
  });

  test('a judge can never pass what a tool has failed, nor outweigh its score', async () => {
    const run = await runCrew({
      yaml: trialCrew(`evaluator: [${TOOL}, ${JUDGE}], trials: 3`),
      replies: sayInOrder({
        writer: ['poor', 'praised', 'sound'],
        lesson: ['more'],
        critic: [judgement(true, 1), judgement(false, 0.1)],
      }),
      tools: give([
        { ok: false, points: 0.2 },
        { ok: false, points: 0.1 },
        { ok: true, points: 0.9 },
      ]),
    });
    expect(speakers(run).filter(role => role === 'critic')).toHaveLength(1);
    expect(resultOf(run)).toMatchObject({ result: 'sound' });
  });

  test('that are equal but for a judge are ordered by the judge', async () => {
    const judges = [judgement(false, 0.2), judgement(false, 0.8), judgement(false, 0.8)];
    const run = await runCrew({
      yaml: trialCrew(`evaluator: [{ expression: draft != blank }, ${JUDGE}], trials: 3`),
      replies: sayInOrder({ writer: ['a', 'b', 'c'], lesson: ['more'], critic: judges }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'b' });
    expect(eventsOf(run, 'trial.judged').map(({ score, kept }) => [score, kept])).toEqual([
      [1, undefined],
      [1, undefined],
      [1, 2],
    ]);
  });

  test('are all in the feedback by name, within its limit', async () => {
    const long = 'x'.repeat(10_000);
    const run = await runCrew({
      yaml: trialCrew(
        `evaluator: [{ tool: kit.give, pass: "false", feedback: "{{ evaluation.a }}", name: first }, { expression: draft != blank }, { tool: kit.give, pass: "false", name: last }], trials: 2`,
      ),
      replies: sayInOrder({ writer: ['a'], lesson: ['more'] }),
      tools: give([{ a: long }]),
    });
    const [judged] = eventsOf(run, 'trial.judged');
    expect(judged?.feedback.length).toBeLessThanOrEqual(4_000);
    expect(judged?.feedback).toMatch(
      /^1\. first: did not pass\nx{1000,}\n2\. draft != blank: passed\n3\. last: did not pass\n\{"a":"x{1000,}$/,
    );
  });

  test('that are tools are called under keys of their own', async () => {
    const run = await runCrew({
      yaml: trialCrew(
        `evaluator: [${TOOL}, { tool: kit.repeat, with: { text: "{{ draft }}" }, pass: "true" }]`,
      ),
      replies: sayInOrder({ writer: ['a'] }),
      grants: ['kit.*'],
      tools: give([{ ok: true, points: 1 }]),
    });
    expect(run.calledKeys).toEqual(['draft:1:1/model-1', 'draft:1:1/check-1/call', 'draft:1:1/check-2/call']);
    expect(resultOf(run)).toMatchObject({ result: 'a' });
  });

  test('with a judge that cannot be reached hold the run, and a resume asks only that judge', async () => {
    const yaml = trialCrew(`evaluator: [${JUDGE}, { expression: draft != blank }, ${JUDGE}]`);
    const down: Reply = { failure: { code: 'PROVIDER_AUTH', message: 'no key' } };
    const first = await runCrew({
      yaml,
      replies: sayInOrder({ writer: ['a'], critic: [judgement(true, 1), down] }),
    });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    const second = await runCrew({
      yaml,
      history: first.facts,
      resume: {},
      replies: sayInOrder({ critic: [judgement(true, 1)] }),
    });
    expect(second.calledKeys).toEqual(['draft:1:1/judge-3/model-1-2']);
    expect(resultOf(second)).toMatchObject({ result: 'a' });
  });
});

describe('a command', () => {
  const COMMAND =
    '{ command: npm test, artifact_as: it.js, timeout: 2s, score: "{{ evaluation.json.score }}" }';
  const ended = (exit: number, score: number) => ({
    passed: exit === 0,
    exit_code: exit,
    timed_out: false,
    output: 'out',
    truncated: false,
    json: { score },
    said: `exit code ${exit}`,
  });
  const run = (replies: readonly object[]) => ({
    run: (_args: object, { nth }: { nth: number }) => replies[nth - 1] as never,
  });

  test('is the call of a tool that needs leave like others', async () => {
    const asked: string[] = [];
    const done = await runCrew({
      yaml: trialCrew(`evaluator: ${COMMAND}`),
      replies: sayInOrder({ writer: ['a', 'b'], lesson: ['more'] }),
      tools: run([ended(1, 0.5), ended(0, 1)]),
      person: ({ question }) => {
        asked.push(question.kind);
        return { choice: 'allow', text: null, by: 'ann' };
      },
    });
    expect(asked).toEqual(['approval', 'approval']);
    expect(done.toolCalls).toEqual(
      ['a', 'b'].map(artifact => ({
        tool: 'trial.run',
        args: { command: ['npm', 'test'], timeout_ms: 2000, artifact, artifact_as: 'it.js' },
      })),
    );
    expect(checks(done)).toEqual([
      [{ name: 'npm test', passed: false, score: 0.5 }],
      [{ name: 'npm test', passed: true, score: 1 }],
    ]);
    expect(eventsOf(done, 'trial.judged')[0]).toMatchObject({ score: 0.5, feedback: 'exit code 1' });
    const prompt = messagesTo(done, 'lesson')[0];
    expect(prompt).toContain('It answers this check, by name: `npm test`.');
  });

  test('that is not allowed is the failure of the phase, and nothing is judged', async () => {
    const done = await runCrew({
      yaml: trialCrew(`evaluator: ${COMMAND}`, 'on_error: failed') + FAILED_END,
      replies: sayInOrder({ writer: ['a'] }),
      person: () => ({ choice: 'deny', text: null, by: 'ann' }),
    });
    expect(resultOf(done)).toMatchObject({ result: 'CONSENT_DENIED' });
    expect(eventsOf(done, 'trial.judged')).toEqual([]);
  });
});

describe('with the strategy', () => {
  const NEVER = 'evaluator: { expression: draft == "never" }, trials: 3';
  const replies = () =>
    sayInOrder({ writer: ['first try', 'second try', 'third try'], lesson: ['lesson one', 'lesson two'] });
  const tasks = async (strategy: string) => {
    const run = await runCrew({ yaml: trialCrew(`${NEVER}, strategy: ${strategy}`), replies: replies() });
    return { run, read: messagesTo(run, 'writer') };
  };

  test('retry every attempt is like the first, and nobody is asked for a lesson', async () => {
    const { run, read } = await tasks('retry');
    expect(read).toEqual(['Write the word.', 'Write the word.', 'Write the word.']);
    expect(speakers(run)).toEqual(['writer', 'writer', 'writer']);
    expect(eventsOf(run, 'lesson.learned')).toEqual([]);
    expect(resultOf(run)).toMatchObject({ result: 'first try' });
  });

  test('last_attempt the next one sees the one before and what was said of it', async () => {
    const { run, read } = await tasks('last_attempt');
    expect(speakers(run)).toEqual(['writer', 'writer', 'writer']);
    expect(read[0]).toBe('Write the word.');
    expect(read[1]).toContain('<attempt>\nfirst try\n</attempt>');
    expect(read[1]).toContain('the condition `draft == "never"` does not hold');
    expect(read[2]).toContain('second try');
    expect(read[2]).not.toContain('first try');
  });

  test('last_attempt_and_reflexion it sees both', async () => {
    const { run, read } = await tasks('last_attempt_and_reflexion');
    expect(speakers(run)).toEqual(['writer', 'lesson', 'writer', 'lesson', 'writer']);
    expect(read[2]).toMatch(/second try[\s\S]*1\. lesson two/);
    expect(read[2]).not.toContain('lesson one');
    expect(messagesTo(run, 'lesson')[0]).toContain('the task, this attempt, its evaluation and your lesson.');
  });

  test('last_attempt a long attempt is cut', async () => {
    const run = await runCrew({
      yaml: trialCrew(`${NEVER}, strategy: last_attempt`),
      replies: sayInOrder({ writer: ['long '.repeat(10_000)] }),
    });
    const [, read = ''] = messagesTo(run, 'writer');
    expect(read.length).toBeLessThan(21_000);
  });

  test('last_attempt the parts of a phase see it too', async () => {
    const yaml = `roles: { writer: { goal: Write. } }
start: both
phases:
  both:
    parallel:
      one: { role: writer, task: Write one. }
      two: { chain: [{ name: two, prompt_template: Write two. }] }
    reflect: { evaluator: { expression: 'both.one == "yes"' }, trials: 2, strategy: last_attempt }
    next: done
  done: { end: success, result: "{{ both.one }}" }
`;
    const run = await runCrew({ yaml, replies: () => ({ text: 'no' }) });
    for (const speaker of ['writer', 'two']) {
      expect(messagesTo(run, speaker).map(text => text.includes('"one": "no"'))).toEqual([false, true]);
    }
  });
});

describe('a program from before there were strategies', () => {
  test('keeps the latest of equally good attempts, and its events are as they were', async () => {
    const run = await runCrew({
      yaml: trialCrew('evaluator: { expression: draft == "never" }, trials: 2'),
      tamper: older,
      replies: sayInOrder({ writer: ['a', 'b'], lesson: ['more'] }),
    });
    expect(resultOf(run)).toMatchObject({ result: 'b' });
    expect(eventsOf(run, 'trial.judged').map(({ checks: all, kept }) => [all, kept])).toEqual([
      [undefined, undefined],
      [undefined, 2],
    ]);
    expect(eventsOf(run, 'lesson.learned')).toEqual([expect.not.objectContaining({ answers: [] })]);
    expect(messagesTo(run, 'lesson')[0]).not.toContain('It answers');
  });
});

test('every program says its strategy, so that it never becomes an older one', () => {
  const { draft } = compileText(trialCrew('evaluator: { expression: draft != blank }')).phases;
  expect(draft).toMatchObject({ reflect: { strategy: 'reflexion' } });
});
