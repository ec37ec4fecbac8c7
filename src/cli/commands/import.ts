import { text } from 'node:stream/consumers';
import { CrewError } from '../../model/crew-error.ts';
import type { Engine, RecordedRun } from '../../ports/engine.ts';
import type { RunState } from '../../runtime/run-state.ts';
import type { Command, CommandCall, Terminal } from '../command.ts';
import { markLeft } from '../mark-left.ts';
import { openProgress, type ProgressBar } from '../open-progress.ts';
import { onePositional } from '../positionals.ts';
import { readNamedFile } from '../read-files.ts';
import { resumeFlags } from '../resume-flags.ts';
import { readRunFile } from '../run-file.ts';
import { loadRunReader } from '../wire.ts';
import { openWorkspaceEngine } from '../workspace.ts';

/** `crew import FILE`: puts a run from a file into the journal of this workspace, once it is known to fold. */
export const importCommand: Command = {
  name: 'import',
  usage: 'import FILE',
  summary: 'take a run from a file that `crew export` wrote',
  flags: {},
  run: importRun,
};

async function importRun({ positionals, values, terminal }: CommandCall): Promise<number> {
  const path = onePositional(positionals, 'a file that `crew export` wrote; `-` reads stdin');
  const run = await readRunFile(path, await read(path, terminal));
  const progress = openProgress({ label: 'reading', total: run.facts.length }, values, terminal);
  const state = await fold(path, run, progress);
  const engine = await openWorkspaceEngine(values, terminal);
  try {
    put(engine, run, state);
    const { runId, facts, program } = run;
    if (values.json === true) {
      const known = { version: 1, runId, crew: program.crew, facts: facts.length };
      terminal.stdout(`${JSON.stringify(known, null, 2)}\n`);
    } else {
      terminal.stdout(`${runId}\n`);
      terminal.stderr(
        `took run ${runId} of ${program.crew}; see it with: crew show ${runId}${resumeFlags(values)}\n`,
      );
    }
    return 0;
  } finally {
    engine.close();
  }
}

function read(path: string, terminal: Terminal): Promise<string> | string {
  return path === '-' ? text(process.stdin) : readNamedFile(terminal.cwd, path);
}

/** The state that the facts of a file come to. Fails with RUN_FILE_INVALID and the line of the fact that does not fit. */
async function fold(
  path: string,
  { runId, program, facts }: RecordedRun,
  progress: ProgressBar,
): Promise<RunState> {
  const { createFold } = await loadRunReader();
  if (!/^[\w.-]{1,64}$/.test(runId)) throw invalid(path, 1, `\`${runId}\` cannot be the id of a run`);
  const next = createFold(program);
  let state: RunState | undefined;
  for (const [index, fact] of facts.entries()) {
    const line = index + 2;
    if (fact.type === 'run.started' && fact.runId !== runId)
      throw invalid(path, line, `it is of run \`${fact.runId}\``);
    try {
      state = next(fact).after;
    } catch (error) {
      progress.end();
      throw invalid(path, line, `this fact does not fit those before it: ${(error as Error).message}`);
    }
    progress.step();
  }
  progress.end();
  if (state === undefined) throw invalid(path, 2, 'there is no fact');
  return state;
}

function put(engine: Engine, { runId, program, facts }: RecordedRun, state: RunState): void {
  if (engine.list().some(run => run.runId === runId)) {
    throw new CrewError('USAGE', `run \`${runId}\` is in this journal already; \`crew prune\` removes runs`);
  }
  const journal = engine.create(runId, program, facts[0]?.at ?? 0, facts);
  try {
    const { end } = state;
    markLeft(journal, end === undefined ? { type: 'suspended', state } : { type: 'ended', end, state });
  } finally {
    journal.close();
  }
}

function invalid(path: string, line: number, problem: string): CrewError {
  return new CrewError('RUN_FILE_INVALID', `\`${path}\` line ${line}: ${problem}`);
}
