import { sanitizeText } from '../reporters/sanitize.ts';
import type { OpenQuestion } from '../runtime/people/open-questions.ts';
import type { AnswerForm } from './answer-form.ts';
import { questionId } from './question-id.ts';

/** How many questions are told with their commands; of more the number is told. */
const MOST = 3;

/**
 * The exact commands that answer a question, which may have a form of its own; `target` is the run's id and what finds its
 * journal. Pure.
 */
export function commandsFor(asked: OpenQuestion, target: string, form?: AnswerForm): readonly string[] {
  const which = `${target} --question ${questionId(asked)}`;
  if (asked.question.kind === 'approval') return [`crew approve ${which}`, `crew reject ${which}`];
  if (asked.question.kind === 'uncertain') {
    return [`crew answer ${which} done`, `crew answer ${which} "not done"`];
  }
  return (form?.answers ?? ['ANSWER']).map(answer => `crew answer ${which} ${oneWord(answer)}`);
}

/**
 * The rows below a run that waits for people: of each question its phase, its tool, and the commands that answer it as they
 * stand, because a run that has asked before takes no leave for a call that is not named. Empty where nothing is asked. Pure.
 */
export function answersText(
  asked: readonly OpenQuestion[],
  target: string,
  formOf: (asked: OpenQuestion) => AnswerForm | undefined,
): string {
  const more = asked.length - MOST;
  const rows = [
    ...asked.slice(0, MOST).flatMap(each => [titleOf(each), ...commandsFor(each, target, formOf(each))]),
    ...(more > 0 ? [`and ${more} more: crew answer ${target}`] : []),
  ];
  return rows.map((row, index) => `${(index === 0 ? 'answer' : '').padEnd(8)}${row}\n`).join('');
}

function titleOf({ phase, question }: OpenQuestion): string {
  const what = question.kind === 'question' ? '' : `: ${question.tool}`;
  return sanitizeText(`${phase}${what}`, { keepNewlines: false });
}

/** As a shell takes it for one argument. */
function oneWord(answer: string): string {
  return answer.includes(' ') ? `"${answer}"` : answer;
}
