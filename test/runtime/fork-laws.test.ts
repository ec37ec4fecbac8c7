import { expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import { compareRuns, type StartedFact } from '../../src/runtime/records/compare-runs.ts';
import { fc } from '../laws.ts';
import { resultOf } from './compact-events.ts';
import { randomCrew, randomReplies, SLOW_TOOLS } from './random-crew.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

/** The first facts of a run as those of a fork. */
function keep(facts: CrewRun['facts'], count: number): readonly Fact[] {
  const [first, ...rest] = facts.slice(0, count);
  return [{ ...(first as StartedFact), seed: 'run1', forkedFrom: { runId: 'run0', at: count } }, ...rest];
}

const forked = { forked: true } as object;

test('law: a fork of any point comes to the same end, calls only what is new and is charged for nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('calm'), fc.nat(1_000_000), fc.nat(100), async (yaml, seed, where) => {
      const options = {
        yaml,
        inputs: { topic: 'rain' },
        replies: randomReplies('calm', seed),
        tools: SLOW_TOOLS,
      };
      const whole = await runCrew(options);
      const history = keep(whole.facts, 1 + (where % Math.max(1, whole.facts.length - 1)));
      const fork = await runCrew({ ...options, history, resume: forked });
      expect(resultOf(fork)).toEqual(resultOf(whole));
      const kept = new Set(history.flatMap(fact => ('key' in fact ? [fact.key] : [])));
      expect(fork.calledKeys.filter(key => kept.has(key))).toEqual([]);
      const spentBy = ({ outcome }: CrewRun) => outcome.type !== 'interrupted' && outcome.state.ledger.spent;
      expect(spentBy(fork)).toEqual(spentBy(whole));
    }),
    { numRuns: 60 },
  );
});

const RAFFLE = `
roles: { a: { goal: A. }, b: { goal: B. }, c: { goal: C. } }
start: chat
phases:
  chat: { talk: [a, b, c], task: Talk., speaker: random, max_turns: 8, by: a, next: done }
  done: { end: success, result: '{{ chat }}' }
`;

test('a fork draws by lot as the run did that it comes from', async () => {
  const run = await runCrew({ yaml: RAFFLE });
  const started = run.facts[0] as StartedFact;
  const tryWith = (change: Partial<StartedFact>) => {
    const edited = { program: run.program, started: { ...started, runId: 'other', ...change } };
    const comparing = compareRuns({ recorded: run, edited });
    let kept = 0;
    while (!comparing.next().done) kept += 1;
    return kept;
  };
  expect(run.facts.length).toBeGreaterThan(6);
  expect(tryWith({ seed: 'run1' })).toBe(run.facts.length);
  expect(tryWith({})).toBeLessThan(run.facts.length);
});
