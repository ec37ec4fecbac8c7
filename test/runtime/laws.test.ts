import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/model/crew-error.ts';
import { fc } from '../laws.ts';
import { eventsOf, resultOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { fold } from './fold.ts';
import { randomCrew, randomReplies, SLOW_TOOLS } from './random-crew.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const inputs = { topic: 'rain' };
const seeds = fc.nat(1_000_000);
const keysOf = (facts: CrewRun['facts']) => facts.flatMap(fact => ('key' in fact ? [fact.key] : []));

function expectGoodEnd(run: CrewRun): void {
  if (run.outcome.type === 'suspended') {
    expect(ERROR_CODES).toHaveProperty(run.outcome.state.suspension?.failure.code ?? 'none');
    return;
  }
  const end = resultOf(run);
  if (end.outcome === 'error') expect(ERROR_CODES).toHaveProperty(end.failure.code);
  expect(eventsOf(run, 'run.ended')).toHaveLength(1);
  expect(run.events.at(-1)?.type).toBe('run.ended');
}

/** Phases and calls begin, then end; a call whose outcome was lost may begin once more after a resume. */
function expectPaired(run: CrewRun): void {
  const open = new Set<string>();
  let lost = new Set<string>();
  for (const event of run.events) {
    if (event.type === 'run.resumed') lost = new Set(open);
    const [noun, verb] = event.type.split('.');
    const name = 'key' in event ? event.key : 'phase' in event ? event.phase : '';
    if (noun === 'run' || noun === 'turn' || (verb !== 'started' && verb !== 'ended')) continue;
    const id = `${noun} ${name}`;
    if (verb === 'ended' || !lost.has(id)) expect(open.has(id)).toBe(verb === 'ended');
    lost.delete(id);
    if (verb === 'started') open.add(id);
    else open.delete(id);
  }
  const phases = [...open].filter(id => id.startsWith('phase'));
  if (run.outcome.type === 'ended') expect(phases).toEqual([]);
}

test('R3: any run replays from its journal without a call, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('wild'), seeds, async (yaml, seed) => {
      const options = { yaml, inputs, replies: randomReplies('wild', seed), tools: SLOW_TOOLS };
      const run = await runCrew(options);
      expectGoodEnd(run);
      expectPaired(run);
      const again = await runCrew({ ...options, history: run.facts });
      expect(again.calledKeys).toEqual([]);
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
      expect(again.outcome.type).toBe(run.outcome.type);
    }),
    { numRuns: 100 },
  );
});

test('R5: after a crash at any fact, a resume repeats no recorded call and comes to the same end', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('calm'), seeds, async (yaml, seed) => {
      const options = { yaml, inputs, replies: randomReplies('calm', seed), tools: SLOW_TOOLS };
      const whole = await runCrew(options);
      const end = resultOf(whole);
      for (let count = 1; count < whole.facts.length; count += 1) {
        const history = whole.facts.slice(0, count);
        const resumed = await runCrew({ ...options, history, resume: {} });
        expect(resultOf(resumed)).toEqual(end);
        const recorded = new Set(keysOf(history));
        expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
        expect(artifactsOf(resumed)).toEqual(artifactsOf(whole));
      }
    }),
    { numRuns: 25 },
  );
});

function artifactsOf(run: CrewRun) {
  return run.outcome.type === 'ended' ? run.outcome.state.procedures['']?.artifacts : undefined;
}

test('R3, R5: also where branches race and models fail, a resume at any fact repeats nothing and replays', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('wild'), seeds, fc.nat(100), async (yaml, seed, where) => {
      const options = { yaml, inputs, replies: randomReplies('wild', seed), tools: SLOW_TOOLS };
      const whole = await runCrew(options);
      const history = whole.facts.slice(0, 1 + (where % whole.facts.length));
      const resumed = await runCrew({ ...options, history, resume: {} });
      expectGoodEnd(resumed);
      expectPaired(resumed);
      const recorded = new Set(keysOf(history));
      expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
      const again = await runCrew({ ...options, history: resumed.facts });
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(resumed.events));
      expect(again.calledKeys).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('open effects belong to open work, and an ended run has neither', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('wild'), seeds, async (yaml, seed) => {
      const run = await runCrew({ yaml, inputs, replies: randomReplies('wild', seed), tools: SLOW_TOOLS });
      for (const { state } of fold(run.program, run.facts)) {
        const paths = Object.keys(state.open);
        const acts = Object.keys(state.acts).filter(key => !key.startsWith('run/'));
        for (const key of acts) expect(paths).toContain(key.slice(0, key.indexOf(':')));
        for (const path of paths.filter(each => each.includes('.'))) {
          expect(paths).toContain(path.slice(0, path.indexOf('.')));
        }
        if (state.end !== undefined) expect([paths, acts]).toEqual([[], []]);
        expect(Object.keys(state.ledger.reserved).filter(key => !Object.hasOwn(state.acts, key))).toEqual([]);
      }
    }),
    { numRuns: 100 },
  );
});

test('no illegal transition: whatever a model says, a run ends, waits or fails with a code', async () => {
  const call = fc.record(
    {
      id: fc.string(),
      tool: fc.oneof(
        fc.string(),
        fc.constantFrom('kit.echo', 'kit.give', 'kit', '__proto__', 'p0.completed'),
      ),
      args: fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<never>),
      malformed: fc.string(),
    },
    { requiredKeys: ['tool', 'args'] },
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.json(),
    fc.json().map(json => json.slice(0, -1)),
    fc.constantFrom('{"n": 1}', '{"__proto__": {"n": 1}}', '{{ run.id }}', 'null', '[]', '{"n": NaN}'),
  );
  const reply: fc.Arbitrary<Reply> = fc.record(
    {
      text,
      calls: fc.array(call, { maxLength: 3 }),
      finish: fc.constantFrom('stop', 'tool_calls', 'length', 'content_filter'),
    },
    { requiredKeys: ['text'] },
  );
  await fc.assert(
    fc.asyncProperty(
      randomCrew('wild'),
      fc.array(reply, { minLength: 1, maxLength: 8 }),
      async (yaml, replies) => {
        const run = await runCrew({
          yaml,
          inputs,
          replies: (_request, nth) => replies[nth % replies.length] ?? { text: '' },
        });
        expectGoodEnd(run);
        expectPaired(run);
      },
    ),
    { numRuns: 150 },
  );
});
