import { describe, expect, test } from 'vitest';
import type { Phase } from '../../src/model/crew.ts';
import type { Program } from '../../src/model/program.ts';
import { createDice } from './fuzz/dice.ts';
import { type FuzzTally, fuzzReplies } from './fuzz/fuzz-replies.ts';
import { type FuzzTarget, fuzzRun } from './fuzz/fuzz-run.ts';
import { crewFiles, knownTargets } from './fuzz/fuzz-targets.ts';

/** `REPLIES=1000000` for the long run, `FUZZ_SEED=7` for other dice. */
const REPLIES = Number(process.env.REPLIES ?? 20_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** Each of these happens in any fuzz that is worth something. */
const MOVED = [
  ...['next', 'on_error', 'on_limit', 'subscribe'].map(way => `transition.taken ${way}`),
  ...['hand-off', 'delegation', 'question', 'sent-back', 'accepted', 'returned'].map(
    how => `work.handed ${how}`,
  ),
  'turn.started',
  'phase.retried',
  'trial.judged',
  'person.answered',
  'run.suspended',
  'run.resumed',
];
const known = await knownTargets();

test('whatever models, tools and people say: no illegal transition, no stuck run, all of it explained', {
  timeout: 7_200_000,
}, () => {
  const start = performance.now();
  const { broken, ...tally }: FuzzTally = fuzzReplies({ replies: REPLIES, known, dice: createDice(SEED) });
  const seconds = Math.round((performance.now() - start) / 1000);
  if (process.env.REPLIES !== undefined) console.log({ seed: SEED, seconds, ...tally });
  expect(broken, `seed ${SEED}`).toEqual([]);
  expect(tally.replies).toBeGreaterThanOrEqual(REPLIES);
  // The fuzz itself must be worth something: all crews that can run, and runs that go far.
  expect(new Set(known.map(({ name }) => name)).size).toBe(crewFiles().length - 1);
  expect(tally.ends.success).toBeGreaterThan(tally.runs / 3);
  expect(tally.transitions).toBeGreaterThan(tally.runs);
  expect(Object.keys(tally.moved)).toEqual(expect.arrayContaining(MOVED));
  expect(tally.resumes).toBeGreaterThan(tally.runs / 10);
});

/** Runs one crew against a law that it does not keep, until it is seen to break it. */
function firstBroken(name: string, change: (phase: Phase) => object): string {
  const target = known.find(each => each.name.endsWith(name));
  if (target === undefined) throw new Error(`there is no crew ${name}`);
  const { program } = target;
  const phases = Object.entries(program.phases).map(([key, phase]) => [key, { ...phase, ...change(phase) }]);
  const law = { ...program, phases: Object.fromEntries(phases) } as Program;
  return brokenBy({ ...target, law });
}

function brokenBy(target: FuzzTarget): string {
  for (let seed = 1; seed < 200; seed += 1) {
    try {
      fuzzRun(target, createDice(seed));
    } catch (error) {
      return (error as Error).message;
    }
  }
  return 'nothing was broken';
}

describe('what is not allowed is seen', () => {
  test('a speaker whom the transitions do not let speak', () => {
    const changed = firstBroken('09-phase-kinds/talk.crew.yaml', () => ({
      transitions: { advocate: ['editor'] },
    }));
    expect(changed).toMatch(/sceptic after advocate|advocate may not hand over to sceptic/);
  });
  test('one turn more than there are', () => {
    const changed = firstBroken('09-phase-kinds/talk.crew.yaml', () => ({ maxTurns: 3 }));
    expect(changed).toContain('4 turns, max_turns is 3');
  });
  test('one delegation more than there are', () => {
    const changed = firstBroken('14-manager/report.crew.yaml', () => ({ maxDelegations: 1 }));
    expect(changed).toContain('2 delegations, the most is 1');
  });
  test('a phase that is entered too often, and a way that is not declared', () => {
    const visits = firstBroken('03-routes-and-loops/haiku.crew.yaml', phase =>
      phase.kind === 'end' || phase.maxVisits === undefined ? {} : { maxVisits: 1 },
    );
    expect(visits).toMatch(/was entered|is declared|visits left/);
    const way = firstBroken('01-hello-role/hello.crew.yaml', phase =>
      phase.kind === 'end' ? {} : { next: [{ to: phase.name }] },
    );
    expect(way).toContain('is declared');
  });
  test('a call that the plan did not count', () => {
    const [target] = known.filter(({ name }) => name.includes('01-hello-role'));
    if (target === undefined) throw new Error('there is no first example');
    const less = { ...target, bound: { ...target.bound, calls: 0 } };
    expect(brokenBy(less)).toContain('calls, the plan says 0');
  });
});
