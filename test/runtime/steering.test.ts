import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import { messageText } from '../../src/model/message.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { compareRuns } from '../../src/runtime/records/compare-runs.ts';
import { createRunControls, type RunControls } from '../../src/runtime/run-controls.ts';
import { fc } from '../laws.ts';
import { eventsOf, resultOf } from './compact-events.ts';
import { fold } from './fold.ts';
import { randomCrew, randomReplies, SLOW_TOOLS } from './random-crew.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

const SAID = 'The person who watches this run says to you:';

/** The steering messages of a call, in order, with their places. */
function heard({ messages }: Pick<ModelRequest, 'messages'>): readonly string[] {
  return messages.flatMap((message, place) => {
    const text = messageText(message);
    return text.startsWith(SAID) ? [`${place}: ${text.split('\n')[2]}`] : [];
  });
}

/** Who heard what, in the order of the calls. */
function hearings({ modelRequests }: CrewRun): readonly string[] {
  return modelRequests.map(request => `${request.origin.role} ${heard(request).join(' | ')}`.trim());
}

/** Says something when an event fits, the first time. */
function steerAt(
  options: CrewRunOptions,
  when: (event: RunEvent) => boolean,
  say: (controls: RunControls) => void,
): Promise<CrewRun> {
  const controls = createRunControls();
  let said = false;
  return runCrew({
    ...options,
    controls,
    onEvent: event => {
      if (said || !when(event)) return;
      said = true;
      say(controls);
    },
  });
}

const to = (role: string, text: string) => (controls: RunControls) => {
  controls.steer({ role, text, by: 'ada' });
};
const toolStarts = (event: RunEvent) => event.type === 'tool.started';

const ROLE = `roles: { writer: { goal: Write., tools: [kit] }, other: { goal: Judge. } }
start: write
phases:
  write: { role: writer, task: Write., next: judge }
  judge: { role: other, task: Judge., next: done }
  done: { end: success, result: "{{ write }}" }
`;
const CALLS_ONCE: CrewRunOptions['replies'] = request =>
  request.origin.role === 'writer' && request.messages.every(message => message.from !== 'tool')
    ? { calls: [{ tool: 'kit.wait', args: { ms: 50 } }] }
    : { text: 'an answer' };

describe('what a person says to a role', () => {
  test('is a fact, told once, and heard by the next call of that role alone, after what was said before', async () => {
    const run = await steerAt({ yaml: ROLE, replies: CALLS_ONCE }, toolStarts, to('writer', 'Be brief.'));
    expect(hearings(run)).toEqual(['writer', 'writer 4: Be brief.', 'other']);
    expect(run.facts.filter(fact => fact.type === 'role.steered')).toMatchObject([
      { role: 'writer', text: 'Be brief.', by: 'ada' },
    ]);
    expect(eventsOf(run, 'role.steered')).toMatchObject([{ role: 'writer', text: 'Be brief.', by: 'ada' }]);
    expect(resultOf(run)).toMatchObject({ outcome: 'success' });
  });

  test('waits for a role that has not begun', async () => {
    const run = await steerAt({ yaml: ROLE, replies: CALLS_ONCE }, toolStarts, to('other', 'Be kind.'));
    expect(hearings(run)).toEqual(['writer', 'writer', 'other 2: Be kind.']);
  });

  test('stays at its place while the conversation goes on, in the order of saying', async () => {
    let turns = 0;
    const replies: CrewRunOptions['replies'] = request => {
      if (request.origin.role !== 'writer') return { text: 'ok' };
      turns += 1;
      return turns < 4 ? { calls: [{ tool: 'kit.wait', args: { ms: turns } }] } : { text: 'ok' };
    };
    const run = await steerAt({ yaml: ROLE, replies }, toolStarts, controls => {
      to('writer', 'One.')(controls);
      to('writer', 'Two.')(controls);
    });
    expect(hearings(run).slice(0, 4)).toEqual([
      'writer',
      'writer 4: One. | 5: Two.',
      'writer 4: One. | 5: Two.',
      'writer 4: One. | 5: Two.',
    ]);
  });

  test('is heard in each branch of the role that is under way, and not by work that opens later', async () => {
    const yaml = `roles: { writer: { goal: Write., tools: [kit] } }
start: all
phases:
  all:
    parallel:
      left: { role: writer, task: Left. }
      right: { role: writer, task: Right. }
    next: late
  late: { role: writer, task: Late., next: done }
  done: { end: success }
`;
    const run = await steerAt({ yaml, replies: CALLS_ONCE }, toolStarts, to('writer', 'Be brief.'));
    const all = run.modelRequests.map(request => `${request.origin.phase} ${heard(request).length}`);
    expect(all.toSorted()).toEqual([
      'all.left 0',
      'all.left 1',
      'all.right 0',
      'all.right 1',
      'late 0',
      'late 0',
    ]);
  });

  test('is heard once in a conversation, by the turn that comes next', async () => {
    const yaml = `roles: { pro: { goal: Speak for it. }, con: { goal: Speak against it. } }
start: talk
phases:
  talk: { talk: [pro, con], task: Tea or coffee?, speaker: round_robin, max_turns: 4, next: done }
  done: { end: success }
`;
    const first = (event: RunEvent) => event.type === 'model.started' && event.role === 'pro';
    const run = await steerAt(
      { yaml, replies: (_r, nth) => ({ text: `reply ${nth}` }) },
      first,
      to('pro', 'Yield.'),
    );
    const all = run.modelRequests.map(request => `${request.origin.role} ${heard(request).length}`);
    expect(all.slice(0, 4)).toEqual(['pro 0', 'con 0', 'pro 1', 'con 0']);
  });

  test('reaches a worker of a manager, and the manager', async () => {
    const yaml = `roles: { boss: { goal: Lead. }, worker: { goal: Work., tools: [kit] } }
start: job
phases:
  job: { manage: boss, workers: [worker], task: Do it., next: done }
  done: { end: success }
`;
    const replies: CrewRunOptions['replies'] = request => {
      const isFirst = request.messages.every(message => message.from !== 'tool');
      if (request.origin.role === 'worker')
        return CALLS_ONCE?.({ ...request, origin: { ...request.origin, role: 'writer' } }, 1) ?? {};
      return isFirst
        ? { calls: [{ tool: 'delegate', args: { role: 'worker', task: 'Go.', expected: 'All.' } }] }
        : { text: 'done' };
    };
    const run = await steerAt(
      { yaml, replies },
      event => event.type === 'tool.started',
      controls => {
        to('worker', 'Hurry.')(controls);
        to('boss', 'Be patient.')(controls);
      },
    );
    const all = hearings(run);
    expect(all.filter(each => each.startsWith('worker') && each.includes('Hurry.'))).toHaveLength(1);
    expect(all.filter(each => each.startsWith('boss') && each.includes('Be patient.'))).toHaveLength(1);
  });

  test('is heard again by a new attempt and a new trial, which know nothing of the one before', async () => {
    const yaml = `roles: { writer: { goal: Write., tools: [kit] } }
start: write
phases:
  write:
    role: writer
    task: Write.
    reflect: { trials: 2, evaluator: { expression: 'write == "good"' } }
    next: done
  done: { end: success }
`;
    let turns = 0;
    const replies: CrewRunOptions['replies'] = request => {
      if (request.origin.role !== 'writer') return { text: 'mind it' };
      turns += 1;
      return turns === 1
        ? { calls: [{ tool: 'kit.wait', args: { ms: 5 } }] }
        : { text: turns > 2 ? 'good' : 'bad' };
    };
    const run = await steerAt({ yaml, replies }, toolStarts, to('writer', 'Be good.'));
    const own = run.modelRequests
      .filter(({ origin }) => origin.role === 'writer')
      .map(each => heard(each).length);
    expect(own).toEqual([0, 1, 1]);
  });

  test('of a run that waits is heard when it goes on', async () => {
    const down = { code: 'PROVIDER_OVERLOADED', message: 'down' } as const;
    const left = await runCrew({ yaml: ROLE, replies: () => ({ text: '', failure: down }) });
    expect(left.outcome.type).toBe('suspended');
    const at = left.facts.at(-1)?.at ?? 0;
    const steered: Fact = {
      type: 'role.steered',
      at,
      role: 'writer',
      text: 'Go on.',
      by: 'ada',
      id: 'run1/1',
    };
    const run = await runCrew({
      yaml: ROLE,
      replies: CALLS_ONCE,
      history: [...left.facts, steered],
      resume: {},
    });
    expect(hearings(run)[0]).toBe('writer 2: Go on.');
  });

  test('counts in the bound of the call: what the budget does not allow is not sent, and heard after it was raised', async () => {
    const terms = { languageModel: true, price: null, maxTokens: 10 };
    const yaml = `budget: { tokens: 4500 }\n${ROLE}`;
    const plain = await runCrew({ yaml, terms, replies: CALLS_ONCE });
    expect(plain.outcome.type).toBe('ended');
    const run = await steerAt(
      { yaml, terms, replies: CALLS_ONCE },
      toolStarts,
      to('writer', 'x'.repeat(3900)),
    );
    expect(run.outcome).toMatchObject({
      type: 'suspended',
      state: { suspension: { failure: { code: 'BUDGET_EXCEEDED' } } },
    });
    const more = await runCrew({
      yaml,
      terms,
      replies: CALLS_ONCE,
      history: run.facts,
      resume: { budget: { tokens: 99_000 } },
    });
    expect(heard(more.modelRequests[0] ?? { messages: [] })).toHaveLength(1);
    expect(resultOf(more)).toMatchObject({ outcome: 'success' });
  });

  test('is refused for a role that is not there, when it is empty, too long, or one of too many', async () => {
    const mistakes: string[] = [];
    const attempt = (act: () => unknown): void => {
      try {
        act();
      } catch (error) {
        mistakes.push((error as Error).message);
      }
    };
    await steerAt({ yaml: ROLE, replies: CALLS_ONCE }, toolStarts, controls => {
      attempt(() => to('nobody', 'x')(controls));
      attempt(() => to('writer', ' \n')(controls));
      attempt(() => to('writer', 'x'.repeat(4001))(controls));
    });
    expect(mistakes).toEqual([
      'this run has no role `nobody`; its roles are `writer`, `other`',
      'expected something to say, found an empty text',
      'expected at most 4000 characters, found 4001',
    ]);
  });

  test('is heard by nobody once the run is over', async () => {
    const controls = createRunControls();
    const run = await runCrew({ yaml: ROLE, controls });
    expect(controls.steer({ role: 'writer', text: 'Late.', by: 'ada' })).toBe(false);
    const late: Fact = {
      type: 'role.steered',
      at: run.facts.at(-1)?.at ?? 0,
      role: 'writer',
      text: 'Late.',
      by: 'ada',
    };
    const folded = fold(run.program, [...run.facts, late]);
    expect(folded.at(-1)?.effects).toEqual([]);
    expect(folded.at(-1)?.state.end).toMatchObject({ outcome: 'success' });
  });
});

test('a fork and a replay on the same program keep what was said, with the calls that heard it', async () => {
  const run = await steerAt({ yaml: ROLE, replies: CALLS_ONCE }, toolStarts, to('writer', 'Be brief.'));
  const [started] = run.facts;
  if (started?.type !== 'run.started') throw new Error('a run begins with its start');
  const recorded = { program: run.program, facts: run.facts };
  const steps = [...compareRuns({ recorded, edited: { program: run.program, started } })];
  expect(steps.map(({ fact }) => fact)).toEqual(run.facts);
  const told = run.facts.findIndex(({ type }) => type === 'role.steered');
  const forked = await runCrew({ yaml: ROLE, replies: CALLS_ONCE, history: run.facts.slice(0, told + 1) });
  expect(hearings(forked)[0]).toBe('writer 4: Be brief.');
});

test('R3, R5: a steered run replays byte for byte, and resumes after every prefix without repeating a call', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomCrew('wild'),
      fc.nat(1_000_000),
      fc.nat(40),
      fc.nat(),
      async (yaml, seed, when, cut) => {
        const options = { yaml, inputs: { topic: 'rain' }, tools: SLOW_TOOLS };
        const controls = createRunControls();
        let nth = 0;
        const run = await runCrew({
          ...options,
          replies: randomReplies('wild', seed),
          controls,
          onEvent: event => {
            nth += 1;
            if (
              nth % 7 === when % 7 &&
              'role' in event &&
              event.role !== undefined &&
              event.type === 'model.started'
            ) {
              try {
                controls.steer({ role: event.role, text: `Number ${nth}.`, by: 'ada' });
              } catch {
                // A model that is asked without a role hears nobody.
              }
            }
          },
        });
        const again = await runCrew({ ...options, replies: randomReplies('wild', seed), history: run.facts });
        expect(again.calledKeys).toEqual([]);
        expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
        const history = run.facts.slice(0, 1 + (cut % run.facts.length));
        const resumed = await runCrew({
          ...options,
          replies: randomReplies('wild', seed),
          history,
          resume: {},
        });
        const done = new Set(history.flatMap(fact => ('key' in fact ? [fact.key] : [])));
        expect(resumed.calledKeys.filter(key => done.has(key))).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

describe('a pause', () => {
  test('lets what is under way finish, begins nothing, and goes on where it was', async () => {
    const controls = createRunControls();
    const begun: string[] = [];
    const run = await runCrew({
      yaml: ROLE,
      replies: CALLS_ONCE,
      controls,
      wrap: execute => (effect, signal) => {
        begun.push(effect.key);
        if (effect.type === 'tool.call') controls.pause();
        return execute(effect, signal);
      },
      onEvent: event => {
        if (event.type !== 'model.started' || event.turn !== 2) return;
        expect(controls.paused).toBe(true);
        const before = [...begun];
        setTimeout(() => {
          expect(begun).toEqual(before);
          controls.resume();
        }, 30);
      },
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'success' });
    expect(run.facts.map(({ type }) => type)).toEqual([
      'run.started',
      'model.answered',
      'tool.returned',
      'model.answered',
      'model.answered',
    ]);
  });

  test('does not keep a stop from stopping', async () => {
    const controls = createRunControls();
    const stop = new AbortController();
    const run = await runCrew({
      yaml: ROLE,
      controls,
      stop: stop.signal,
      onEvent: event => {
        if (event.type === 'phase.started') controls.pause();
        if (event.type === 'model.started') setTimeout(() => stop.abort(), 10);
      },
    });
    expect(run.outcome.type).toBe('interrupted');
    expect(run.calledKeys).toEqual([]);
    const resumed = await runCrew({ yaml: ROLE, history: run.facts, resume: {} });
    expect(resultOf(resumed)).toMatchObject({ outcome: 'success' });
  });
});
