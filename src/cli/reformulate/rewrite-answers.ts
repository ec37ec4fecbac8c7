import type { Program } from '../../model/program.ts';
import type { OpenQuestion } from '../../runtime/people/open-questions.ts';
import type { RunState } from '../../runtime/run-state.ts';
import type { AnswerForm } from '../answer-form.ts';

const CHOICES = ['accept', 'edit', 'revise', 'original', 'quit'] as const;
type Choice = (typeof CHOICES)[number];

/** What stands behind a choice on a command line, and what it does. */
const WORDS: { readonly [choice in Choice]: { readonly takes?: string; readonly does: string } } = {
  accept: { does: 'go on with the request as it was said again' },
  edit: { takes: 'TEXT', does: 'go on with TEXT in its place' },
  revise: { takes: 'REMARK', does: 'have it said again, with your remark' },
  original: { does: 'go on with the request as you gave it' },
  quit: { does: 'run nothing' },
};

/** How often a request may be said again in a program, which is a bound of its first phase; undefined where it is not. Pure. */
export function roundsOf({ rewrites, crews }: Program): number | undefined {
  const rewrite = crews?.[rewrites?.phase ?? '']?.phases.rewrite;
  return rewrite?.kind === 'chain' ? rewrite.maxVisits : undefined;
}

/**
 * How what was made of a request is answered by a command: in one word, but for `edit` and `revise`, which need words behind
 * them; other words are a remark. Where no round is left, there is nothing to revise. Undefined for every other question. Pure.
 */
export function rewriteForm(
  state: RunState | undefined,
  { phase, question }: Pick<OpenQuestion, 'phase' | 'question'>,
): AnswerForm | undefined {
  const { rewrites } = state?.program ?? {};
  if (state === undefined || rewrites === undefined || question.kind !== 'question') return undefined;
  if (phase !== `${rewrites.phase}/review`) return undefined;
  const inner = Object.values(state.procedures).find(({ place }) => place === `${rewrites.phase}/`);
  const rounds = roundsOf(state.program) ?? Number.POSITIVE_INFINITY;
  const mayRevise = (inner?.visits.rewrite ?? 0) < rounds;
  const offered = CHOICES.filter(choice => choice !== 'revise' || mayRevise);
  const spoken = offered.map(choice => {
    const { takes } = WORDS[choice];
    return takes === undefined ? choice : `${choice} ${takes}`;
  });
  const width = Math.max(...spoken.map(({ length }) => length));
  return {
    ways: offered.map((choice, index) => `${spoken[index]?.padEnd(width)}  ${WORDS[choice].does}`).join('\n'),
    answers: spoken,
    read: line => readLine(line.trim(), mayRevise),
  };
}

/**
 * A question as it is put where a choice is one key: of one about a request, without the choices that need words, because words
 * of one's own are a remark. Pure.
 */
export function withoutWords<Asked extends Pick<OpenQuestion, 'phase' | 'question'>>(
  { rewrites }: Pick<Program, 'rewrites'>,
  asked: Asked,
): Asked {
  const { phase, question } = asked;
  if (question.kind !== 'question' || phase !== `${rewrites?.phase}/review`) return asked;
  const choices = question.choices.filter(choice => choice !== 'edit' && choice !== 'revise');
  return { ...asked, question: { ...question, choices } };
}

type Read = ReturnType<AnswerForm['read']>;

function readLine(line: string, mayRevise: boolean): Read {
  const [, first = '', words = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? [];
  const choice = choiceOf(first.toLowerCase(), words === '');
  if (choice === undefined && /^\d$/.test(line)) {
    const more = mayRevise ? `, or words; a remark is \`revise ${line}\`` : '';
    return { problem: `expected a number from 1 to ${CHOICES.length}${more}` };
  }
  const { takes } = choice === undefined ? { takes: 'REMARK' } : WORDS[choice];
  if ((choice === undefined || choice === 'revise') && !mayRevise) {
    return { problem: 'expected `accept`, `edit TEXT`, `original` or `quit`; no round is left for a remark' };
  }
  if (choice === undefined) {
    return line === '' ? { problem: 'expected some words' } : { choice: null, text: line };
  }
  if (takes === undefined) {
    return words === ''
      ? { choice, text: null }
      : { problem: `\`${choice}\` takes no words with it; a remark is \`revise REMARK\`` };
  }
  return words === ''
    ? { problem: `\`${choice}\` needs words behind it: \`${choice} ${takes}\`` }
    : { choice, text: words };
}

/** A number and a beginning stand for a choice only alone: `2 poems` and `a poem` are remarks. */
function choiceOf(word: string, alone: boolean): Choice | undefined {
  const exact = CHOICES.find(each => each === word);
  if (exact !== undefined || !alone || word === '') return exact;
  const byNumber = /^\d$/.test(word) ? CHOICES[Number(word) - 1] : undefined;
  return byNumber ?? CHOICES.find(each => each.startsWith(word));
}
