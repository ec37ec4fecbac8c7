import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createSqliteEngine } from '../../src/engines/sqlite.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crewProgram, type Ended, startNode } from './crew-process.ts';
import { exampleFile, makeSample } from './gated-crew.ts';
import { makePlantedRepository } from './planted-repository.ts';

/**
 * Kills shipped crews with SIGKILL around every write to the journal and at random instants, goes on with them as a person
 * would, and compares what came of it. `KILL_CAMPAIGN=whole` does all of it, otherwise it is a sample.
 */
const WHOLE = process.env.KILL_CAMPAIGN === 'whole';
const SAMPLE = 3;
const RANDOM_KILLS = WHOLE ? 40 : 1;
const KILLER = new URL('kill-at-write.mjs', import.meta.url).pathname;

interface Campaign {
  readonly crew: string;
  readonly args: readonly string[];
  /** Makes the folder that every walk gets a copy of. */
  readonly makeTemplate: () => string;
}

const CAMPAIGNS: readonly Campaign[] = [
  {
    crew: 'code-review',
    args: ['--model', 'offline'],
    makeTemplate: () => makePlantedRepository().path,
  },
  {
    crew: 'bugfix',
    args: [
      '-i',
      'report=An item with count 0 is charged once',
      '-i',
      'apply=true',
      // Leave is asked for what must not be repeated.
      '--allow',
      'change.test',
      '--allow',
      'change.check',
      '--model',
      `script:${exampleFile('bugfix', 'replies.yaml')}`,
    ],
    makeTemplate: () => makeSample('bugfix').path,
  },
  {
    crew: 'debate',
    args: [
      '-i',
      'proposal=The reading room opens on Sundays.',
      '-i',
      'material=["material"]',
      '--model',
      `script:${exampleFile('debate', 'mended.replies.yaml')}`,
    ],
    makeTemplate: () => {
      const folder = makeFolder();
      cpSync(exampleFile('debate', 'material'), join(folder, 'material'), { recursive: true });
      return folder;
    },
  },
];

/** What a walk came to: all that must not depend on kills. */
interface Arrived {
  readonly code: number | null;
  readonly artifacts: JsonValue;
  readonly tree: string;
  readonly calls: number;
  /** The keys of calls with an outcome in the journal, or settled by a person. */
  readonly recorded: readonly string[];
  readonly writes: number;
  readonly doubts: number;
  readonly ms: number;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Starts a run and goes on with it until it has ended, answering what it asks as a person who looks would. */
async function walk(
  campaign: Campaign,
  template: string,
  kill: { at?: string; afterMs?: readonly number[] },
): Promise<Arrived> {
  const start = performance.now();
  const folder = makeFolder();
  folders.push(folder);
  const workspace = join(folder, 'work');
  cpSync(template, workspace, { recursive: true });
  const state = join(folder, 'state');
  const count = join(folder, 'count');
  const places = ['--cwd', workspace, '--state-dir', state];
  const pending = [...(kill.afterMs ?? [])];
  const call = async (...args: string[]): Promise<Ended> => {
    const running = startNode(['--import', KILLER, crewProgram(), ...args, ...places], {
      env: { HOME: folder, CREW_KILL_AT: kill.at ?? '', CREW_KILL_COUNT: count },
    });
    const afterMs = pending.shift();
    if (afterMs !== undefined) {
      await Promise.race([sleep(afterMs), running.ended]);
      running.kill('SIGKILL');
    }
    return running.ended;
  };
  const file = join(inject('product'), 'crews', `${campaign.crew}.crew.yaml`);
  let ended = await call('run', file, ...campaign.args);
  for (let steps = 0; ended.code !== 0 && ended.code !== 1; steps += 1) {
    if (steps > 60) throw new Error(`no end in sight: ${ended.stderr}`);
    const runId = theRun(state);
    if (runId === undefined) ended = await call('run', file, ...campaign.args);
    else if (ended.signal === 'SIGKILL') ended = await call('resume', runId);
    else if (ended.code === 5) ended = await answer(call, runId, workspace);
    else throw new Error(`exit code ${ended.code} ${ended.signal}: ${ended.stderr}`);
  }
  return {
    ...readArrived(state),
    code: ended.code,
    tree: treeOf(workspace),
    writes: Number(readFileSync(count, 'utf8')),
    ms: performance.now() - start,
  };
}

function theRun(state: string): string | undefined {
  if (!existsSync(join(state, 'runs.db'))) return undefined;
  const engine = createSqliteEngine(join(state, 'runs.db'));
  try {
    const runs = engine.list();
    expect(runs.length).toBeLessThanOrEqual(1);
    return runs[0]?.runId;
  } finally {
    engine.close();
  }
}

type Call = (...args: string[]) => Promise<Ended>;

/** Leave is given for everything; whether a patch was applied is seen in the file that it changes. */
async function answer(call: Call, runId: string, workspace: string): Promise<Ended> {
  const listed = await call('answer', runId, '--json');
  if (listed.signal !== null) return listed;
  const [asked] = JSON.parse(listed.stdout).questions;
  // An answer that was left before the kill is taken by a resume.
  if (asked === undefined) return call('resume', runId);
  const which = ['--question', String(asked.id)];
  const said =
    asked.question.kind === 'approval'
      ? await call('approve', runId, ...which)
      : await call(
          'answer',
          runId,
          wasApplied(workspace) ? `done ${JSON.stringify(APPLIED)}` : 'not done',
          ...which,
        );
  return said.code === 2 && said.stderr.includes('was answered') ? call('resume', runId) : said;
}

/** What a person who looks at the working tree says that the call has returned. */
const APPLIED = {
  files_changed: 2,
  files: [
    { path: 'src/cart.mjs', status: 'modified' },
    { path: 'test/cart-empty.test.mjs', status: 'added' },
  ],
};

function wasApplied(workspace: string): boolean {
  return readFileSync(join(workspace, 'src/cart.mjs'), 'utf8').includes('??');
}

function treeOf(workspace: string): string {
  return ['src/cart.mjs', 'test/cart-empty.test.mjs']
    .map(path => {
      const file = join(workspace, path);
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    })
    .join('\n---\n');
}

function readArrived(state: string): Pick<Arrived, 'artifacts' | 'calls' | 'recorded' | 'doubts'> {
  const engine = createSqliteEngine(join(state, 'runs.db'));
  try {
    const { program, facts } = engine.read(engine.list()[0]?.runId ?? '');
    const last = [...foldRun(program, facts)].at(-1)?.after;
    const recorded = facts.flatMap(fact =>
      'key' in fact && (fact.type.startsWith('model.') || fact.type.startsWith('tool.')) ? [fact.key] : [],
    );
    const doubted = facts.flatMap(fact => (fact.type === 'tool.uncertain' ? [fact.call] : []));
    expect(new Set(recorded).size).toBe(recorded.length);
    return {
      artifacts: withoutTimes({
        end: (last?.end ?? null) as JsonValue,
        artifacts: last?.procedures['']?.artifacts ?? null,
      }),
      calls: last?.ledger.spent.toolCalls ?? 0,
      recorded: [...new Set([...recorded, ...doubted])].toSorted(),
      doubts: doubted.length,
    };
  } finally {
    engine.close();
  }
}

/** Test commands print how long they took and where their checkout was. */
function withoutTimes(value: JsonValue): JsonValue {
  const text = JSON.stringify(value)
    .replace(/\d+(\.\d+)? ?ms\b/g, 'MS')
    .replace(/duration_ms:? [\d.]+/g, 'duration_ms')
    .replace(/worktrees\/[^/"\\]+/g, 'worktrees/X');
  return JSON.parse(text) as JsonValue;
}

/** Some of a list, spread evenly, with another beginning in each run of the tests. */
function sample<Item>(items: readonly Item[], size: number): readonly Item[] {
  if (WHOLE || items.length <= size) return items;
  const step = items.length / size;
  const offset = Math.random() * step;
  return Array.from({ length: size }, (_, index) => items[Math.floor(offset + index * step)] as Item);
}

describe.each(CAMPAIGNS)('kill -9 anywhere gives the same result as no kill: $crew', campaign => {
  let template = '';
  let unkilled: Arrived;
  beforeAll(async () => {
    template = campaign.makeTemplate();
    folders.push(template);
    unkilled = await walk(campaign, template, {});
    expect(unkilled.code).toBe(0);
  });

  const expectSame = (arrived: Arrived, how: string): void => {
    const { artifacts, tree, code, recorded } = unkilled;
    expect({
      how,
      artifacts: arrived.artifacts,
      tree: arrived.tree,
      code: arrived.code,
      recorded: arrived.recorded,
    }).toEqual({ how, artifacts, tree, code, recorded });
  };

  test('around every write to the journal', { timeout: 3_600_000 }, async () => {
    const points = Array.from({ length: unkilled.writes }, (_, index) => [
      `${index + 1}-`,
      `${index + 1}+`,
    ]).flat();
    let doubts = 0;
    const chosen = sample(points, SAMPLE);
    for (const at of chosen) {
      const arrived = await walk(campaign, template, { at });
      doubts += arrived.doubts;
      expectSame(arrived, at);
    }
    if (WHOLE)
      console.log(`${campaign.crew}: ${unkilled.writes} writes, ${chosen.length} kills, ${doubts} doubts`);
  });

  test('at random instants, several times in one run', { timeout: 3_600_000 }, async () => {
    let doubts = 0;
    for (let round = 0; round < RANDOM_KILLS; round += 1) {
      const afterMs = Array.from({ length: 4 }, () => Math.random() * unkilled.ms);
      const arrived = await walk(campaign, template, { afterMs });
      doubts += arrived.doubts;
      expectSame(arrived, `after ${afterMs.map(Math.round).join(', ')} ms`);
    }
    if (WHOLE)
      console.log(`${campaign.crew}: ${RANDOM_KILLS} runs with up to 4 kills each, ${doubts} doubts`);
  });
});
