import { CrewError } from '../model/crew-error.ts';
import type { FlagValues, Terminal } from './command.ts';
import { loadCheckedCrew } from './load-program.ts';
import { readBudgetFlags } from './read-budget.ts';
import { readNamedFile } from './read-files.ts';
import { compileLike } from './reformulate/compile-like.ts';
import { replayFacts } from './replay-facts.ts';
import { readResultRequest } from './result-output.ts';
import { readRunFile } from './run-file.ts';
import { openReporters, showOutcome } from './session-output.ts';
import { loadMismatchText } from './wire.ts';

/** What a recording has already, so that it cannot be given again. */
const RECORDED = ['input', 'inputs', 'model', 'allow', 'approve-all', 'record', 'reformulate-input'];

/**
 * `crew run FILE --replay RECORDING`: shows the run again as the crew file would do it now, and calls nothing. Returns the
 * exit code of the run. Fails with REPLAY_MISMATCH at the first thing that was not recorded, after showing it, and with
 * RUN_FILE_INVALID.
 */
export async function replayRun(
  path: string,
  recording: string,
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<number> {
  const given = RECORDED.find(name => values[name] !== undefined);
  if (given !== undefined) {
    throw new CrewError(
      'USAGE',
      `\`--replay\` takes everything from the recording; leave \`--${given}\` out`,
    );
  }
  const request = await readResultRequest(values, terminal.cwd);
  const checked = await loadCheckedCrew(path, terminal, readBudgetFlags(values));
  const run = await readRunFile(recording, readNamedFile(terminal.cwd, recording));
  requireSameReformulation(values, { recording, isRecorded: run.program.rewrites !== undefined });
  const program = await compileLike(checked, run.program);
  const reporters = await openReporters(values, { request, program, terminal, goesOn: false });
  const replayed = await replayFacts({
    run,
    program,
    path: recording,
    onEvent: event => {
      for (const reporter of reporters) reporter.onEvent(event);
    },
  });
  if (replayed.type !== 'mismatch') {
    return showOutcome({ runId: run.runId, program }, replayed, { request, terminal });
  }
  const { mismatchDetails, mismatchTitle } = await loadMismatchText();
  terminal.stderr(`\n${mismatchDetails(replayed.mismatch, { color: terminal.stderrColor })}`);
  throw new CrewError('REPLAY_MISMATCH', `\`${recording}\`: ${mismatchTitle(replayed.mismatch)}`);
}

/** Whether the request is said again is on record, too; a flag may say the same. */
function requireSameReformulation(
  { reformulate }: FlagValues,
  { recording, isRecorded }: { readonly recording: string; readonly isRecorded: boolean },
): void {
  if (reformulate === undefined || reformulate === isRecorded) return;
  const found = isRecorded ? 'was said again' : 'was not said again';
  const flag = reformulate === true ? '--reformulate' : '--no-reformulate';
  throw new CrewError('USAGE', `the request of \`${recording}\` ${found}; leave \`${flag}\` out`);
}
