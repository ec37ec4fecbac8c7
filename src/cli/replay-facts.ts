import { CrewError } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RecordedRun } from '../ports/engine.ts';
import type { Mismatch } from '../reporters/mismatch-text.ts';
import type { StartedFact } from '../runtime/records/compare-runs.ts';
import type { FoldStep } from '../runtime/records/fold-run.ts';
import type { RunOutcome } from '../runtime/run.ts';
import type { RunState } from '../runtime/run-state.ts';
import { mismatchPlace } from './mismatch-place.ts';
import { loadRunReader } from './wire.ts';

/** How a replay was left: as the run was, or at its first mismatch. */
export type Replayed =
  | Exclude<RunOutcome, { type: 'interrupted' }>
  | { readonly type: 'mismatch'; readonly mismatch: Mismatch; readonly state: RunState };

/**
 * Replays a recorded run on a program and calls nothing: tells the events of every fact that fits, and stops where the
 * program asks for something else. Fails with RUN_FILE_INVALID when the facts do not fit their own program; `path` names
 * their file.
 */
export async function replayFacts(options: {
  readonly run: RecordedRun;
  readonly program: Program;
  readonly path: string;
  readonly onEvent: (event: RunEvent) => void;
}): Promise<Replayed> {
  const { run, program, path, onEvent } = options;
  const { compareRuns } = await loadRunReader();
  await requireFold(run, path);
  const edited = { program, started: startedOf(run) };
  const comparing = compareRuns({ recorded: run, edited });
  let last: FoldStep | undefined;
  for (;;) {
    const step = comparing.next();
    if (!step.done) {
      last = step.value;
      for (const effect of last.effects) if (effect.type === 'event.publish') onEvent(effect.event);
      continue;
    }
    if (last === undefined) throw new Error('a replay has at least one fact');
    const { after: state, seq } = last;
    if (step.value !== undefined) {
      const written = mismatchPlace(step.value, { old: run.program, edited: program });
      const mismatch = { ...step.value, ...(written === undefined ? {} : { written }) };
      return { type: 'mismatch', mismatch, state };
    }
    return leftAt(state, seq);
  }
}

/** The first fact of a recorded run. Fails with JOURNAL_DAMAGED when it is another one. */
export function startedOf({ runId, facts }: RecordedRun): StartedFact {
  const [first] = facts;
  if (first?.type === 'run.started') return first;
  throw new CrewError('JOURNAL_DAMAGED', `run \`${runId}\` has no first fact \`run.started\``);
}

function leftAt(state: RunState, seq: number): Replayed {
  if (state.end !== undefined) return { type: 'ended', end: state.end, state };
  if (state.suspension?.settled === true) return { type: 'suspended', state };
  const now = Object.values(state.acts).find(act => act.type !== 'timer.start');
  return { type: 'mismatch', mismatch: { seq, atEnd: true, ...(now && { now }) }, state };
}

/** Facts that were changed by hand may break any decider; that is the file's fault, not the program's. */
async function requireFold({ program, facts }: RecordedRun, path: string): Promise<void> {
  const { createFold } = await loadRunReader();
  const fold = createFold(program);
  for (const [index, fact] of facts.entries()) {
    try {
      fold(fact);
    } catch (error) {
      const message = `\`${path}\` line ${index + 2}: the fact does not fit those before it: ${(error as Error).message}`;
      throw new CrewError('RUN_FILE_INVALID', message, { cause: error });
    }
  }
}
