import type { PersonQuestion } from './person-question.ts';

/**
 * Under which name an answer to a question is left for a run: its id, and for leave what it is bound to. An answer to a
 * question that stands no longer lies where nobody looks, and does not keep another one from being left. Pure.
 */
export function answerSlot({
  id,
  question,
}: {
  readonly id: string;
  readonly question: PersonQuestion;
}): string {
  return question.kind === 'approval' ? boundSlot(id, question.binding) : id;
}

/** The same for a call that waits for leave. Pure. */
export function boundSlot(id: string, binding: string | undefined): string {
  return binding === undefined ? id : `${id}#${binding}`;
}
