import { CrewError } from '../model/crew-error.ts';
import type { OpenQuestion } from '../runtime/people/open-questions.ts';
import { isQuestionId, questionId } from './question-id.ts';

/** Which question of a run is meant: what waits, what was answered before, and how the person named it. */
export interface QuestionChoice {
  readonly runId: string;
  readonly open: readonly OpenQuestion[];
  /** The questions that got an answer, also one that the run has not taken yet. */
  readonly answered: readonly OpenQuestion[];
  /** The phase or the id, short or long, that the person gave; undefined when they gave none. */
  readonly named: string | undefined;
  /** The commands that are listed with a refusal. */
  readonly list: (questions: readonly OpenQuestion[]) => string;
}

/**
 * Finds the question that is meant. Leave never goes to a call that the person may not have seen: without its id a call is
 * taken only where it is the one question that waits and nothing was answered before it, in the run or in the phase that
 * was named; an answer of another person may have brought it up meanwhile. Fails with USAGE and a list of what waits. Pure.
 */
export function pickQuestion(choice: QuestionChoice): OpenQuestion {
  const { runId, open, answered, named, list } = choice;
  const isMeant = (each: OpenQuestion): boolean =>
    named === undefined || each.phase === named || each.id === named || questionId(each) === named;
  const [first, ...others] = open.filter(isMeant);
  const before = answered.filter(isMeant);
  if (first === undefined) throw new CrewError('USAGE', nothingMeant(choice, before));
  if (others.length > 0) {
    const which = named === undefined ? '' : ` in \`${named}\``;
    throw new CrewError(
      'USAGE',
      `several questions wait${which}; name one with \`--question ID\`:\n${list([first, ...others])}`,
    );
  }
  const byId = named === first.id || named === questionId(first);
  if (byId || first.question.kind === 'question' || before.length === 0) return first;
  const since = named === undefined ? `run \`${runId}\`` : `\`${named}\``;
  throw new CrewError(
    'USAGE',
    `something of ${since} was answered before, so the call that waits now may be one that you have not seen; name it with \`--question ID\`:\n${list([first])}`,
  );
}

function nothingMeant({ runId, open, named, list }: QuestionChoice, before: readonly OpenQuestion[]): string {
  const answered = before.at(-1);
  const earlier = answered === undefined ? '' : `; \`${answered.phase}\` was answered already`;
  if (open.length === 0) return `run \`${runId}\` waits for no answer${earlier}`;
  if (answered !== undefined) {
    return `\`${answered.phase}\` of run \`${runId}\` was answered already${waiting(open, list)}`;
  }
  const what = named !== undefined && isQuestionId(named) ? 'asks nothing (any more)' : 'asks nothing';
  return `\`${named}\` of run \`${runId}\` ${what}${waiting(open, list)}`;
}

function waiting(open: readonly OpenQuestion[], list: QuestionChoice['list']): string {
  return open.length === 0 ? '' : `; what waits:\n${list(open)}`;
}
