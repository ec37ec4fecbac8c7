import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { libraryTerminal } from '../../src/cli/library-terminal.ts';
import { openExecutor } from '../../src/cli/open-executor.ts';
import { modelTerms, openModels } from '../../src/cli/open-models.ts';
import { readInputs } from '../../src/cli/read-inputs.ts';
import { realWorld } from '../../src/cli/world.ts';
import { createSqliteEngine } from '../../src/engines/sqlite.ts';
import { compileCrew, loadCrew } from '../../src/index.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { Program } from '../../src/model/program.ts';
import type { Engine, Journal } from '../../src/ports/engine.ts';
import type { Executor } from '../../src/runtime/executor.ts';
import { driveRun, type RunOutcome } from '../../src/runtime/run.ts';
import { makeFolder } from '../tools/git-repository.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

const SHIPPED: readonly {
  readonly crew: string;
  readonly replies: string;
  readonly inputs: JsonObject;
  readonly sample: (folder: string) => void;
}[] = [
  {
    crew: 'debate',
    replies: '25-debate/mended.replies.yaml',
    inputs: { proposal: 'The reading room opens on Sundays.', material: ['material'] },
    sample: folder =>
      cpSync(join(ROOT, 'examples/25-debate/material'), join(folder, 'material'), { recursive: true }),
  },
  {
    crew: 'release-notes',
    replies: '23-release-notes/forgetful.replies.yaml',
    inputs: {},
    sample: folder => {
      execFileSync(join(ROOT, 'examples/23-release-notes/make-sample.sh'), [folder], { stdio: 'ignore' });
    },
  },
];

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

class Dropped extends Error {}

/** Leaves a run before its nth fact is taken, as a process does that is gone: what is on disk is on disk. */
function dropAt(journal: Journal, nth: number): Journal {
  let taken = 0;
  const next: Journal['next'] = () => {
    taken += 1;
    return taken > nth ? Promise.reject(new Dropped()) : journal.next();
  };
  return new Proxy(journal, {
    get: (target, name) => {
      if (name === 'next') return next;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

interface Drive {
  readonly outcome: RunOutcome | undefined;
  readonly facts: readonly Fact[];
  /** The keys of the calls that this process began. */
  readonly began: readonly string[];
}

interface Place {
  readonly engine: Engine;
  readonly program: Program;
  readonly workspace: string;
  readonly use: string;
}

/** What one process does with a run until it has ended or is dropped. */
async function drive({ engine, workspace, use }: Place, runId: string, nth: number): Promise<Drive> {
  const journal = engine.open(runId);
  // A script has a memory of its own in each process.
  const models = await openModels({ default: { use, reason: 'a test' } }, libraryTerminal(workspace, {}));
  const modelOf = () => models.get(use);
  const execute = await openExecutor({
    journal,
    workspace,
    modelOf,
    person: async () => undefined,
    onDelta: () => undefined,
    onNotice: () => undefined,
  });
  const began: string[] = [];
  const watched: Executor = (effect, signal) => {
    if (effect.type !== 'timer.start') began.push(effect.key);
    return execute(effect, signal);
  };
  let outcome: RunOutcome | undefined;
  try {
    outcome = await driveRun({
      journal: dropAt(journal, nth),
      execute: watched,
      world: realWorld,
      onEvent: () => undefined,
      onRecalled: ({ origin }) => modelOf()?.recall?.(origin),
      stop: new AbortController().signal,
    });
  } catch (error) {
    if (!(error instanceof Dropped)) throw error;
  } finally {
    journal.close();
    await execute.close();
  }
  return { outcome, facts: engine.read(runId).facts, began };
}

const keysOf = (facts: readonly Fact[]): readonly string[] =>
  facts.flatMap(fact => ('key' in fact && fact.type !== 'timer.fired' ? [fact.key] : []));

function artifactsOf(outcome: RunOutcome | undefined): JsonValue {
  if (outcome?.type !== 'ended') throw new Error(`the run was left as ${outcome?.type}`);
  const { end, state } = outcome;
  return { end: end as unknown as JsonValue, artifacts: state.procedures['']?.artifacts ?? null };
}

describe.each(SHIPPED)(
  'left at every position of its journal: $crew',
  ({ crew, replies, sample, ...shipped }) => {
    test('the artifacts are the same, and no recorded effect is repeated', { timeout: 120_000 }, async () => {
      const workspace = makeFolder();
      folders.push(workspace);
      sample(workspace);
      const loaded = await loadCrew(join(ROOT, 'crews', `${crew}.crew.yaml`));
      const program = await compileCrew(loaded);
      const file = { path: 'inputs', text: JSON.stringify(shipped.inputs) };
      const inputs = await readInputs({ declared: program.inputs, pairs: [], file });
      const use = `script:${join(ROOT, 'examples', replies)}`;
      const models = { default: { use, reason: 'a test' } };
      const terminal = libraryTerminal(workspace, {});
      const opened = await openModels(models, terminal);
      const terms = await modelTerms({ program, models, opened, terminal });
      const engine = createSqliteEngine(join(workspace, 'runs.db'));
      try {
        const place = { engine, program, workspace, use };
        const begin = (runId: string): void => {
          const at = realWorld.now();
          const started = { type: 'run.started', at, runId, inputs, workspace, models, terms } as const;
          engine.create(runId, program, at, [started]).close();
        };
        begin('whole');
        const whole = await drive(place, 'whole', Number.POSITIVE_INFINITY);
        const positions = whole.facts.length;
        expect(positions).toBeGreaterThan(5);
        for (let nth = 1; nth < positions; nth += 1) {
          const runId = `cut-${nth}`;
          begin(runId);
          const cut = await drive(place, runId, nth);
          const rest = await drive(place, runId, Number.POSITIVE_INFINITY);
          expect(artifactsOf(rest.outcome)).toEqual(artifactsOf(whole.outcome));
          expect(keysOf(rest.facts).toSorted()).toEqual(keysOf(whole.facts).toSorted());
          const recorded = new Set(keysOf(cut.facts));
          expect(rest.began.filter(key => recorded.has(key))).toEqual([]);
        }
      } finally {
        engine.close();
      }
    });
  },
);
