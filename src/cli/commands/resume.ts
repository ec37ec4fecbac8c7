import { statSync } from 'node:fs';
import { CrewError } from '../../model/crew-error.ts';
import type { Fact } from '../../model/fact.ts';
import type { Journal } from '../../ports/engine.ts';
import type { Command, CommandCall } from '../command.ts';
import { RUN_FLAGS } from '../flags.ts';
import { openModels } from '../open-models.ts';
import { onePositional } from '../positionals.ts';
import { readBudgetFlags } from '../read-budget.ts';
import { readResultRequest } from '../result-output.ts';
import { runSession } from '../run-session.ts';
import { loadCompiler } from '../wire.ts';
import { openExistingEngine } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** `crew resume RUN`: goes on with a run from its journal; a finished run shows its result again and calls nothing. */
export const resumeCommand: Command = {
  name: 'resume',
  usage: 'resume RUN',
  summary: 'go on with a run where it stopped',
  flags: RUN_FLAGS,
  run: resume,
};

async function resume({ positionals, values, terminal }: CommandCall): Promise<number> {
  const prefix = onePositional(positionals, 'a run id; `crew ps` lists them');
  const request = await readResultRequest(values, terminal.cwd);
  const budget = readBudgetFlags(values);
  const engine = await openExistingEngine(values, terminal);
  try {
    const isOver = (runId: string): boolean =>
      engine.list().some(run => run.runId === runId && run.status !== 'open');
    const journal = engine.open(prefix);
    const { workspace, models } = await startOf(journal);
    // A run that is over replays from its facts alone, so its models need not be there any more.
    const over = isOver(journal.runId);
    if (!over) requireWorkspace(workspace);
    const opened = over ? new Map() : await openModels(models, terminal);
    if (!over) journal.append({ type: 'run.resumed', at: realWorld.now(), budget });
    return await runSession({ journal, workspace, opened, models, request, values, terminal });
  } finally {
    engine.close();
  }
}

/** R7: a journal replays only on the program that wrote it. */
async function startOf(journal: Journal): Promise<Extract<Fact, { type: 'run.started' }>> {
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

/** A run that cannot work any more must not be ended by that: its folder may come back. */
function requireWorkspace(workspace: string): void {
  if (statSync(workspace, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new CrewError('FILE_NOT_FOUND', `the workspace \`${workspace}\` of this run is not there any more`);
}
