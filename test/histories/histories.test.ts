import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readRunFile, writeRunFile } from '../../src/cli/run-file.ts';
import { createSqliteEngine } from '../../src/engines/sqlite.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { driveRun } from '../../src/runtime/run.ts';
import { createFakeWorld } from '../runtime/fake-world.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from '../runtime/run-crew.ts';
import { HISTORY_CREWS } from './crews.ts';

const RUNS = new URL('runs/', import.meta.url).pathname;
const VERSION = '0.1.0';

const historyFiles = (): string[] =>
  readdirSync(RUNS, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.jsonl'));

/** Records the crews that have no history yet; what is there is left as it is. */
async function recordMissing(): Promise<void> {
  for (const [name, options] of Object.entries(HISTORY_CREWS)) {
    const file = join(RUNS, VERSION, `${name}.jsonl`);
    if (existsSync(file)) continue;
    const { program, facts, outcome } = await record(options);
    if (outcome.type !== 'ended') throw new Error(`${name} was left as ${outcome.type}`);
    writeFileSync(file, await writeRunFile({ runId: 'run1', program, facts }, {}));
  }
  for (const file of historyFiles().map(name => join(RUNS, name))) {
    if (!existsSync(eventsFile(file))) writeFileSync(eventsFile(file), streamOf(await replay(file)));
  }
}

/** A run, or one whose call was in doubt after a stop, or in which a person said something to a role. */
async function record({ cutOff, told, ...options }: (typeof HISTORY_CREWS)[string]): Promise<CrewRun> {
  const run = await runCrew(options);
  if (told !== undefined) return steered(run, options, told);
  if (cutOff === undefined) return run;
  const cut = run.facts.findIndex(fact => 'key' in fact && fact.key === cutOff);
  const at = run.facts[cut]?.at ?? 0;
  const kept = run.facts.slice(0, cut);
  const history: readonly Fact[] = [
    ...kept,
    { type: 'run.resumed', at },
    { type: 'tool.uncertain', at, call: cutOff },
  ];
  return runCrew({ ...options, history });
}

/** It is said after the first answer of a model, while its tools are under way. */
function steered(
  run: CrewRun,
  options: CrewRunOptions,
  told: { role: string; text: string },
): Promise<CrewRun> {
  const kept = run.facts.slice(0, 1 + run.facts.findIndex(({ type }) => type === 'model.answered'));
  const at = kept.at(-1)?.at ?? 0;
  const said = { type: 'role.steered', at, ...told, by: 'ann', id: 'run1/1' } as const;
  return runCrew({ ...options, history: [...kept, said] });
}

const eventsFile = (file: string): string => file.replace(/\.jsonl$/, '.events.ndjson');

const streamOf = (events: readonly RunEvent[]): string =>
  events.map(event => `${JSON.stringify(event)}\n`).join('');

/** Goes on with a recorded run where nothing may be called. */
async function replay(file: string): Promise<readonly RunEvent[]> {
  const { runId, program, facts } = await readRunFile(file, readFileSync(file, 'utf8'));
  const engine = createSqliteEngine(':memory:');
  try {
    const events: RunEvent[] = [];
    const journal = engine.create(runId, program, 0, facts);
    const outcome = await driveRun({
      journal,
      world: createFakeWorld(),
      execute: ({ key }) => Promise.reject(new Error(`a replay called ${key}`)),
      onEvent: event => events.push(event),
      stop: new AbortController().signal,
    });
    expect(outcome.type).toBe('ended');
    return events;
  } finally {
    engine.close();
  }
}

beforeAll(async () => {
  if (process.env.RECORD_HISTORIES === '1') await recordMissing();
});

describe('histories', () => {
  test('there is one for each crew of the table', () => {
    const recorded = historyFiles().map(name => name.slice(name.indexOf('/') + 1, -'.jsonl'.length));
    expect(recorded).toEqual(expect.arrayContaining(Object.keys(HISTORY_CREWS)));
  });

  test.each(historyFiles())(
    '%s is replayed: nothing is called, and the events are the same to the byte',
    async name => {
      const file = join(RUNS, name);
      expect(streamOf(await replay(file))).toBe(readFileSync(eventsFile(file), 'utf8'));
    },
  );
});
