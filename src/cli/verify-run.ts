import { type CodedFailure, CrewError } from '../model/crew-error.ts';
import type { Engine, RunHeader } from '../ports/engine.ts';
import { readRecordedRun } from './recorded-run.ts';
import { loadCompiler } from './wire.ts';

/** What was found out about the record of one run; `problem` is the first thing that is wrong with it. */
export interface VerifiedRun {
  readonly runId: string;
  readonly crew: string;
  /** How many facts there are, when they could be read. */
  readonly facts?: number;
  readonly problem?: CodedFailure;
}

/**
 * Holds the record of a run against itself: its chain of hashes, the hash of its program, the fold of its facts, and the
 * end that listings show. What was cut off the end of an open run cannot be seen. Changes nothing.
 */
export async function verifyRun(engine: Engine, header: RunHeader): Promise<VerifiedRun> {
  const { runId, crew, status } = header;
  try {
    const { run, steps } = await readRecordedRun(engine, runId);
    const { hashProgram } = await loadCompiler();
    const facts = run.facts.length;
    const hash = hashProgram(run.program);
    if (hash !== run.program.hash) {
      return problem(
        { runId, crew, facts },
        `the program has the hash ${hash}, expected ${run.program.hash}`,
      );
    }
    const [first] = run.facts;
    if (first?.type === 'run.started' && first.runId !== runId) {
      return problem({ runId, crew, facts }, `fact 1 is of run \`${first.runId}\``);
    }
    const end = steps.at(-1)?.after.end;
    if (status !== 'open' && status !== end?.outcome) {
      const found = end === undefined ? 'they come to no end' : `they end in ${end.outcome}`;
      return problem({ runId, crew, facts }, `the run was left in ${status}; after fact ${facts} ${found}`);
    }
    return { runId, crew, facts };
  } catch (error) {
    if (error instanceof CrewError) return { runId, crew, problem: error.toFailure() };
    return problem({ runId, crew }, `it cannot be read: ${(error as Error).message}`);
  }
}

function problem(known: VerifiedRun, message: string): VerifiedRun {
  return { ...known, problem: { code: 'JOURNAL_DAMAGED', message: `run \`${known.runId}\`: ${message}` } };
}
