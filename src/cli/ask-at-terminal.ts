import type { PersonAskEffect } from '../model/effect.ts';
import type { PersonAnswer } from '../ports/engine.ts';
import type { Terminal } from './command.ts';
import { personName } from './person-name.ts';
import { type QuestionWords, questionWords } from './question-text.ts';
import { readAnswer } from './read-answer.ts';
import { realWorld } from './world.ts';

/** What asks: a terminal that shows and reads. */
export type AskingTerminal = Pick<Terminal, 'stderr' | 'readLine' | 'columns' | 'rows'>;

const CODE_LENGTH = 4;
/** Rows of a page that are left for the prompt. */
const PROMPT_ROWS = 2;

/**
 * Asks the person at the terminal until they answer what the question allows; undefined at the end of input or when the
 * signal aborts. What is asked is shown whole, page by page where it is longer than the screen. Leave for a call that may
 * destroy something is a code that is made by chance for each prompt, so that nobody but a reader of this prompt has it.
 */
export async function askAtTerminal(
  terminal: AskingTerminal,
  { phase, question }: PersonAskEffect,
  signal: AbortSignal,
): Promise<PersonAnswer | undefined> {
  if (signal.aborted) return undefined;
  const isGuarded = question.kind === 'approval' && question.destructive === true;
  const binding = question.kind === 'approval' ? question.binding : undefined;
  const code = isGuarded ? realWorld.newId().slice(0, CODE_LENGTH) : undefined;
  const words = questionWords({ phase, question }, { columns: terminal.columns, ...(code && { code }) });
  if (!(await show(terminal, words, signal))) return undefined;
  for (;;) {
    const line = await terminal.readLine('> ', signal);
    if (line === undefined) {
      // What is told next does not belong on the row of the prompt.
      terminal.stderr('\n');
      return undefined;
    }
    const answer = readAnswer(question, line, code);
    if ('choice' in answer) {
      return { ...answer, by: personName(), ...(binding === undefined ? {} : { binding }) };
    }
    terminal.stderr(`${answer.problem}\n`);
  }
}

/** Whether all of it was shown; false when the person left or was not needed any more. */
async function show(terminal: AskingTerminal, words: QuestionWords, signal: AbortSignal): Promise<boolean> {
  const { title, rows, ways } = words;
  const height = (terminal.rows ?? Number.POSITIVE_INFINITY) - PROMPT_ROWS;
  const around = title.split('\n').length + ways.split('\n').length + 4;
  if (rows.length + around <= height) {
    terminal.stderr(`\n${title}\n\n${rows.join('\n')}\n\n${ways}\n`);
    return true;
  }
  const page = Math.max(1, height);
  terminal.stderr(`\n${title}\n\n`);
  for (let from = 0; from < rows.length; from += page) {
    terminal.stderr(`${rows.slice(from, from + page).join('\n')}\n`);
    const left = rows.length - from - page;
    if (left <= 0) break;
    const line = await terminal.readLine(
      `-- ${left} more of ${rows.length} rows; Enter shows them -- `,
      signal,
    );
    if (line === undefined) {
      terminal.stderr('\n');
      return false;
    }
  }
  terminal.stderr(`\n${rows.length} rows, all of them above\n\n${ways}\n`);
  return true;
}
