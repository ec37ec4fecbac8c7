import type { RunEvent } from '../model/run-event.ts';

const MAX_ANSWER = 60;

/** Who answered what in a vote, the answer that was taken first: `yes (a, c), not no (b); no answer: d`. Pure. */
export function tallyText({ choice, tally, failed }: Extract<RunEvent, { type: 'answers.judged' }>): string {
  const taken = tally.find(({ answer }) => answer === choice);
  const others = tally.filter(each => each !== taken).map(answerText);
  const missing = failed.length === 0 ? '' : `; no answer: ${failed.join(', ')}`;
  const first = taken === undefined ? short(choice) : answerText(taken);
  return `${first}${others.length === 0 ? '' : `, not ${others.join(', ')}`}${missing}`;
}

function answerText({
  answer,
  models,
}: {
  readonly answer: string;
  readonly models: readonly string[];
}): string {
  return `${short(answer)} (${models.join(', ')})`;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_ANSWER ? `${line.slice(0, MAX_ANSWER).toWellFormed()}…` : line;
}
