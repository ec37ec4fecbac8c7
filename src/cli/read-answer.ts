import type { PersonQuestion } from '../model/person-question.ts';

type Answer = { readonly choice: string | null; readonly text: string | null; readonly alike?: true };

/**
 * Reads a line as the answer to a question: a choice by its number, its text or the beginning of its text that no other
 * choice has; else free text where that is allowed. An approval is `y`, `A` for all calls of the tool, or `n`, with a reason
 * after it; where a `code` was shown, it stands for `y`, and after the `A`. About a call in doubt it is `not done`, or `done`
 * with the call's result as JSON after it if it is known. Pure.
 */
export function readAnswer(
  question: PersonQuestion,
  line: string,
  code?: string,
): Answer | { readonly problem: string } {
  const text = line.trim();
  if (question.kind === 'approval') return code === undefined ? readLeave(text) : readGuarded(text, code);
  if (question.kind === 'uncertain') return readDoubt(text);
  const { choices, freeText } = question;
  const chosen = chooseByText(choices, text);
  if (chosen !== undefined) return { choice: chosen, text: null };
  const mayWrite = freeText || choices.length === 0;
  if (mayWrite && text !== '') return { choice: null, text };
  const names = choices.map((choice, index) => `${index + 1} (${choice})`).join(', ');
  return { problem: choices.length === 0 ? 'expected some words' : `expected one of ${names}` };
}

function readLeave(text: string): Answer | { readonly problem: string } {
  const [, word = '', reason = ''] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
  const said = reason === '' ? null : reason;
  if (/^(y|yes|allow)$/i.test(word)) return { choice: 'allow', text: said };
  if (isAll(word)) return { choice: 'allow', text: said, alike: true };
  if (/^(n|no|deny)$/i.test(word)) return { choice: 'deny', text: said };
  return { problem: 'expected `y`, `A` or `n`' };
}

/** A capital, which nobody types by habit. */
function isAll(word: string): boolean {
  return word === 'A' || /^all$/i.test(word);
}

/** What may destroy something is never allowed by a key that is typed by habit. */
function readGuarded(text: string, code: string): Answer | { readonly problem: string } {
  const [first = '', second = '', ...others] = text.split(/\s+/);
  if (/^(n|no|deny)$/i.test(first)) return readLeave(text);
  if (first === code && second === '') return { choice: 'allow', text: null };
  if (isAll(first) && second === code && others.length === 0)
    return { choice: 'allow', text: null, alike: true };
  return { problem: `expected the code \`${code}\` to allow it, or \`n\` to refuse it` };
}

function readDoubt(text: string): Answer | { readonly problem: string } {
  if (/^not(\s+done)?$/i.test(text)) return { choice: 'not done', text: null };
  const [, result] = /^done\b\s*(.*)$/is.exec(text) ?? [];
  if (result === undefined) return { problem: 'expected `done` or `not done`' };
  if (result === '') return { choice: 'done', text: null };
  try {
    JSON.parse(result);
    return { choice: 'done', text: result };
  } catch {
    return {
      problem: 'expected `done` alone or with the result of the call as JSON, and what follows is no JSON',
    };
  }
}

function chooseByText(choices: readonly string[], text: string): string | undefined {
  const exact = choices.find(choice => choice === text);
  if (exact !== undefined || text === '') return exact;
  const byNumber = /^\d+$/.test(text) ? choices[Number(text) - 1] : undefined;
  if (byNumber !== undefined) return byNumber;
  const begun = choices.filter(choice => choice.toLowerCase().startsWith(text.toLowerCase()));
  return begun.length === 1 ? begun[0] : undefined;
}
