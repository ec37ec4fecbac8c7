import { userInfo } from 'node:os';
import type { PersonAskEffect } from '../model/effect.ts';
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

/**
 * Asks the person at the terminal, one question after the other, unless another shell has left an answer (`crew answer`).
 * Without a terminal only such an answer counts. What a role wrote is shown without control characters, arguments whole.
 */
export function createAskPerson(options: {
  readonly journal: Journal;
  readonly terminal: Terminal;
  /** Whether the person at the terminal may be asked. */
  readonly interactive: boolean;
}): AskPerson {
  const { journal, terminal, interactive } = options;
  let turn: Promise<unknown> = Promise.resolve();
  return async (effect, signal) => {
    const left = journal.answerTo(effect.id);
    if (left !== undefined || !interactive) return left;
    const before = turn;
    const asked = before.then(() => askHere({ journal, terminal, effect, signal }));
    turn = asked.catch(() => undefined);
    return asked;
  };
}

interface Asking {
  readonly journal: Journal;
  readonly terminal: Terminal;
  readonly effect: PersonAskEffect;
  readonly signal: AbortSignal;
}

/** Whoever answers first: the person here, or one in another shell. */
async function askHere({ journal, terminal, effect, signal }: Asking): Promise<PersonAnswer | undefined> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    return await Promise.race([
      askAtTerminal(terminal, effect, either),
      lookForAnswer({ journal, terminal, effect, signal: either }),
    ]);
  } finally {
    over.abort();
  }
}

async function lookForAnswer({
  journal,
  terminal,
  effect,
  signal,
}: Asking): Promise<PersonAnswer | undefined> {
  while (!signal.aborted) {
    const answer = journal.answerTo(effect.id);
    if (answer !== undefined) {
      terminal.stderr('\nanswered in another shell\n');
      return answer;
    }
    await realWorld.sleep(LOOK_MS, signal);
  }
  return undefined;
}

async function askAtTerminal(
  terminal: Terminal,
  effect: PersonAskEffect,
  signal: AbortSignal,
): Promise<PersonAnswer | undefined> {
  terminal.stderr(`\n${questionText(effect)}\n`);
  for (;;) {
    const line = await terminal.readLine('> ', signal);
    if (line === undefined) return undefined;
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
  return `${phase} wants to call \`${question.tool}\`, which may change something, with exactly:\n\n${args}\n
sha256 of the arguments: ${question.argsHash}\n
y  allow this call\nn  refuse it; words after it are told to the role`;
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
