import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/model/crew-error.ts';
import { openQuestions } from '../../src/runtime/people/open-questions.ts';
import { fc } from '../laws.ts';
import { eventsOf, resultOf } from './compact-events.ts';
import { fold } from './fold.ts';
import { peopleCrew, randomPerson, writingReplies } from './random-people.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const seeds = fc.nat(1_000_000);
const inputs = { list: [1, 2] };
const keysOf = (facts: CrewRun['facts']) => facts.flatMap(fact => ('key' in fact ? [fact.key] : []));

/** R9: what changes something goes out only after a person allowed just this call. */
function expectLeave(run: CrewRun): void {
  const allowed = new Set<string>();
  for (const { effects } of fold(run.program, run.facts)) {
    for (const effect of effects) {
      if (effect.type === 'tool.call' && effect.tool === 'kit.write') {
        expect(allowed).toContain(effect.key);
        allowed.delete(effect.key);
      }
      if (effect.type !== 'event.publish' || effect.event.type !== 'person.answered') continue;
      if (effect.event.choice === 'allow') allowed.add(effect.event.id);
    }
  }
}

/** Nobody is asked again for what they answered; a run that waits for a person says for what. */
function expectAskedOnce(run: CrewRun): void {
  const answers = eventsOf(run, 'person.answered').filter(
    ({ choice }) => choice !== 'perhaps' && choice !== null,
  );
  const ids = answers.map(({ id }) => id);
  expect(ids.length).toBe(new Set(ids).size);
  const waiting = openQuestions(run.program, run.facts);
  expect(waiting.map(({ id }) => id).filter(id => ids.includes(id))).toEqual([]);
  if (run.outcome.type === 'ended') return expect(waiting).toEqual([]);
  if (run.outcome.type !== 'suspended') return;
  const { code = 'none' } = run.outcome.state.suspension?.failure ?? {};
  expect(ERROR_CODES).toHaveProperty(code);
  if (code === 'PERSON_NEEDED' || code === 'CONSENT_REQUIRED') expect(waiting.length).toBeGreaterThan(0);
}

test('R3, R9: runs that ask people replay without a call, and nothing acts without leave', async () => {
  await fc.assert(
    fc.asyncProperty(peopleCrew('wild'), seeds, async (crew, seed) => {
      const options = { ...crew, inputs, replies: writingReplies };
      const run = await runCrew({ ...options, person: randomPerson('wild', seed) });
      expectLeave(run);
      expectAskedOnce(run);
      const again = await runCrew({ ...options, history: run.facts });
      expect(again.calledKeys).toEqual([]);
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
    }),
    { numRuns: 100 },
  );
});

test('R5, R9: after a crash at any fact no answer is asked for again, and the end is the same', async () => {
  await fc.assert(
    fc.asyncProperty(peopleCrew('calm'), seeds, async (crew, seed) => {
      const options = { ...crew, inputs, replies: writingReplies, person: randomPerson('calm', seed) };
      const whole = await runCrew(options);
      const end = resultOf(whole);
      for (let count = 1; count < whole.facts.length; count += 1) {
        const history = whole.facts.slice(0, count);
        const resumed = await runCrew({ ...options, history, resume: {} });
        expect(resultOf(resumed).outcome).toEqual(end.outcome);
        expectLeave(resumed);
        expectAskedOnce(resumed);
        const recorded = new Set(keysOf(history));
        expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
      }
    }),
    { numRuns: 25 },
  );
});

test('a run that waits again and again comes to its end once somebody answers everything', async () => {
  await fc.assert(
    fc.asyncProperty(peopleCrew('wild'), seeds, async (crew, seed) => {
      const options = { ...crew, inputs, replies: writingReplies };
      let run = await runCrew({ ...options, person: randomPerson('wild', seed) });
      for (let round = 0; round < 4 && run.outcome.type === 'suspended'; round += 1) {
        run = await runCrew({
          ...options,
          history: run.facts,
          resume: {},
          person: randomPerson('wild', seed + round),
        });
        expectAskedOnce(run);
      }
      for (let round = 0; round < 3 && run.outcome.type === 'suspended'; round += 1) {
        run = await runCrew({
          ...options,
          history: run.facts,
          resume: { budget: { calls: 1000, toolCalls: 1000 } },
          person: randomPerson('calm', seed),
        });
      }
      expect(run.outcome.type).toBe('ended');
      expectLeave(run);
      if (run.outcome.type !== 'ended') return;
      const { open, acts, approvals, ledger, procedures } = run.outcome.state;
      expect([open, acts, approvals, ledger.reserved, ledger.pots]).toEqual([{}, {}, {}, {}, {}]);
      expect(Object.keys(procedures)).toEqual(['']);
    }),
    { numRuns: 60 },
  );
});
