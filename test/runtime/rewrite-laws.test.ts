import { expect, test } from 'vitest';
import { evaluateTemplate } from '../../src/expressions/template-evaluate.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { StartedFact } from '../../src/runtime/records/compare-runs.ts';
import { fc } from '../laws.ts';
import { eventsOf, resultOf } from './compact-events.ts';
import { fold } from './fold.ts';
import { SLOW_TOOLS } from './random-crew.ts';
import {
  MOST_TOPIC,
  type RewritingCrew,
  rewritingCrew,
  rewritingPerson,
  rewritingReplies,
} from './random-rewrite.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const seeds = fc.nat(1_000_000);
const GIVEN = { topic: 'rain' };
const keysOf = (facts: CrewRun['facts']) => facts.flatMap(fact => ('key' in fact ? [fact.key] : []));

const optionsOf = (crew: RewritingCrew, seed: number, temper: 'calm' | 'wild') => ({
  ...crew,
  inputs: GIVEN,
  replies: rewritingReplies(temper, seed),
  person: rewritingPerson(temper, seed),
  tools: SLOW_TOOLS,
});

const textOf = (artifact: JsonValue | undefined): JsonValue | undefined =>
  (artifact as { readonly text?: JsonValue } | null | undefined)?.text;

/** Templates read what was given until the phase says it again, then what it said last, which always fits. */
function expectInputs({ program, facts }: CrewRun): number {
  const { rewrites, bindings = {} } = program;
  let topic: JsonValue = GIVEN.topic;
  let artifact: JsonValue | undefined;
  let changes = 0;
  for (const { state } of fold(program, facts)) {
    const own = state.procedures[''];
    if (own === undefined) continue;
    const now = own.artifacts[rewrites?.phase ?? ''];
    const said = textOf(now);
    if (now !== artifact && typeof said === 'string') {
      expect(said.length).toBeLessThanOrEqual(MOST_TOPIC);
      const bound = evaluateTemplate(bindings, { inputs: { topic: said } }) as JsonObject;
      topic = bound.topic ?? said;
      changes += 1;
    }
    artifact = now;
    expect(own.inputs).toEqual({ topic });
  }
  return changes;
}

/** The first facts of a run as those of a fork. */
function forkOf(facts: CrewRun['facts'], count: number): CrewRun['facts'] {
  const [first, ...rest] = facts.slice(0, count);
  return [{ ...(first as StartedFact), seed: 'run1', forkedFrom: { runId: 'run0', at: count } }, ...rest];
}

test('law: a run that says its input again replays without a call, and its templates read what was said last', async () => {
  const seen = { changed: 0, often: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(rewritingCrew('wild'), seeds, async (crew, seed) => {
      const options = optionsOf(crew, seed, 'wild');
      const run = await runCrew(options);
      const changes = expectInputs(run);
      if (changes > 0) seen.changed += 1;
      if (changes > 1) seen.often += 1;
      if (eventsOf(run, 'phase.ended').some(end => end.phase === 'say' && end.outcome === 'failed'))
        seen.failed += 1;
      const again = await runCrew({ ...options, history: run.facts });
      expect(again.calledKeys).toEqual([]);
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
      expect(again.outcome.type).toBe(run.outcome.type);
    }),
    { numRuns: 120 },
  );
  expect(seen.changed).toBeGreaterThan(20);
  expect(seen.often).toBeGreaterThan(3);
  expect(seen.failed).toBeGreaterThan(5);
}, 120_000);

test('law: after a crash at any fact such a run repeats nothing and comes to the same end', async () => {
  await fc.assert(
    fc.asyncProperty(rewritingCrew('calm'), seeds, fc.nat(1000), async (crew, seed, where) => {
      const options = optionsOf(crew, seed, 'calm');
      const whole = await runCrew(options);
      // What is said again comes early, so most crashes are there.
      const most = where % 2 === 0 ? Math.min(12, whole.facts.length - 1) : whole.facts.length - 1;
      const history = whole.facts.slice(0, 1 + (where % Math.max(1, most)));
      const resumed = await runCrew({ ...options, history, resume: {} });
      expect(resultOf(resumed)).toEqual(resultOf(whole));
      expectInputs(resumed);
      const recorded = new Set(keysOf(history));
      expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
      const endOf = ({ outcome }: CrewRun) =>
        outcome.type === 'ended' ? outcome.state.procedures['']?.inputs : undefined;
      expect(endOf(resumed)).toEqual(endOf(whole));
    }),
    { numRuns: 80 },
  );
}, 120_000);

test('law: also where things race and nobody is there, a resume at any fact repeats nothing and replays', async () => {
  await fc.assert(
    fc.asyncProperty(rewritingCrew('wild'), seeds, fc.nat(100), async (crew, seed, where) => {
      const options = optionsOf(crew, seed, 'wild');
      const whole = await runCrew(options);
      const history = whole.facts.slice(0, 1 + (where % whole.facts.length));
      const resumed = await runCrew({ ...options, history, resume: {} });
      expectInputs(resumed);
      const recorded = new Set(keysOf(history));
      expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
      const again = await runCrew({ ...options, history: resumed.facts });
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(resumed.events));
      expect(again.calledKeys).toEqual([]);
    }),
    { numRuns: 80 },
  );
}, 120_000);

test('law: a fork of any point of such a run comes to the same end and is charged for nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(rewritingCrew('calm'), seeds, fc.nat(1000), async (crew, seed, where) => {
      const options = optionsOf(crew, seed, 'calm');
      const whole = await runCrew(options);
      const history = forkOf(whole.facts, 1 + (where % Math.max(1, whole.facts.length - 1)));
      const fork = await runCrew({ ...options, history, resume: { forked: true } as object });
      expect(resultOf(fork)).toEqual(resultOf(whole));
      expectInputs(fork);
      const kept = new Set(keysOf(history));
      expect(fork.calledKeys.filter(key => kept.has(key))).toEqual([]);
      const spentBy = ({ outcome }: CrewRun) => outcome.type !== 'interrupted' && outcome.state.ledger.spent;
      expect(spentBy(fork)).toEqual(spentBy(whole));
    }),
    { numRuns: 60 },
  );
}, 120_000);
