import type { Journal } from '../ports/engine.ts';
import type { RunState } from './run-state.ts';

/**
 * The questions of a waiting run, by id, for which another shell has left an answer. Whether the answer is one that the
 * question allows is seen when it is asked again.
 */
export function answersLeft(
  { open, approvals }: RunState,
  journal: Pick<Journal, 'answerTo'>,
): readonly string[] {
  const questions = Object.values(open).flatMap(({ key, state, held }) =>
    held !== undefined && state?.kind === 'human' ? [key] : [],
  );
  const calls = Object.entries(approvals).flatMap(([id, { allowed }]) => (allowed === true ? [] : [id]));
  return [...questions, ...calls].filter(id => journal.answerTo(id) !== undefined);
}
