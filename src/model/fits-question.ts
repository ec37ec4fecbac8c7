import type { PersonQuestion } from './person-question.ts';

/**
 * Whether an answer is one that a question allows: a choice of its list, words where words are allowed, `allow` or
 * `deny` for a tool call; for one in doubt `done`, with its result as JSON if it is known, or `not done`. Pure.
 */
export function fitsQuestion(
  question: PersonQuestion,
  { choice, text }: { readonly choice: string | null; readonly text: string | null },
): boolean {
  if (question.kind === 'approval') return choice === 'allow' || choice === 'deny';
  if (question.kind === 'uncertain') return choice === 'not done' || (choice === 'done' && isResult(text));
  const { choices, freeText } = question;
  if (choice !== null) return choices.includes(choice);
  return text !== null && (freeText || choices.length === 0);
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
