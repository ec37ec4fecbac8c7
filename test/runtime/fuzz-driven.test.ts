import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import type { LanguageModel, ModelStreamPart } from '../../src/ports/language-model.ts';
import { eventsOf } from './compact-events.ts';
import { createFakeWorld, type FakeWorld } from './fake-world.ts';
import { allKindsCrew } from './fuzz/all-kinds-crew.ts';
import { createDice, type Dice } from './fuzz/dice.ts';
import { hostileReply } from './fuzz/hostile-reply.ts';
import { type CrewRun, type CrewRunOptions, compileText, runCrew } from './run-crew.ts';

/** The same hostility as in `fuzz-replies.test.ts`, through the true loop: journal, queue of effects and executor. */
const CREWS = Math.max(40, Number(process.env.REPLIES ?? 0) / 1_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);

const rejected: unknown[] = [];
const note = (reason: unknown): void => {
  rejected.push(reason);
};
beforeAll(() => {
  process.on('unhandledRejection', note);
});
afterAll(() => {
  process.off('unhandledRejection', note);
});

function hostileModel(dice: Dice, world: FakeWorld): LanguageModel {
  const generate: LanguageModel['generate'] = async function* (request, signal) {
    await world.sleep(dice.below(400), signal);
    const { idempotencyKey: key, ...call } = request;
    const mood = { dice, names: ['ann', 'bob', 'cleo'], calm: false, goodwill: 0.6, usesTokens: true };
    const fact = hostileReply({ type: 'model.call', key, model: '', ...call }, 0, mood);
    const parts = fact.type === 'model.answered' ? fact.message.parts : [];
    for (const part of parts) {
      if (dice.chance(0.2)) await world.sleep(dice.below(20), signal);
      if (part.type !== 'tool-result') yield part satisfies ModelStreamPart;
    }
    if (fact.usage !== undefined) yield { type: 'usage', usage: fact.usage };
    yield fact.type === 'model.failed'
      ? { type: 'failure', failure: fact.failure }
      : { type: 'finish', reason: fact.finishReason };
  };
  return { id: 'fake:hostile', defaultMaxTokens: 100, isLanguageModel: true, generate };
}

function optionsOf(dice: Dice): CrewRunOptions | undefined {
  const { yaml, files } = allKindsCrew(dice);
  try {
    compileText(yaml, files);
  } catch {
    return undefined;
  }
  const world = createFakeWorld();
  const answers: readonly PersonAnswer[] = [
    { choice: 'yes', text: null, by: 'somebody' },
    { choice: 'allow', text: null, by: 'somebody' },
    { choice: 'deny', text: 'no', by: 'somebody' },
    { choice: null, text: 'words', by: 'somebody' },
  ];
  return {
    yaml,
    files,
    world,
    model: hostileModel(dice, world),
    person: () => (dice.chance(0.2) ? undefined : dice.pick(answers)),
  };
}

function expectPaired(run: CrewRun): void {
  expect(['ended', 'suspended']).toContain(run.outcome.type);
  if (run.outcome.type !== 'ended') return;
  expect(run.events.at(-1)?.type).toBe('run.ended');
  expect(eventsOf(run, 'phase.ended')).toHaveLength(eventsOf(run, 'phase.started').length);
}

test('hostile replies through the journal and the executor: runs end or wait, nothing is rejected unheard', {
  timeout: 3_600_000,
}, async () => {
  const dice = createDice(SEED);
  const seen = { runs: 0, calls: 0, ended: 0, resumed: 0 };
  while (seen.runs < CREWS) {
    const options = optionsOf(dice.fork());
    if (options === undefined) continue;
    let run = await runCrew(options);
    seen.runs += 1;
    expectPaired(run);
    for (let nth = 0; nth < 3 && run.outcome.type === 'suspended'; nth += 1) {
      const { world: _left, ...again } = options;
      const world = createFakeWorld(nth * 1_000_000_000 + 1_000_000_000);
      const resume = { budget: { calls: 1_000, toolCalls: 1_000, tokens: 1e12, timeMs: 1e12 } };
      run = await runCrew({
        ...again,
        world,
        model: hostileModel(dice.fork(), world),
        history: run.facts,
        resume,
      });
      seen.resumed += 1;
      expectPaired(run);
    }
    seen.calls += run.facts.filter(({ type }) => type === 'model.answered' || type === 'model.failed').length;
    seen.ended += run.outcome.type === 'ended' ? 1 : 0;
    const replayed = await runCrew({ ...options, history: run.facts });
    expect(replayed.calledKeys).toEqual([]);
    expect(JSON.stringify(replayed.events)).toBe(JSON.stringify(run.events));
  }
  // What is rejected is told only when the loop has turned.
  await new Promise(resolve => setImmediate(resolve));
  expect(rejected).toEqual([]);
  expect(seen.ended).toBeGreaterThan(seen.runs / 2);
  expect(seen.resumed).toBeGreaterThan(3);
  if (process.env.REPLIES !== undefined) console.log({ seed: SEED, ...seen });
});
