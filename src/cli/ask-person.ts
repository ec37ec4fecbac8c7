import { userInfo } from 'node:os';
import type { PersonAskEffect } from '../model/effect.ts';
import { fitsQuestion } from '../model/fits-question.ts';
import type { PersonQuestion } from '../model/person-question.ts';
import type { Journal, PersonAnswer } from '../ports/engine.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { Terminal } from './command.ts';
import { readAnswer } from './read-answer.ts';
import { realWorld } from './world.ts';

/** How often another shell's answer is looked for, in milliseconds. */
const LOOK_MS = 300;

/** Asks a person; undefined when nobody is there to be asked. */
export type AskPerson = (effect: PersonAskEffect, signal: AbortSignal) => Promise<PersonAnswer | undefined>;

interface Asking {
  readonly journal: Pick<Journal, 'answerTo'>;
  readonly terminal: Pick<Terminal, 'stderr' | 'readLine'>;
}

/**
 * Asks the person at the terminal, one question after the other, unless another shell has left an answer (`crew answer`),
 * which is looked for as long as a question waits. Without a terminal only such an answer counts; one that the question
 * does not allow never does. What a role wrote is shown without control characters, arguments whole.
 */
export function createAskPerson(
  options: Asking & {
    /** Whether the person at the terminal may be asked. */
    readonly interactive: boolean;
  },
): AskPerson {
  const { journal, terminal, interactive } = options;
  let turn: Promise<unknown> = Promise.resolve();
  return async (effect, signal) => {
    const left = answerLeft(journal, effect);
    if (left !== undefined || !interactive) return left;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const atTerminal = turn.then(() => askAtTerminal(terminal, effect, either));
    turn = atTerminal.catch(() => undefined);
    const elsewhere = lookForAnswer(journal, effect, either);
    try {
      return await Promise.race([atTerminal, elsewhere]);
    } finally {
      over.abort();
      if ((await elsewhere) !== undefined) {
        terminal.stderr(`\`${effect.phase}\` was answered in another shell\n`);
      }
    }
  };
}

function answerLeft(journal: Asking['journal'], { id, question }: PersonAskEffect): PersonAnswer | undefined {
  const answer = journal.answerTo(id);
  return answer !== undefined && fitsQuestion(question, answer) ? answer : undefined;
}

async function lookForAnswer(
  journal: Asking['journal'],
  effect: PersonAskEffect,
  signal: AbortSignal,
): Promise<PersonAnswer | undefined> {
  while (!signal.aborted) {
    const answer = answerLeft(journal, effect);
    if (answer !== undefined) return answer;
    await realWorld.sleep(LOOK_MS, signal);
  }
  return undefined;
}

async function askAtTerminal(
  terminal: Asking['terminal'],
  effect: PersonAskEffect,
  signal: AbortSignal,
): Promise<PersonAnswer | undefined> {
  if (signal.aborted) return undefined;
  terminal.stderr(`\n${questionText(effect)}\n`);
  for (;;) {
    const line = await terminal.readLine('> ', signal);
    if (line === undefined) {
      // What is told next does not belong on the row of the prompt.
      terminal.stderr('\n');
      return undefined;
    }
    const answer = readAnswer(effect.question, line);
    if ('choice' in answer) return { ...answer, by: personName() };
    terminal.stderr(`${answer.problem}\n`);
  }
}

/** The question as it is put at a terminal. Pure. */
export function questionText({ phase, question }: Pick<PersonAskEffect, 'phase' | 'question'>): string {
  if (question.kind === 'question')
    return `${phase} asks:\n\n${asLines(question.text)}\n\n${waysToAnswer(question)}`;
  const args = asLines(JSON.stringify(question.args, null, 2));
  if (question.kind === 'uncertain') return doubtText(phase, question.tool, args);
  return `${phase} wants to call \`${question.tool}\`, which may change something, with exactly:\n\n${args}\n
sha256 of the arguments: ${question.argsHash}\n
y  allow this call\nn  refuse it; words after it are told to the role`;
}

function doubtText(phase: string, tool: string, args: string): string {
  return `${phase} was stopped while \`${tool}\` was under way, and whether it was done is not known. It was called with:\n\n${args}\n
done      it was done; the result of the call as JSON may follow
not done  it is called again`;
}

function waysToAnswer({ choices, freeText }: Extract<PersonQuestion, { kind: 'question' }>): string {
  const rows = choices.map((choice, index) => `${index + 1}  ${asLines(choice)}`);
  if (choices.length === 0) return 'Write your answer.';
  return freeText ? `${rows.join('\n')}\nor write an answer of your own` : rows.join('\n');
}

function asLines(text: string): string {
  return sanitizeText(text, { keepNewlines: true });
}

/** Who answers, as the system knows them. */
export function personName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
