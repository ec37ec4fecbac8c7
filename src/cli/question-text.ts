import type { PersonAskEffect } from '../model/effect.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import { argumentRows } from './argument-rows.ts';
import { foreignRows } from './foreign-lines.ts';

/** A question in the parts that it is shown in: whose it is, foreign words row by row, and how to answer. */
export interface QuestionWords {
  readonly title: string;
  readonly rows: readonly string[];
  /** Of a call that wants leave: why it is asked, and the hash of its arguments. */
  readonly why?: string;
  readonly ways: string;
}

type Asked = Pick<PersonAskEffect, 'phase' | 'question'>;
type Approval = Extract<Asked['question'], { kind: 'approval' }>;

/**
 * The words of a question, whole. What a role, a tool or a model wrote stands behind a mark on every row. With `code`, leave
 * is given by typing it. Pure.
 */
export function questionWords(
  { phase, question }: Asked,
  { columns, code }: { readonly columns: number; readonly code?: string },
): QuestionWords {
  if (question.kind === 'question') {
    const rows = foreignRows(question.text.trimEnd(), columns);
    return { title: `${oneLine(phase)} asks:`, rows, ways: waysToAnswer(question) };
  }
  const rows = argumentRows(question.args, columns);
  const tool = oneLine(question.tool);
  if (question.kind === 'uncertain') {
    const title = `${oneLine(phase)} was stopped while \`${tool}\` was under way, and whether it was done is not known. It was called with:`;
    const ways = `done      it was done; the result of the call as JSON may follow\nnot done  it is called again`;
    return { title, rows, ways };
  }
  const may = question.destructive === true ? 'may destroy something' : 'may change something';
  const title = `${oneLine(phase)} wants to call \`${tool}\`, which ${may}, with exactly:`;
  const hash = `sha256 of the arguments: ${question.argsHash} (${JSON.stringify(question.args).length} characters)`;
  const why = `${reasonOf(question)}${hash}`;
  return { title, rows, why, ways: `${why}\n${waysToAllow(code)}` };
}

/**
 * The question as one text, without the keys of the prompt: where it is listed, commands answer it, in `ownWays` where it has
 * some. Pure.
 */
export function questionText(asked: Asked, columns = Number.POSITIVE_INFINITY, ownWays?: string): string {
  const { title, rows, why = '', ways } = questionWords(asked, { columns });
  return `${title}\n\n${rows.join('\n')}\n\n${why === '' ? (ownWays ?? ways) : why}`;
}

function reasonOf({ reason, rule }: Approval): string {
  if (reason === undefined) return '';
  return `asked because ${oneLine(reason)}${rule === undefined ? '' : ` (${oneLine(rule)})`}\n`;
}

function waysToAllow(code: string | undefined): string {
  if (code === undefined) {
    return `y  allow this call\nA  allow it, and all other calls of this tool in this run\nn  refuse it; words after it are told to the role`;
  }
  return `${code}    allow this call: it may destroy something, so the code is typed\nA ${code}  allow it, and all other calls of this tool in this run\nn       refuse it; words after it are told to the role`;
}

function waysToAnswer({ choices, freeText }: Extract<Asked['question'], { kind: 'question' }>): string {
  const rows = choices.map((choice, index) => `${index + 1}  ${oneLine(choice)}`);
  if (choices.length === 0) return 'Write your answer.';
  return freeText ? `${rows.join('\n')}\nor write an answer of your own` : rows.join('\n');
}

function oneLine(text: string): string {
  return sanitizeText(text, { keepNewlines: false });
}
