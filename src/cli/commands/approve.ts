import { CrewError } from '../../model/crew-error.ts';
import type { PersonQuestion } from '../../model/person-question.ts';
import { ANSWER_FLAGS, answerRun } from '../answer-run.ts';
import { type Command, type CommandCall, textFlag } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { readAnswer } from '../read-answer.ts';

const WORDS = {
  approve: /^(approve|approved|accept|accepted|allow|yes|ok|release|ship|go)\b/i,
  reject: /^(reject|rejected|refuse|deny|no|stop|cancel)\b/i,
} as const;

/** `crew approve RUN [ID] [--why TEXT] [--all-like]`: allows the tool call, or signs off the question, that a run waits for, and goes on. */
export const approveCommand: Command = {
  name: 'approve',
  usage: 'approve RUN [ID]',
  summary: 'allow the call, or sign off what a run asks',
  flags: {
    'all-like': {
      type: 'boolean',
      help: 'allow all other and later calls of the same tool in this run, too',
    },
    why: { type: 'string', value: 'TEXT', help: 'why; it stands in the record of the run' },
    ...ANSWER_FLAGS,
  },
  run: call => decide(call, 'approve'),
};

/** `crew reject RUN [ID] [--why TEXT]`: refuses it; the role is told why. */
export const rejectCommand: Command = {
  name: 'reject',
  usage: 'reject RUN [ID] [--why TEXT]',
  summary: 'refuse the call, or the question, that a run waits for',
  flags: { why: { type: 'string', value: 'TEXT', help: 'why; the role is told' }, ...ANSWER_FLAGS },
  run: call => decide(call, 'reject'),
};

const DONE_OR_NOT =
  'what is asked is whether the call was done; use `crew answer RUN done` or `crew answer RUN "not done"`';

async function decide(
  { positionals, values, terminal }: CommandCall,
  word: keyof typeof WORDS,
): Promise<number> {
  const [run, id, ...more] = positionals;
  const prefix = onePositional(run === undefined ? [] : [run], 'a run id; `crew ps` lists them');
  if (more.length > 0) {
    throw new CrewError(
      'USAGE',
      `expected a run and at most one question, by its id or its phase, and found \`${more.join(' ')}\` too; a reason is given with \`--why TEXT\``,
    );
  }
  const said = textFlag(values, 'why') ?? '';
  const alike = values['all-like'] === true;
  const choose = (question: PersonQuestion) => answerFor(question, { word, said, alike });
  return answerRun({ prefix, id, alike, values, terminal, choose });
}

function answerFor(
  question: PersonQuestion,
  {
    word,
    said,
    alike,
  }: { readonly word: keyof typeof WORDS; readonly said: string; readonly alike: boolean },
): ReturnType<typeof readAnswer> {
  if (question.kind === 'approval') {
    const letter = word === 'reject' ? 'n' : alike ? 'A' : 'y';
    return readAnswer(question, `${letter} ${said}`);
  }
  if (alike) return { problem: '`--all-like` is for tool calls; what waits is a question' };
  if (question.kind === 'uncertain') return { problem: DONE_OR_NOT };
  const choices = question.choices.filter(choice => WORDS[word].test(choice));
  const [choice, ...others] = choices;
  if (choice !== undefined && others.length === 0) {
    if (said !== '' && !question.freeText)
      return { problem: `the answer \`${choice}\` takes no words with it` };
    return { choice, text: said === '' ? null : said };
  }
  const all = question.choices.map(each => `\`${each}\``).join(', ') || 'words of your own';
  return { problem: `which answer means ${word} is not clear; use \`crew answer RUN ANSWER\` with ${all}` };
}
