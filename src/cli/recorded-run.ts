import { CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { Program } from '../model/program.ts';
import type { Engine, RecordedRun } from '../ports/engine.ts';
import type { FoldStep } from '../runtime/records/fold-run.ts';
import { loadRunReader } from './wire.ts';

/** A run as it is recorded, and every step of its fold. */
export interface ReadRun {
  readonly run: RecordedRun;
  readonly steps: readonly FoldStep[];
}

/** Reads a run without its lock and folds it. Fails with RUN_NOT_FOUND, or JOURNAL_* and the fact that is damaged. */
export async function readRecordedRun(engine: Engine, runIdOrPrefix: string): Promise<ReadRun> {
  const run = engine.read(runIdOrPrefix);
  const fold = await openFold(run);
  if (run.facts.length === 0) throw damaged(run.runId, 1, 'there is no `run.started`');
  return { run, steps: run.facts.map(fold) };
}

/**
 * Folds the facts of a run, a step for each call. A fact that cannot be folded, although its hash is right, is damage:
 * JOURNAL_DAMAGED with its number.
 */
export async function openFold(run: {
  readonly runId: string;
  readonly program: Program;
}): Promise<(fact: Fact) => FoldStep> {
  const { createFold } = await loadRunReader();
  const fold = createFold(run.program);
  let seq = 0;
  return fact => {
    seq += 1;
    try {
      return fold(fact);
    } catch (error) {
      throw damaged(run.runId, seq, `it does not fit those before it: ${(error as Error).message}`, error);
    }
  };
}

function damaged(runId: string, seq: number, problem: string, cause?: unknown): CrewError {
  return new CrewError('JOURNAL_DAMAGED', `run \`${runId}\` is damaged at fact ${seq}: ${problem}`, {
    cause,
  });
}
