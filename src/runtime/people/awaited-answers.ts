import { boundSlot } from '../../model/answer-slot.ts';
import type { RunState } from '../run-state.ts';
import { doubtId } from './doubts.ts';

/** The slots, see `answerSlot`, of the questions that a run put to people and that keep it from going on. Pure. */
export function awaitedAnswers({ open, approvals }: RunState): readonly string[] {
  const questions = Object.values(open).flatMap(({ key, state, held }) =>
    held !== undefined && state?.kind === 'human' ? [key] : [],
  );
  const calls = Object.entries(approvals).flatMap(([id, waiting]) => {
    if (waiting.inDoubt) return [doubtId(waiting)];
    return waiting.allowed === true ? [] : [boundSlot(id, waiting.binding)];
  });
  return [...questions, ...calls];
}
