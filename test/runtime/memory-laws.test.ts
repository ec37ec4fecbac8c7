import { expect, test } from 'vitest';
import type { MemoryDoor } from '../../src/memory/memory-door.ts';
import { CrewError } from '../../src/model/crew-error.ts';
import type { RecalledNote } from '../../src/model/recall.ts';
import type { StartedFact } from '../../src/runtime/records/compare-runs.ts';
import { fc } from '../laws.ts';
import { resultOf } from './compact-events.ts';
import { EPOCH } from './fake-world.ts';
import { randomCrew, randomReplies, SLOW_TOOLS } from './random-crew.ts';
import { remembering } from './remembering.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

/** What a text comes to, the same each time. */
function numberOf(text: string): number {
  let hash = 7;
  for (const unit of text) hash = (hash * 31 + (unit.codePointAt(0) ?? 0)) % 1_000_003;
  return hash;
}

/** A memory whose answers follow from the question alone, so that the same question after a crash has the same answer. */
function memoryOf(seed: number, temper: 'calm' | 'wild'): MemoryDoor {
  const fails = (text: string): boolean => temper === 'wild' && numberOf(`${seed} ${text}`) % 5 === 0;
  const note = (text: string): RecalledNote => ({
    ...{ id: `n${numberOf(text)}`, kind: 'observation', text, gist: text, scope: 'crew:test', runId: 'r' },
    ...{ phase: 'p', role: 'r', createdAt: EPOCH, trust: numberOf(text) % 2 === 0 ? 1 : 2, score: 1 },
    parts: { words: 1 },
  });
  return {
    recall: async request => {
      if (fails(request.phase)) throw new CrewError('MEMORY_UNAVAILABLE', 'not just now');
      const { stream } = request;
      return {
        version: 1,
        remarks: [],
        roles: request.roles.map(one => ({
          role: one.role,
          blocks: [],
          notes: one.notes === undefined ? [] : [note(`about ${request.phase}`)],
          lessons: one.lessons === undefined ? [] : [note(`a lesson of ${request.phase}`)],
          ...(one.decisions === undefined ? {} : { decisions: [note(`decided in ${request.phase}`)] }),
        })),
        ...(stream === undefined ? {} : { stream: [[note('one'), note('two'), note('three')]] }),
      };
    },
    write: async ({ key, writes }) => {
      if (fails(key)) throw new CrewError('MEMORY_UNAVAILABLE', 'not just now');
      const notes = writes.flatMap((write, at) =>
        write.op === 'note' ? [{ id: `${key}-${at}`, state: 'new' as const }] : [],
      );
      return { notes, retired: [], gathered: { 'crew:test': numberOf(key) % 3 }, version: 1 };
    },
  };
}

const optionsOf = (yaml: string, seed: number, temper: 'calm' | 'wild') => ({
  yaml,
  inputs: { topic: 'rain' },
  replies: randomReplies(temper, seed),
  tools: SLOW_TOOLS,
  tamper: remembering,
  memory: { door: memoryOf(seed, temper) },
});

const keysOf = (facts: CrewRun['facts']) => facts.flatMap(fact => ('key' in fact ? [fact.key] : []));

test('law: a run that remembers replays without a call, byte for byte, whatever its memory does', async () => {
  const seen = { memories: 0, thoughts: 0 };
  await fc.assert(
    fc.asyncProperty(randomCrew('wild'), fc.nat(1_000_000), async (yaml, seed) => {
      const options = optionsOf(yaml, seed, 'wild');
      const run = await runCrew(options);
      const dead = () => Promise.reject(new Error('a replay reads and writes no memory'));
      const again = await runCrew({
        ...options,
        history: run.facts,
        memory: { door: { recall: dead, write: dead } },
      });
      expect(again.calledKeys).toEqual([]);
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
      if (run.events.some(({ type }) => type === 'memory.recalled')) seen.memories += 1;
      if (run.modelRequests.some(({ origin }) => origin.role === 'insights')) seen.thoughts += 1;
    }),
    { numRuns: 60 },
  );
  expect(seen.memories).toBeGreaterThan(20);
  expect(seen.thoughts).toBeGreaterThan(1);
}, 120_000);

test('law: after a crash at any fact a run that remembers repeats nothing and comes to the same end', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('calm'), fc.nat(1_000_000), fc.nat(1000), async (yaml, seed, where) => {
      const options = optionsOf(yaml, seed, 'calm');
      const whole = await runCrew(options);
      const history = whole.facts.slice(0, 1 + (where % Math.max(1, whole.facts.length - 1)));
      const resumed = await runCrew({ ...options, history, resume: {} });
      expect(resultOf(resumed)).toEqual(resultOf(whole));
      const recorded = new Set(keysOf(history));
      expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
    }),
    { numRuns: 40 },
  );
}, 120_000);

test('law: a fork of any point of a run that remembers comes to the same end', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('calm'), fc.nat(1_000_000), fc.nat(1000), async (yaml, seed, where) => {
      const options = optionsOf(yaml, seed, 'calm');
      const whole = await runCrew(options);
      const count = 1 + (where % Math.max(1, whole.facts.length - 1));
      const [first, ...rest] = whole.facts.slice(0, count);
      const forkedFrom = { runId: 'run0', at: count };
      const history = [{ ...(first as StartedFact), seed: 'run1', forkedFrom }, ...rest];
      const fork = await runCrew({ ...options, history, resume: { forked: true } as object });
      expect(resultOf(fork)).toEqual(resultOf(whole));
      const kept = new Set(keysOf(history));
      expect(fork.calledKeys.filter(key => kept.has(key))).toEqual([]);
    }),
    { numRuns: 30 },
  );
}, 120_000);
