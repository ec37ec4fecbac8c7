import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import type { Program } from '../../src/model/program.ts';
import { type Comparison, compareRuns, type StartedFact } from '../../src/runtime/records/compare-runs.ts';
import type { FoldStep } from '../../src/runtime/records/fold-run.ts';
import { fc } from '../laws.ts';
import { resultOf } from './compact-events.ts';
import { createRememberingRuns } from './memory-crew.ts';
import { randomCrew, randomReplies, SLOW_TOOLS } from './random-crew.ts';
import { type CrewRun, compileText, runCrew } from './run-crew.ts';

const inputs = { topic: 'rain' };

function compare(
  run: Pick<CrewRun, 'program' | 'facts'>,
  program: Program,
  change: Partial<StartedFact> = {},
) {
  const comparison: Comparison = {
    recorded: run,
    edited: { program, started: { ...startedOf(run.facts), ...change } },
  };
  const comparing = compareRuns(comparison);
  const kept: FoldStep[] = [];
  for (;;) {
    const { value, done } = comparing.next();
    if (done === true) return { kept, difference: value };
    kept.push(value);
  }
}

function startedOf([first]: readonly Fact[]): StartedFact {
  if (first?.type === 'run.started') return first;
  throw new Error('no first fact');
}

function eventsOf(steps: readonly FoldStep[]) {
  return steps.flatMap(({ effects }) =>
    effects.flatMap(effect => (effect.type === 'event.publish' ? [effect.event] : [])),
  );
}

test('law: the same program keeps all facts, and publishes the same events byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('wild'), fc.nat(1_000_000), async (yaml, seed) => {
      const run = await runCrew({ yaml, inputs, replies: randomReplies('wild', seed), tools: SLOW_TOOLS });
      const { kept, difference } = compare(run, run.program);
      expect(difference).toBeUndefined();
      expect(kept.map(step => step.fact)).toEqual(run.facts);
      expect(JSON.stringify(eventsOf(kept))).toBe(JSON.stringify(run.events));
    }),
    { numRuns: 100 },
  );
});

/** Small changes of a crew's text, each of which may meet the run or not. */
const EDITS: readonly ((yaml: string) => string)[] = [
  yaml => yaml.replace('"Write."', '"Write well."'),
  yaml => yaml.replace('Visit {{ visit }}.', 'Visit no. {{ visit }}.'),
  yaml => yaml.replaceAll('"kit.give"', '"kit.echo"'),
  yaml => yaml.replaceAll('"40ms"', '"50ms"').replaceAll('"5ms"', '"1ms"'),
  yaml => yaml.replaceAll('"2s"', '"3ms"'),
  yaml => yaml.replace(/"calls":\d+/, '"calls":3'),
  yaml => yaml.replace('"time":"30ms"', '"time":"10s"'),
  yaml => yaml.replaceAll('"max_visits":2', '"max_visits":3'),
  yaml => yaml.replaceAll('"join":"any"', '"join":"all"'),
  yaml => yaml.replaceAll('"concurrency":1', '"concurrency":2'),
];

test('law: an edited program goes on from the facts that it keeps and repeats none of their calls', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomCrew('wild'),
      fc.nat(1_000_000),
      fc.constantFrom(...EDITS),
      async (yaml, seed, edit) => {
        const options = { inputs, replies: randomReplies('wild', seed), tools: SLOW_TOOLS };
        const run = await runCrew({ yaml, ...options });
        const edited = edit(yaml);
        const { kept, difference } = compare(run, compileText(edited));
        expect(kept.length).toBeGreaterThan(0);
        if (difference === undefined) expect(kept).toHaveLength(run.facts.length);
        const history = kept.map(step => step.fact);
        const forked = await runCrew({ yaml: edited, ...options, history });
        const keys = new Set(history.flatMap(fact => ('key' in fact ? [fact.key] : [])));
        expect(forked.calledKeys.filter(key => keys.has(key))).toEqual([]);
        if (forked.outcome.type === 'ended') resultOf(forked);
      },
    ),
    { numRuns: 150 },
  );
});

const crew = (
  edits: { task?: string; second?: string; budget?: string; timeout?: string; topic?: string } = {},
) => `
${edits.budget ?? ''}
inputs: { topic: { type: string, default: rain } }
roles: { writer: { goal: Write. } }
start: plan
phases:
  plan: { role: writer, task: '${edits.task ?? 'Plan it.'}'${edits.timeout ?? ''}, next: ${edits.second ?? 'write'} }
  ${edits.second ?? 'write'}: { role: writer, task: 'On {{ inputs.topic }}: {{ plan }}', next: done }
  done: { end: success, result: '{{ ${edits.second ?? 'write'} }}' }
`;

describe('the first difference', () => {
  const record = () => runCrew({ yaml: crew(), inputs });

  test('is the changed call, with both sides of it', async () => {
    const { kept, difference } = compare(await record(), compileText(crew({ task: 'Plan it well.' })));
    expect(kept).toHaveLength(1);
    expect(difference).toMatchObject({
      seq: 1,
      recorded: { key: 'plan:1:1/model-1' },
      now: { key: 'plan:1:1/model-1' },
    });
    expect(JSON.stringify(difference?.recorded)).toContain('Plan it.');
    expect(JSON.stringify(difference?.now)).toContain('Plan it well.');
  });

  test('is where another phase comes instead', async () => {
    const { difference } = compare(await record(), compileText(crew({ second: 'draft' })));
    expect(difference).toMatchObject({
      seq: 2,
      recorded: { key: 'write:1:1/model-1' },
      now: { key: 'draft:1:1/model-1' },
    });
  });

  test('is where other inputs are read, not where they are given', async () => {
    const run = await runCrew({ yaml: crew(), inputs, terms: { languageModel: true } });
    const { kept, difference } = compare(run, run.program, { inputs: { topic: 'snow' } });
    expect(kept).toHaveLength(2);
    expect(difference?.recorded?.key).toBe('write:1:1/model-1');
  });

  test('is at once where other inputs are given and no language model answered: rules see the values', async () => {
    const run = await record();
    expect(compare(run, run.program, { inputs: { topic: 'snow' } }).kept).toHaveLength(1);
  });

  test('is a call that the edited run may not make, with the reason', async () => {
    const { difference } = compare(await record(), compileText(crew({ budget: 'budget: { calls: 1 }' })));
    expect(difference).toMatchObject({ seq: 2, waits: expect.stringContaining('`budget.calls`') });
    expect(difference).not.toHaveProperty('now');
  });

  test('is none for a new ceiling or timeout that the run would have kept', async () => {
    const edited = crew({ budget: 'budget: { calls: 9, time: 1h }', timeout: ', timeout: 1h' });
    expect(compare(await record(), compileText(edited)).difference).toBeUndefined();
  });

  test('is the timer that would have fired', async () => {
    const slow = await runCrew({ yaml: crew(), inputs, replies: () => ({ text: 'x', afterMs: 500 }) });
    const { kept, difference } = compare(slow, compileText(crew({ timeout: ', timeout: 100ms' })));
    expect(kept).toHaveLength(1);
    expect(difference).toMatchObject({ seq: 1, now: { type: 'timer.start', ms: 100 } });
  });

  test('is the timer that fired and is longer now', async () => {
    const yaml = crew({ timeout: ', timeout: 100ms' });
    const slow = await runCrew({ yaml, replies: () => ({ text: 'x', afterMs: 500 }) });
    expect(resultOf(slow)).toMatchObject({ outcome: 'error', failure: { code: 'PHASE_TIMEOUT' } });
    const { kept, difference } = compare(slow, compileText(crew({ timeout: ', timeout: 1h' })));
    expect(kept).toHaveLength(1);
    expect(difference).toMatchObject({ seq: 1, recorded: { type: 'timer.start', ms: 100 } });
  });
});

test('what is remembered of another model keeps its facts: who wrote it does not count', async () => {
  const yaml = `memory: {}
roles: { writer: { goal: Write., memory: true } }
start: write
phases:
  write: { role: writer, task: Write., next: more }
  more: { role: writer, task: Write more., next: done }
  done: { end: success }
`;
  const { run: remember } = createRememberingRuns();
  const run = await remember({ yaml });
  expect(run.facts.map(({ type }) => type)).toContain('memory.written');
  const models = { default: { use: 'other:model', reason: 'a flag' } };
  const { kept, difference } = compare(run, run.program, { models });
  expect(difference).toBeUndefined();
  expect(kept).toHaveLength(run.facts.length);
});
