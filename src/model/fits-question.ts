import type { PersonQuestion } from './person-question.ts';

/**
 * Whether an answer is one that a question allows: a choice of its list, words where words are allowed, `allow` or
 * `deny` for a tool call. Pure.
 */
export function fitsQuestion(
  question: PersonQuestion,
  { choice, text }: { readonly choice: string | null; readonly text: string | null },
): boolean {
  if (question.kind === 'approval') return choice === 'allow' || choice === 'deny';
  const { choices, freeText } = question;
  if (choice !== null) return choices.includes(choice);
  return text !== null && (freeText || choices.length === 0);
}
