import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSqliteEngine } from '../../src/engines/sqlite.ts';
import type { PersonAskEffect } from '../../src/model/effect.ts';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import { openQuestions } from '../../src/runtime/people/open-questions.ts';
import { compact, eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import { createFakeWorld } from './fake-world.ts';
import { ALWAYS_SUSPEND } from './forgetting.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const says = (choice: string | null, text: string | null = null): PersonAnswer => ({
  choice,
  text,
  by: 'ann',
});

/** A sign-off; `more` are keys of the phase. */
const signOff = (more = ''): string => `start: approve
phases:
  approve:
    human: "May it go out?"
    choices: [release, stop]
    ${more}
    next: [{ when: approve.choice == "release", to: released }, { to: stopped }]
  released: { end: success, result: "{{ approve }}" }
  stopped: { end: failure, result: "{{ approve }}" }
`;

const waiting = (run: CrewRun) => openQuestions(run.program, run.facts);

test('a person answers, and the choice takes its way', async () => {
  const asked: PersonAskEffect[] = [];
  const person = (effect: PersonAskEffect) => {
    asked.push(effect);
    return says('release', 'well done');
  };
  const yaml = `${signOff('free_text: true').replace('it go', '{{ inputs.what }} go')}inputs: { what: { type: string, default: it } }`;
  const run = await runCrew({ yaml, inputs: { what: 'release 2' }, person });
  expect(resultOf(run)).toEqual({
    outcome: 'success',
    phase: 'released',
    result: { choice: 'release', text: 'well done' },
  });
  expect(asked).toEqual([
    {
      type: 'person.ask',
      key: 'approve:1:1/ask-1',
      id: 'approve:1:1',
      phase: 'approve',
      question: {
        kind: 'question',
        text: 'May release 2 go out?',
        choices: ['release', 'stop'],
        freeText: true,
      },
    },
  ]);
  expect(compact(run.events)).toEqual([
    'run.started',
    'phase.started approve',
    'person.asked approve:1:1/ask-1',
    'person.answered approve:1:1/ask-1',
    'phase.ended approve completed',
    'transition.taken',
    'run.ended success',
  ]);
  expect(eventsOf(run, 'person.answered')).toMatchObject([{ choice: 'release', by: 'ann' }]);
});

test('where nobody is, the run waits; a resume asks again under the same id', async () => {
  const first = await runCrew({ yaml: signOff() });
  expect(suspensionOf(first)).toEqual({
    code: 'PERSON_NEEDED',
    message: '`approve` waits for an answer: May it go out?',
  });
  expect(waiting(first)).toMatchObject([{ id: 'approve:1:1', phase: 'approve' }]);
  const again = await runCrew({ yaml: signOff(), history: first.facts, resume: {} });
  expect(suspensionOf(again)?.code).toBe('PERSON_NEEDED');
  expect(again.calledKeys).toEqual(['approve:1:1/ask-2']);
  expect(waiting(again)).toHaveLength(1);
  const ids: string[] = [];
  const last = await runCrew({
    yaml: signOff(),
    history: again.facts,
    resume: {},
    person: effect => {
      ids.push(effect.id);
      return says('stop');
    },
  });
  expect(resultOf(last)).toMatchObject({ outcome: 'failure', result: { choice: 'stop', text: null } });
  expect(ids).toEqual(['approve:1:1']);
  expect(waiting(last)).toEqual([]);
});

test('an answer that the question does not allow is not taken, and the run waits', async () => {
  for (const misfit of [says('perhaps'), says(null, 'words'), says(null), says('release', 'with words')]) {
    const run = await runCrew({ yaml: signOff(), person: () => misfit });
    expect(suspensionOf(run)).toEqual({
      code: 'PERSON_NEEDED',
      message: '`approve` got an answer that it does not allow: May it go out?',
    });
    expect(waiting(run)).toHaveLength(1);
    const resumed = await runCrew({
      yaml: signOff(),
      history: run.facts,
      resume: {},
      person: () => says('release'),
    });
    expect(resultOf(resumed).outcome).toBe('success');
  }
});

const free = (more: string): string => `start: ask
phases:
  ask: { human: "What is it called?", ${more} next: done }
  done: { end: success, result: "{{ ask }}" }
`;

test('without choices words are the answer, and no choice is', async () => {
  const run = await runCrew({ yaml: free(''), person: () => says(null, 'Crewfile') });
  expect(resultOf(run)).toMatchObject({ result: { choice: null, text: 'Crewfile' } });
  const wrong = await runCrew({ yaml: free(''), person: () => says('Crewfile') });
  expect(suspensionOf(wrong)?.code).toBe('PERSON_NEEDED');
});

/** Somebody sits there and says nothing before the time. */
const slow = (ms: number, answer: PersonAnswer) => {
  const world = createFakeWorld();
  const person = async (_effect: PersonAskEffect, signal: AbortSignal) => {
    await world.sleep(ms, signal);
    return answer;
  };
  return { world, person };
};

test('when the time is over the default is the answer', async () => {
  const { world, person } = slow(7_200_000, says('release'));
  const run = await runCrew({ yaml: signOff('timeout: 1h\n    default: stop'), world, person });
  expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: { choice: 'stop', text: null } });
  expect(world.monotonic()).toBe(3_600_000);
  // It is told like an answer, but by nobody.
  const [told, ...others] = eventsOf(run, 'person.answered');
  expect(told).toMatchObject({ choice: 'stop', text: null, by: 'default', afterMs: 3_600_000 });
  expect(eventsOf(run, 'person.asked').map(({ key, id }) => [key, id])).toEqual([[told?.key, told?.id]]);
  expect(others).toEqual([]);
});

test('a default where there is nothing to choose from is words', async () => {
  const { world, person } = slow(7_200_000, says(null, 'late'));
  const run = await runCrew({ yaml: free('timeout: 1h, default: Nameless,'), world, person });
  expect(resultOf(run)).toMatchObject({ result: { choice: null, text: 'Nameless' } });
});

test('without a default the phase fails, and `on_error` has a way', async () => {
  const { world, person } = slow(7_200_000, says('release'));
  const run = await runCrew({ yaml: signOff('timeout: 1h'), world, person });
  expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'PHASE_TIMEOUT' } });
  const yaml = `${signOff('timeout: 1h\n    on_error: failed')}  failed: { end: failure, result: "{{ run.error.code }}" }\n`;
  const other = slow(7_200_000, says('release'));
  const handled = await runCrew({ yaml, ...other });
  expect(resultOf(handled)).toMatchObject({ phase: 'failed', result: 'PHASE_TIMEOUT' });
});

test('time goes on while the run is stopped: a resume after it takes the default', async () => {
  // An hour lies between a stop and its resume.
  const yaml = signOff('timeout: 30m\n    default: stop');
  const first = await runCrew({ yaml });
  expect(suspensionOf(first)?.code).toBe('PERSON_NEEDED');
  const late = await runCrew({ yaml, history: first.facts, resume: {} });
  expect(resultOf(late)).toMatchObject({ result: { choice: 'stop' } });
});

test('time that is over without a default fails the phase also after a stop', async () => {
  const yaml = signOff('timeout: 30m');
  const first = await runCrew({ yaml });
  const late = await runCrew({ yaml, history: first.facts, resume: {} });
  expect(resultOf(late)).toMatchObject({ outcome: 'error', failure: { code: 'PHASE_TIMEOUT' } });
});

test('what is left of the time goes on after a resume, and then it is over', async () => {
  const yaml = signOff('timeout: 90m\n    default: stop');
  const first = await runCrew({ yaml });
  const world = createFakeWorld(3_600_000);
  const person = async (_effect: PersonAskEffect, signal: AbortSignal) => {
    await world.sleep(7_200_000, signal);
    return says('release');
  };
  const run = await runCrew({ yaml, history: first.facts, resume: {}, world, person });
  expect(resultOf(run)).toMatchObject({ result: { choice: 'stop' } });
  expect(world.monotonic()).toBe(5_400_000);
});

test('an answer that was left before the resume counts, even if the time is over meanwhile', async () => {
  const yaml = signOff('timeout: 30m\n    default: stop');
  const first = await runCrew({ yaml });
  const late = await runCrew({ yaml, history: first.facts, resume: {}, person: () => says('release') });
  expect(resultOf(late)).toMatchObject({ result: { choice: 'release' } });
});

test("R8: people's time does not count against `budget.time`", async () => {
  const yaml = `${signOff('').replace('to: released }', 'to: work }')}budget: { time: 10m }
`.replace('  released:', '  work: { tool: kit.wait, with: { ms: 60000 }, next: released }\n  released:');
  const { world, person } = slow(36_000_000, says('release'));
  const run = await runCrew({ yaml, world, person });
  expect(resultOf(run).outcome).toBe('success');
  expect(run.outcome.type === 'ended' && run.outcome.state.activeMs).toBe(60_000);
});

test("work beside a question counts, and the question's own time does not", async () => {
  const yaml = `start: both
phases:
  both:
    crew: ask.crew.yaml
    next: work
  work: { tool: kit.wait, with: { ms: 660000 }, next: done }
  done: { end: success }
budget: { time: 10m }
`;
  const files = {
    'ask.crew.yaml': `version: 1
crew: inner
goal: Ask.
start: ask
phases:
  ask: { human: Go on?, choices: [yes], next: done }
  done: { end: success }
`,
  };
  const { world, person } = slow(36_000_000, says('yes'));
  const run = await runCrew({ yaml, files, world, person });
  expect(suspensionOf(run)).toEqual({
    code: 'BUDGET_EXCEEDED',
    message: 'the run has worked for 600 s; `budget.time` is 600 s',
  });
});

test('each visit asks anew, and no answer of an earlier visit counts for a later one', async () => {
  const yaml = `start: ask
phases:
  ask:
    human: "Visit {{ visit }}?"
    choices: [again, done]
    max_visits: 3
    next: [{ when: ask.choice == "again", to: ask }, { to: done }]
  done: { end: success, result: "{{ ask }}" }
`;
  const ids: string[] = [];
  const run = await runCrew({
    yaml,
    person: ({ id }) => {
      ids.push(id);
      return says(ids.length < 3 ? 'again' : 'done');
    },
  });
  expect(resultOf(run).outcome).toBe('success');
  expect(ids).toEqual(['ask:1:1', 'ask:2:1', 'ask:3:1']);
});

test('a stop while somebody is asked leaves the question open', async () => {
  const stop = new AbortController();
  const person = (_effect: PersonAskEffect, signal: AbortSignal) =>
    new Promise<undefined>(resolve => {
      stop.abort();
      signal.addEventListener('abort', () => resolve(undefined));
    });
  const run = await runCrew({ yaml: signOff(), person, stop: stop.signal });
  expect(run.outcome.type).toBe('interrupted');
  expect(run.facts).toHaveLength(1);
  expect(waiting(run)).toMatchObject([{ id: 'approve:1:1' }]);
  const resumed = await runCrew({
    yaml: signOff(),
    history: run.facts,
    resume: {},
    person: () => says('release'),
  });
  expect(resultOf(resumed).outcome).toBe('success');
  expect(resumed.calledKeys).toEqual(['approve:1:1/ask-1']);
});

test('a question that cannot be rendered fails its phase', async () => {
  const yaml = `${signOff().replace('it go', '{{ inputs.n }} go')}inputs: { n: { type: integer } }`;
  const run = await runCrew({ yaml, inputs: {}, person: () => says('release') });
  expect(resultOf(run)).toMatchObject({ outcome: 'error', failure: { code: 'TEMPLATE_FAILED' } });
});

const beside = `start: both
phases:
  both:
    parallel:
      a: { crew: ask.crew.yaml }
      b: { tool: kit.wait, with: { ms: 60000 } }
    next: done
  done: { end: success, result: "{{ both.a }}" }
`;
const asking = {
  'ask.crew.yaml': `version: 1
crew: inner
goal: Ask.
start: ask
phases:
  ask: { human: Go on?, choices: [yes, no], next: done }
  done: { end: success, result: "{{ ask.choice }}" }
`,
};

/** Leaves an answer from elsewhere while the other branch is at work; `taken` says whether whoever asks sees it. */
async function answeredMeanwhile(taken: boolean): Promise<CrewRun> {
  const folder = mkdtempSync(join(tmpdir(), 'crewfile-human-'));
  const path = join(folder, 'runs.db');
  let left: PersonAnswer | undefined;
  const wait = () => {
    const elsewhere = createSqliteEngine(path);
    left = says('yes');
    expect(elsewhere.answer('run1', 'both.a:1:1/ask:1:1', left)).toBe(true);
    elsewhere.close();
    return {};
  };
  try {
    const person = () => (taken ? left : undefined);
    return await runCrew({ yaml: beside, files: asking, path, person, tools: { wait } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('an answer that comes while other work is under way is taken without a resume from outside', async () => {
  const run = await answeredMeanwhile(true);
  expect(resultOf(run)).toMatchObject({ result: 'yes' });
  expect(run.facts.map(fact => fact.type)).toEqual([
    'run.started',
    'person.absent',
    'tool.returned',
    'run.resumed',
    'person.answered',
  ]);
});

// Whoever opens the run looks for the answer once, and in the always-suspending mode it is opened again and again.
test.skipIf(ALWAYS_SUSPEND)(
  'where nobody takes the answer that was left, the run waits all the same',
  async () => {
    const run = await answeredMeanwhile(false);
    expect(suspensionOf(run)?.code).toBe('PERSON_NEEDED');
    expect(run.facts.filter(fact => fact.type === 'run.resumed')).toHaveLength(1);
  },
);
