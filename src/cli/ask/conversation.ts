import type { Answers } from '../../model/answers.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';

/** A question of a conversation, what was answered, and the run that it was said in. */
export interface Said {
  readonly run: string;
  readonly question: string;
  readonly answer: string;
}

/** How much of a conversation goes on: so many questions, and so many characters of all that was said. */
const MOST_SAID = 20;
const MOST_CHARACTERS = 48_000;
const LONGEST_ANSWER = 12_000;

/**
 * What goes on after a run of `crew ask`: what it went on with itself, and its own question with the summary, or else with the
 * answers under the names of their models. Long answers are cut and say so, the oldest fall out. Pure.
 */
export function goOn(
  run: { readonly runId: string; readonly inputs: JsonObject },
  { question, answers, summary }: Answers,
): readonly Said[] {
  const answer = cut(
    summary ??
      answers.flatMap(each => ('answer' in each ? [nameAnswer(each, answers.length)] : [])).join('\n\n'),
  );
  const all = [...readHistory(run.inputs.history), { run: run.runId, question: cut(question), answer }];
  const kept: Said[] = [];
  let characters = 0;
  for (const said of all.toReversed().slice(0, MOST_SAID)) {
    characters += said.question.length + said.answer.length;
    if (characters > MOST_CHARACTERS && kept.length > 0) break;
    kept.unshift(said);
  }
  return kept;
}

function nameAnswer(
  { model, answer }: { readonly model: string; readonly answer: JsonValue },
  of: number,
): string {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return of === 1 ? text : `${model}: ${text}`;
}

function cut(text: string): string {
  if (text.length <= LONGEST_ANSWER) return text;
  return `${text.slice(0, LONGEST_ANSWER).toWellFormed()}\n[cut; ${text.length} characters in all]`;
}

function readHistory(value: JsonValue | undefined): readonly Said[] {
  return Array.isArray(value) ? (value as unknown as readonly Said[]) : [];
}
