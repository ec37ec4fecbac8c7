import type { ModelAnswer } from '../model/answers.ts';
import type { Effect } from '../model/effect.ts';
import type { JsonValue } from '../model/json.ts';
import { distinctAnswers, isSameAnswer } from './ask/majority-answer.ts';
import type { WorkContext } from './work-context.ts';

/** How much of an answer or a reason the watchers are told, in UTF-16 units. */
const MAX_TOLD = 300;

/** The event that tells how one of several answers was chosen: who gave which, and a judge's reason. Pure. */
export function answersJudged(
  { at, place: phase }: WorkContext,
  judged: { readonly answers: readonly ModelAnswer[]; readonly choice: JsonValue; readonly reason?: string },
): Effect {
  const { answers, choice, reason } = judged;
  const given = answers.flatMap(each => ('answer' in each ? [each] : []));
  const tally = distinctAnswers(given.map(({ answer }) => answer)).map(answer => ({
    answer: short(answer),
    models: given.filter(each => isSameAnswer(each.answer, answer)).map(({ model }) => model),
  }));
  const failed = answers.filter(each => !('answer' in each)).map(({ model }) => model);
  const told = {
    by: reason === undefined ? 'majority' : 'judge',
    choice: short(choice),
    tally,
    failed,
  } as const;
  const why = reason === undefined ? {} : { reason: cut(reason) };
  return { type: 'event.publish', event: { at, type: 'answers.judged', phase, ...told, ...why } };
}

function short(answer: JsonValue): string {
  return cut(typeof answer === 'string' ? answer : JSON.stringify(answer));
}

function cut(text: string): string {
  return text.length > MAX_TOLD ? `${text.slice(0, MAX_TOLD - 1).toWellFormed()}…` : text;
}
