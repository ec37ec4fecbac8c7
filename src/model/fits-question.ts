import type { PersonQuestion } from './person-question.ts';

/**
 * Whether an answer is one that a question allows: a choice of its list, words with or instead of it where words are
 * allowed, `allow` or `deny` for a tool call; for one in doubt `done`, with its result as JSON if it is known, or
 * `not done`. Pure.
 */
export function fitsQuestion(
  question: PersonQuestion,
  { choice, text }: { readonly choice: string | null; readonly text: string | null },
): boolean {
  if (question.kind === 'approval') return choice === 'allow' || choice === 'deny';
  if (question.kind === 'uncertain') return choice === 'not done' || (choice === 'done' && isResult(text));
  const { choices, freeText } = question;
  const mayWrite = freeText || choices.length === 0;
  if (text !== null && !mayWrite) return false;
  return choice === null ? text !== null : choices.includes(choice);
}

function isResult(text: string | null): boolean {
  if (text === null) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
