import { expect, test } from 'vitest';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { readPrompts } from '../../src/runtime/records/read-prompts.ts';
import { readRecord } from '../../src/runtime/records/read-record.ts';
import { sumCharges } from '../../src/runtime/records/step-charges.ts';
import { fc } from '../laws.ts';
import { randomCrew, randomReplies, SLOW_TOOLS } from './random-crew.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const inputs = { topic: 'rain' };
const seeds = fc.nat(1_000_000);

function recordOf({ program, facts }: CrewRun) {
  return readRecord({ runId: 'run1', program, facts }, [...foldRun(program, facts)]);
}

const PRICE = { inputMicroUsd: 1_000_000, cachedInputMicroUsd: 500_000, outputMicroUsd: 2_000_000 };

test('rows of phases, of roles and of models add up to what the run has spent, also after crashes and resumes', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('wild'), seeds, fc.nat(), async (yaml, seed, cut) => {
      const options = {
        yaml,
        inputs,
        replies: randomReplies('wild', seed),
        tools: SLOW_TOOLS,
        terms: { languageModel: true, price: PRICE },
      };
      const whole = await runCrew(options);
      const history = whole.facts.slice(0, 1 + (cut % whole.facts.length));
      const resumed = await runCrew({ ...options, history, resume: {} });
      for (const run of [whole, resumed]) {
        const { spend } = recordOf(run);
        expect(sumCharges(spend.byPhase)).toEqual(spend.total);
        expect(sumCharges(spend.byRole)).toEqual(spend.total);
        expect(sumCharges(spend.byModel)).toEqual(spend.total);
        for (const row of spend.byPhase) expect(row.name).not.toBe('');
      }
    }),
    { numRuns: 60 },
  );
});

test('the prompts of a recorded run are those that were sent, and its calls are those of its events', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('calm'), seeds, async (yaml, seed) => {
      const run = await runCrew({ yaml, inputs, replies: randomReplies('calm', seed), tools: SLOW_TOOLS });
      const prompts = readPrompts(foldRun(run.program, run.facts));
      for (const sent of run.modelRequests) {
        const prompt = prompts.get(sent.idempotencyKey.replace('run1/', ''));
        expect(prompt?.messages).toEqual(sent.messages);
        expect(prompt?.tools).toEqual(sent.tools);
      }
      const record = recordOf(run);
      expect(record.calls.map(call => call.key).toSorted()).toEqual([...prompts.keys()].toSorted());
    }),
    { numRuns: 30 },
  );
});

const LOOP = `start: a
phases:
  a: { tool: kit.echo, with: { text: "{{ visit }}x" }, next: [{ when: visit < 2, to: b }, { to: done }] }
  b: { tool: kit.fail, with: {}, max_visits: 3, retry: { max: 1 }, on_error: a, next: a }
  done: { end: success, result: "{{ a }}" }
`;

test('the path has every visit with its outcome, its attempts and its times', async () => {
  const run = await runCrew({
    yaml: LOOP,
    tools: {
      fail: async () => {
        throw new Error('no');
      },
    },
  });
  const { path, status, endedAt, artifacts, questions, failure } = recordOf(run);
  expect(path.map(({ phase, visit, outcome, attempts }) => [phase, visit, outcome, attempts])).toEqual([
    ['a', 1, 'completed', 1],
    ['b', 1, 'failed', 2],
    ['a', 2, 'completed', 1],
  ]);
  expect([status, endedAt, questions, failure]).toEqual(['success', 'done', [], undefined]);
  expect(Object.keys(artifacts)).toEqual(['a']);
});

test('what is read of a run that stands still says why, and of a prefix of it how it stood then', async () => {
  const yaml = `start: ask
phases:
  ask: { human: Go on?, choices: ["yes", "no"], next: done }
  done: { end: success, result: "{{ ask.choice }}" }
`;
  const run = await runCrew({ yaml });
  const record = recordOf(run);
  expect(record).toMatchObject({ status: 'waiting', failure: { code: 'PERSON_NEEDED' } });
  expect(record.questions.map(({ phase }) => phase)).toEqual(['ask']);
  expect(recordOf({ ...run, facts: run.facts.slice(0, 1) })).toMatchObject({ status: 'open', facts: 1 });
});
