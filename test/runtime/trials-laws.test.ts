import { expect, test } from 'vitest';
import { curvesOf, curveText } from '../../src/model/trial-curve.ts';
import { fc } from '../laws.ts';
import { resultOf, suspensionOf } from './compact-events.ts';
import type { FakeTool } from './fake-tools.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

const STRATEGIES = ['reflexion', 'retry', 'last_attempt', 'last_attempt_and_reflexion'] as const;
/** A trial with this score passes. */
const GOOD = 1;

const play = fc.record({
  trials: fc.integer({ min: 1, max: 5 }),
  keep: fc.constantFrom('best', 'last'),
  strategy: fc.constantFrom(...STRATEGIES),
  scores: fc.array(fc.constantFrom(0, 0.25, 0.5, 0.5, 0.75, GOOD), { minLength: 5, maxLength: 5 }),
  /** More calls each time that the ceiling stopped the run. */
  ceilings: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  /** Where the process is killed, as a share of what it had recorded; nothing of it was lost but what was under way. */
  kills: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
});
type Play = typeof play extends fc.Arbitrary<infer Value> ? Value : never;

function optionsOf({ trials, keep, strategy, scores, ceilings }: Play): CrewRunOptions {
  const give: FakeTool = args => {
    const nth = Number(/^attempt (\d+)$/.exec(String(args.said))?.[1]);
    const points = scores[nth - 1] ?? 0;
    return { ok: points === GOOD, points } as never;
  };
  const check =
    '{ tool: kit.give, with: { said: "{{ draft }}" }, pass: evaluation.ok, score: "{{ evaluation.points }}" }';
  const reflect = `{ evaluator: ${check}, trials: ${trials}, keep: ${keep}, strategy: ${strategy} }`;
  return {
    yaml: `roles: { writer: { goal: Write. } }
budget: { calls: ${ceilings[0]} }
start: draft
phases:
  draft: { role: writer, task: Write., reflect: ${reflect}, next: done }
  done: { end: success, result: "{{ draft }}" }
`,
    tools: { give },
    // What is answered follows from the trial alone, so that the same is answered after a kill.
    replies: ({ origin, idempotencyKey }) => {
      const trial = /draft:1:(\d+)\//.exec(idempotencyKey)?.[1];
      return { text: origin.role === 'writer' ? `attempt ${trial}` : 'Mind it.' };
    },
  };
}

/** What the trials come to by the rules alone. */
function expected({ trials, keep, scores }: Play) {
  const made: readonly number[] = scores.slice(0, trials);
  const passing = made.indexOf(GOOD);
  if (passing >= 0) return { kept: passing + 1, scores: made.slice(0, passing + 1), passed: true };
  const best = made.indexOf(Math.max(...made)) + 1;
  return { kept: keep === 'best' ? best : trials, scores: made, passed: false };
}

async function driven(one: Play) {
  const options = optionsOf(one);
  const called: string[] = [];
  let run: CrewRun = await runCrew(options);
  called.push(...run.calledKeys);
  let calls = one.ceilings[0] ?? 1;
  const kills = [...one.kills];
  let killed = false;
  for (let round = 0; round < 40; round += 1) {
    if (run.outcome.type === 'ended') return { run, called, rounds: round, killed };
    expect(suspensionOf(run)).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(run.modelRequests.length).toBeLessThanOrEqual(calls);
    calls += one.ceilings[(round + 1) % one.ceilings.length] ?? 1;
    const kill = kills.shift();
    const count = kill === undefined ? run.facts.length : 1 + Math.floor(kill * (run.facts.length - 1));
    const history = run.facts.slice(0, count);
    killed ||= count < run.facts.length;
    run = await runCrew({ ...options, history, resume: { budget: { calls } } });
    const recorded = new Set(history.flatMap(fact => ('key' in fact ? [fact.key] : [])));
    expect(run.calledKeys.filter(key => recorded.has(key))).toEqual([]);
    called.push(...run.calledKeys);
  }
  throw new Error('the run never ended');
}

test('law: whatever ceilings and kills come between, no call is made twice, the right trial is kept, and its curve is told', async () => {
  const seen = { ceilings: 0, kills: 0, none: 0 };
  await fc.assert(
    fc.asyncProperty(play, async one => {
      const { run, called, rounds, killed } = await driven(one);
      const { kept, scores, passed } = expected(one);
      expect(resultOf(run)).toMatchObject({ outcome: 'success', result: `attempt ${kept}` });
      const [curve, ...more] = curvesOf(run.events);
      expect(more).toEqual([]);
      expect(curve).toEqual({ phase: 'draft', scores, passed, kept });
      expect(curve && curveText(curve)).toContain(
        `${passed ? 'passed at' : 'kept'} trial ${kept} with ${scores[kept - 1]}`,
      );
      const lessons = one.strategy.includes('reflexion') ? scores.length - 1 : 0;
      const tried = scores.map((_, at) => [`draft:1:${at + 1}/model-1`, `draft:1:${at + 1}/evaluation`]);
      const learned = Array.from({ length: lessons }, (_, at) => `draft:1:${at + 1}/lesson/model-1`);
      const keys = [...tried.flat(), ...learned].toSorted();
      const recorded = run.facts.flatMap(fact => ('key' in fact ? [fact.key] : []));
      expect(recorded.toSorted()).toEqual(keys);
      if (!killed) expect([...called].toSorted()).toEqual(keys);
      seen.ceilings += rounds > 0 ? 1 : 0;
      seen.kills += killed ? 1 : 0;
      seen.none += passed ? 0 : 1;
    }),
    { numRuns: 200 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
}, 60_000);
