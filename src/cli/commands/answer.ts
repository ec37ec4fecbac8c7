import { ANSWER_FLAGS, answerRun } from '../answer-run.ts';
import type { Command, CommandCall } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { readAnswer } from '../read-answer.ts';

/** `crew answer RUN ANSWER`: answers the question that a run waits for and goes on; without ANSWER shows what waits. */
export const answerCommand: Command = {
  name: 'answer',
  usage: 'answer RUN [ANSWER]',
  summary: 'answer what a run asks, then go on with it',
  flags: ANSWER_FLAGS,
  run: answer,
};

async function answer({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [run, ...words] = positionals;
  const prefix = onePositional(run === undefined ? [] : [run], 'a run id; `crew ps` lists them');
  const line = words.join(' ');
  const choose =
    line === '' ? undefined : (question: Parameters<typeof readAnswer>[0]) => readAnswer(question, line);
  return answerRun({ prefix, choose, values, terminal });
}
