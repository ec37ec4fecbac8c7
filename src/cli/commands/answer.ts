import { ANSWER_FLAGS, answerRun } from '../answer-run.ts';
import type { Command, CommandCall } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { readAnswer } from '../read-answer.ts';

/** `crew answer RUN ANSWER`: answers the question that a run waits for and goes on; without ANSWER shows what waits. */
export const answerCommand: Command = {
  name: 'answer',
  usage: 'answer RUN [ANSWER]',
  summary: 'answer what a run asks; without ANSWER show what answers it',
  flags: ANSWER_FLAGS,
  run: answer,
};

async function answer({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [run, ...words] = positionals;
  const prefix = onePositional(run === undefined ? [] : [run], 'a run id; `crew ps` lists them');
  const line = words.join(' ');
  const choose: Parameters<typeof answerRun>[0]['choose'] = (question, form) =>
    form === undefined ? readAnswer(question, line) : form.read(line);
  return answerRun({ prefix, choose: line === '' ? undefined : choose, values, terminal });
}
