import type { Reporter, RunEvent } from '../model/run-event.ts';
import { createChargeWatch } from './charge-watch.ts';
import { createHeldBackWatch } from './held-back-watch.ts';
import { isMemoryEvent } from './memory-event.ts';
import { createPhaseSpend } from './phase-spend.ts';
import {
  takeDelta,
  tellCut,
  tellModelEnded,
  tellModelStarted,
  tellToolEnded,
  tellToolStarted,
} from './plain-call.ts';
import { createHistory } from './plain-history.ts';
import { tellArtifact, tellPhaseEnded, tellPhaseRetried, tellPhaseStarted } from './plain-phase.ts';
import { tellEarlier, tellRunEnded, tellRunResumed, tellRunStarted, tellRunSuspended } from './plain-run.ts';
import type { PlainState } from './plain-state.ts';
import { tellAskedByTool, tellMemory, tellPerson, tellTurn } from './plain-turns.ts';
import { createPlainWriter, type PlainOptions } from './plain-writer.ts';
import { createRunClock } from './run-clock.ts';

const MIN_COLUMNS = 20;
const UNKNOWN_COLUMNS = 80;

/** The events that a quiet reporter tells, or needs for the times of those that it tells. */
const TOLD_QUIETLY: ReadonlySet<RunEvent['type']> = new Set([
  'run.started',
  'phase.started',
  'phase.ended',
  'run.ended',
  'run.suspended',
  'memory.recalled',
  'memory.failed',
]);

/**
 * Tells people on a terminal or in a log who does what: a header, one row for each thing that happens, model text line
 * by line under its phase, and at the end what was spent. Rows are cut to `columns`; failures, hints and commands are not.
 * `quiet` tells only failed phases, the failure of the run, what was wrong with memory, answers that were cut off, and the spend line; `verbose` adds inputs in full, the start of
 * calls and the text of artifacts. Foreign text is sanitised and never reaches the column of the marks.
 * Deterministic: times come from the events alone.
 */
export function createPlainReporter(options: PlainOptions): Reporter {
  const columns = options.columns >= MIN_COLUMNS ? options.columns : UNKNOWN_COLUMNS;
  const history = createHistory(options);
  const known: PlainOptions = { ...options, write: history.write, columns };
  const state: PlainState = {
    options: known,
    writer: createPlainWriter(known),
    clock: createRunClock(),
    charges: createChargeWatch(),
    spends: createPhaseSpend(),
    models: new Map(),
    phases: new Map(),
    openCalls: new Map(),
    streams: new Map(),
    toldTexts: new Map(),
    toldFailures: new Set(),
    memoryTroubles: new Set(),
    heldBack: createHeldBackWatch(),
    answered: new Set(),
    resumeTarget: 'RUN',
  };
  return {
    onEvent(event) {
      state.clock.tick(event);
      state.charges.take(event);
      state.heldBack.take(event);
      state.spends.take(event);
      if (event.type === 'run.ended') tellEarlier(state, history.end());
      if (options.verbosity !== 'quiet' || TOLD_QUIETLY.has(event.type)) tell(state, event);
      else if (event.type === 'model.ended') tellCut(state, event);
      history.take(event);
    },
    onLive: () => tellEarlier(state, history.end()),
    onDelta: delta => takeDelta(state, delta),
    onNotice(text) {
      if (options.verbosity === 'quiet') return;
      state.writer.row({ mark: '!', style: 'yellow', spans: [{ text, style: 'yellow' }] });
    },
  };
}

function tell(state: PlainState, event: RunEvent): void {
  if (isMemoryEvent(event)) return tellMemory(state, event);
  switch (event.type) {
    case 'run.started':
      tellRunStarted(state, event);
      break;
    case 'run.resumed':
      tellRunResumed(state);
      break;
    case 'run.ended':
      tellRunEnded(state, event);
      break;
    case 'run.suspended':
      tellRunSuspended(state, event);
      break;
    case 'phase.started':
      tellPhaseStarted(state, event);
      break;
    case 'phase.retried':
      tellPhaseRetried(state, event);
      break;
    case 'phase.ended':
      tellPhaseEnded(state, event);
      break;
    case 'artifact.repaired':
    case 'artifact.rejected':
      tellArtifact(state, event);
      break;
    case 'model.started':
      tellModelStarted(state, event);
      break;
    case 'model.ended':
      tellModelEnded(state, event);
      break;
    case 'tool.started':
      tellToolStarted(state, event);
      break;
    case 'tool.ended':
      tellToolEnded(state, event);
      break;
    case 'turn.started':
    case 'message.sent':
    case 'work.handed':
    case 'role.warned':
    case 'trial.judged':
    case 'answers.judged':
    case 'lesson.learned':
      tellTurn(state, event);
      break;
    case 'tool.asked':
      tellAskedByTool(state, event);
      break;
    case 'person.asked':
    case 'person.answered':
    case 'role.steered':
      tellPerson(state, event);
      break;
    // The start of the next phase tells it too.
    case 'transition.taken':
      break;
    default:
      event satisfies never;
  }
}
