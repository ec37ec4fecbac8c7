import { statSync } from 'node:fs';
import { CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { Engine, Journal } from '../ports/engine.ts';
import type { FlagValues, Terminal } from './command.ts';
import { withoutSecrets } from './fact-redactor.ts';
import { openSignals, takeSignals } from './follow-signals.ts';
import { openModels } from './open-models.ts';
import { readBudgetFlags } from './read-budget.ts';
import { readGrants } from './read-grants.ts';
import { requireTrustedRun } from './require-trusted-run.ts';
import { readResultRequest } from './result-output.ts';
import { resumeFlags } from './resume-flags.ts';
import { policyForResume } from './run-policy.ts';
import { runSession } from './run-session.ts';
import { loadCompiler } from './wire.ts';
import { realWorld } from './world.ts';

/** Goes on with a run from its journal; a finished run shows its result again and calls nothing. Returns the exit code. */
export async function resumeRun(options: {
  readonly engine: Engine;
  readonly prefix: string;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}): Promise<number> {
  const { engine, prefix, values, terminal } = options;
  const request = await readResultRequest(values, terminal.cwd);
  const budget = readBudgetFlags(values);
  const journal = engine.open(prefix);
  const grants = readGrants(values, journal.program);
  const { workspace, models } = await startOf(journal);
  // A run that is over replays from its facts alone, so its models need not be there any more.
  const over = engine.list().some(run => run.runId === journal.runId && run.status !== 'open');
  if (!over) {
    requireWorkspace(workspace);
    const { runId, program } = journal;
    const command = `crew resume ${runId}${resumeFlags(values)}`;
    await requireTrustedRun({ runId, program, workspace, command, values, terminal });
  }
  const opened = over ? new Map() : await openModels(models, terminal);
  const signals = openSignals(journal);
  if (!over) {
    takeSignals(journal, signals(), withoutSecrets(journal.program, terminal.env));
    const { runId, program, recorded: facts } = journal;
    const policy = await policyForResume({ runId, program, facts, workspace, values, terminal });
    journal.append({ type: 'run.resumed', at: realWorld.now(), budget, grants, ...policy });
  }
  return runSession({ journal, workspace, opened, models, request, values, terminal, signals, over });
}

/** R7: a journal replays only on the program that wrote it. */
/** The first fact of a run whose program is the one that wrote it. Fails with JOURNAL_MISMATCH or JOURNAL_DAMAGED. */
export async function startOf(journal: Journal): Promise<Extract<Fact, { type: 'run.started' }>> {
  const { hashProgram } = await loadCompiler();
  if (hashProgram(journal.program) !== journal.program.hash) {
    throw new CrewError(
      'JOURNAL_MISMATCH',
      `the program of run \`${journal.runId}\` does not have its hash any more`,
    );
  }
  const [first] = journal.recorded;
  if (first?.type === 'run.started') return first;
  throw new CrewError('JOURNAL_DAMAGED', `run \`${journal.runId}\` has no first fact \`run.started\``);
}

/** A run that cannot work any more must not be ended by that: its folder may come back. Fails with FILE_NOT_FOUND. */
export function requireWorkspace(workspace: string): void {
  if (statSync(workspace, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new CrewError('FILE_NOT_FOUND', `the workspace \`${workspace}\` of this run is not there any more`);
}
