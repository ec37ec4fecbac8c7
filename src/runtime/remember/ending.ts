import type { Fact } from '../../model/fact.ts';
import { admit, cancelActsOf } from '../admission.ts';
import { closeInside } from '../close-work.ts';
import { type Draft, type Ending, type OpenWork, setWork } from '../run-state.ts';
import type { PartOutcome } from '../step.ts';
import { timeoutKey } from '../work-timers.ts';
import { takeEnding } from './around-work.ts';
import { goOnThinking, startRating, startThinking, type ThinkingStep } from './thinking.ts';

/**
 * Work that is over, but for what is to be remembered of it: nothing can take its outcome away any more. Importance is rated,
 * notes are written one effect after the other, insights are drawn where enough was gathered.
 */
export function beginEnding(draft: Draft, work: OpenWork, ending: Ending): void {
  closeInside(draft, work);
  cancelActsOf(draft, `${work.key}/`);
  cancelActsOf(draft, timeoutKey(work));
  const rating = startRating(draft.state, work, ending.writes);
  if (rating === undefined) writeNext(draft, work, ending);
  else thinkOn(draft, work, ending, rating);
}

/** Takes a fact about one of those wishes, and gives the outcome of the work once nothing is left to be remembered. */
export function goOnEnding(draft: Draft, work: OpenWork, fact: Fact): PartOutcome | undefined {
  const { ending } = work;
  if (ending?.thinking !== undefined) {
    const { thinking, ...rest } = ending;
    const step = goOnThinking(draft.state, work, fact, { thinking, writes: ending.writes });
    return thinkOn(draft, work, rest, step);
  }
  const { outcome, left, gathered } = takeEnding(draft, work, fact);
  if (left.length > 0) return writeNext(draft, work, { outcome, writes: left, gathered });
  const step = startThinking(draft.state, work, gathered);
  return step === undefined ? outcome : thinkOn(draft, work, { outcome, writes: [] }, step);
}

/** Asks on, or writes what there is to write when the thinking is over. */
function thinkOn(draft: Draft, work: OpenWork, ending: Ending, step: ThinkingStep): PartOutcome | undefined {
  const { effects, thinking, writes = ending.writes } = step;
  if (thinking === undefined) {
    admit(draft, effects);
    return writeNext(draft, work, { ...ending, writes });
  }
  setWork(draft, { ...work, ending: { ...ending, thinking } });
  admit(draft, effects);
  return undefined;
}

function writeNext(draft: Draft, work: OpenWork, ending: Ending): PartOutcome | undefined {
  if (ending.writes.length === 0) return ending.outcome;
  setWork(draft, { ...work, ending });
  admit(draft, ending.writes.slice(0, 1));
  return undefined;
}
