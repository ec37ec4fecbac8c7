import { expect, test } from 'vitest';
import type { PersonAskEffect } from '../../src/model/effect.ts';
import type { Policy, PolicyRule } from '../../src/model/policy.ts';
import { hashArguments } from '../../src/policy/consent.ts';
import { hashPolicy } from '../../src/policy/hash-policy.ts';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { readDecisions } from '../../src/runtime/records/read-decisions.ts';
import { fc } from '../laws.ts';
import { peopleCrew, randomPerson, writingReplies } from './random-people.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

const inputs = { list: [1, 2] };
const seeds = fc.nat(1_000_000);

const rules: fc.Arbitrary<readonly PolicyRule[]> = fc
  .array(
    fc.record({
      effect: fc.constantFrom('deny' as const, 'ask' as const, 'allow' as const),
      tool: fc.constantFrom('kit.write', 'kit.*', '*.write', 'kit.echo'),
      args: fc.option(
        fc.constantFrom(
          { text: { kind: 'under' as const, folder: 'a' } },
          { text: { kind: 'eq' as const, value: 'a' } },
        ),
        { nil: undefined },
      ),
      at: fc.nat(9).map(line => `crew.policy.yaml:${line}`),
    }),
    { maxLength: 3 },
  )
  .map(all => all.map(({ args, ...rule }) => (args === undefined ? rule : { ...rule, args })));

const policies: fc.Arbitrary<Policy> = fc
  .record({
    default: fc.constantFrom('ask' as const, 'ask' as const, 'deny' as const),
    nonInteractive: fc.constantFrom('pause' as const, 'deny' as const),
    servers: fc.constant({}),
    rules,
  })
  .map(parts => ({ ...parts, hash: hashPolicy(parts) }));

/** People who answer, leave, answer something else, and allow all calls alike. */
function person(mood: 'wild' | 'calm', seed: number): NonNullable<CrewRunOptions['person']> {
  const answers = randomPerson(mood, seed);
  return (effect: PersonAskEffect): PersonAnswer | undefined => {
    const answer = answers(effect);
    if (answer === undefined || effect.question.kind !== 'approval') return answer;
    const dice = (seed + effect.key.length) % 5;
    if (mood === 'wild' && dice === 0) return { ...answer, binding: 'of another question' };
    return dice === 1 ? { ...answer, alike: true } : answer;
  };
}

/** R9: what goes out has the hash of its arguments, and a decision of its own in the record. */
function expectDecided(run: CrewRun): void {
  const steps = [...foldRun(run.program, run.facts)];
  const decided = new Map(readDecisions(steps).map(row => [row.key, row]));
  for (const { effects } of steps) {
    for (const effect of effects) {
      if (effect.type !== 'tool.call') continue;
      expect(effect.consent?.argsHash).toBe(hashArguments(effect.args));
      expect(decided.get(effect.key)).toMatchObject({ decision: 'allowed', args: effect.args });
    }
  }
}

test('R3, R9: under any policy a run replays without a call, and nothing acts without a decision', async () => {
  await fc.assert(
    fc.asyncProperty(peopleCrew('wild'), policies, seeds, async (crew, policy, seed) => {
      const options = { ...crew, inputs, replies: writingReplies, policy };
      const run = await runCrew({ ...options, person: person('wild', seed) });
      expectDecided(run);
      const again = await runCrew({ ...options, history: run.facts });
      expect(again.calledKeys).toEqual([]);
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
    }),
    { numRuns: 100 },
  );
});

test('R5, R9: after a stop at any fact, under the same or another policy, nothing is done twice or undecided', async () => {
  await fc.assert(
    fc.asyncProperty(peopleCrew('calm'), policies, policies, seeds, async (crew, policy, other, seed) => {
      const options = { ...crew, inputs, replies: writingReplies, policy, person: person('calm', seed) };
      const whole = await runCrew(options);
      for (let count = 1; count < whole.facts.length; count += 1) {
        const history = whole.facts.slice(0, count);
        for (const resume of [{}, { policy: other }]) {
          const resumed = await runCrew({ ...options, history, resume });
          expectDecided(resumed);
          const recorded = new Set(history.flatMap(fact => ('key' in fact ? [fact.key] : [])));
          expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
          const again = await runCrew({ ...options, history: resumed.facts });
          expect(JSON.stringify(again.events)).toBe(JSON.stringify(resumed.events));
        }
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);

test('a run whose policy changes again and again comes to its end once somebody answers everything', async () => {
  await fc.assert(
    fc.asyncProperty(
      peopleCrew('wild'),
      fc.array(policies, { minLength: 2, maxLength: 4 }),
      seeds,
      async (crew, changes, seed) => {
        const [policy, ...later] = changes;
        if (policy === undefined) return;
        const options = { ...crew, inputs, replies: writingReplies };
        let run = await runCrew({ ...options, policy, person: person('wild', seed) });
        for (const change of later) {
          if (run.outcome.type !== 'suspended') break;
          const resume = { policy: change };
          run = await runCrew({ ...options, history: run.facts, resume, person: person('wild', seed + 1) });
        }
        for (let round = 0; round < 3 && run.outcome.type === 'suspended'; round += 1) {
          const resume = { budget: { calls: 1000, toolCalls: 1000 } };
          run = await runCrew({ ...options, history: run.facts, resume, person: randomPerson('calm', seed) });
        }
        expect(run.outcome.type).toBe('ended');
        expectDecided(run);
        if (run.outcome.type !== 'ended') return;
        const { open, acts, approvals, placed, ledger } = run.outcome.state;
        expect([open, acts, approvals, placed, ledger.reserved]).toEqual([{}, {}, {}, {}, {}]);
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);
