import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/model/crew-error.ts';
import { fc } from '../laws.ts';
import { resultOf } from './compact-events.ts';
import { illegalTurns, randomSpeech, randomTalk } from './random-talk.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const seeds = fc.nat(1_000_000);
const keysOf = (facts: CrewRun['facts']) => facts.flatMap(fact => ('key' in fact ? [fact.key] : []));

function expectLawful(run: CrewRun): void {
  expect(illegalTurns(run.program, run.events)).toEqual([]);
  if (run.outcome.type === 'suspended') {
    expect(ERROR_CODES).toHaveProperty(run.outcome.state.suspension?.failure.code ?? 'none');
    return;
  }
  const end = resultOf(run);
  if (end.outcome === 'error') expect(ERROR_CODES).toHaveProperty(end.failure.code);
  expect(run.events.at(-1)?.type).toBe('run.ended');
}

test('whatever the models answer, each hand-over is a transition, no turn is too many, and a replay is the same', async () => {
  const seen = { handed: 0, ended: 0 };
  await fc.assert(
    fc.asyncProperty(randomTalk, seeds, async (yaml, seed) => {
      const options = { yaml, replies: randomSpeech('wild', seed) };
      const run = await runCrew(options);
      expectLawful(run);
      seen.handed += run.events.filter(event => event.type === 'work.handed').length;
      seen.ended += run.outcome.type === 'ended' && run.outcome.end.outcome === 'success' ? 1 : 0;
      const again = await runCrew({ ...options, history: run.facts });
      expect(again.calledKeys).toEqual([]);
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
    }),
    { numRuns: 200 },
  );
  expect(seen.handed).toBeGreaterThan(20);
  expect(seen.ended).toBeGreaterThan(50);
});

test('after a crash at any fact a resume repeats no recorded call and comes to the same end', async () => {
  await fc.assert(
    fc.asyncProperty(randomTalk, seeds, async (yaml, seed) => {
      const timeless = yaml.replace('"time":"60ms",', '');
      const options = { yaml: timeless, replies: randomSpeech('calm', seed) };
      const whole = await runCrew(options);
      expectLawful(whole);
      for (let count = 1; count < whole.facts.length; count += 1) {
        const history = whole.facts.slice(0, count);
        const resumed = await runCrew({ ...options, history, resume: {} });
        expectLawful(resumed);
        expect(resumed.outcome.type === 'ended' ? resumed.outcome.end : undefined).toEqual(
          whole.outcome.type === 'ended' ? whole.outcome.end : undefined,
        );
        const recorded = new Set(keysOf(history));
        expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
      }
    }),
    { numRuns: 30 },
  );
});

test('whatever text a model writes, a conversation goes on by its law', async () => {
  const names = fc.constantFrom('author', 'critic', 'editor', 'clerk', 'panel', '__proto__', 'constructor');
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.json(),
    names.map(name => `I'll pass this to ${name}.`),
    names.map(name => `{"speaker": "${name}", "reason": "x", "n": 1}`),
    fc.constantFrom('{{ reply }}', 'author: I agree.', '{"n": 1}', '{"n": 1, "to": "STOP"}'),
  );
  const call = fc.record({
    tool: fc.oneof(
      names.map(name => `hand_off_to_${name}`),
      fc.string(),
      fc.constant('debate.to.critic'),
    ),
    args: fc.oneof(
      fc.record({ brief: fc.string() }),
      fc.record({ brief: fc.string(), reply: fc.jsonValue() as fc.Arbitrary<never> }),
      fc.record({ brief: fc.constant('go'), reply: fc.constant({ n: 1 } as never) }),
    ),
  });
  const reply = fc.record({ text, calls: fc.array(call, { maxLength: 2 }) }, { requiredKeys: ['text'] });
  await fc.assert(
    fc.asyncProperty(randomTalk, fc.array(reply, { minLength: 1, maxLength: 9 }), async (yaml, replies) => {
      const run = await runCrew({
        yaml,
        replies: (_request, nth) => replies[nth % replies.length] ?? { text: '' },
      });
      expectLawful(run);
    }),
    { numRuns: 200 },
  );
});
