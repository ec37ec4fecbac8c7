import { answerSlot } from '../model/answer-slot.ts';
import type { PersonAskEffect } from '../model/effect.ts';
import { fitsQuestion } from '../model/fits-question.ts';
import type { Journal, PersonAnswer } from '../ports/engine.ts';
import { type AskingTerminal, askAtTerminal } from './ask-at-terminal.ts';
import { createTerminalTurns, type TerminalTurns } from './terminal-turns.ts';
import { realWorld } from './world.ts';

/** How often another shell's answer is looked for, in milliseconds. */
const LOOK_MS = 300;

/** Asks a person; undefined when nobody is there to be asked. */
export type AskPerson = (effect: PersonAskEffect, signal: AbortSignal) => Promise<PersonAnswer | undefined>;

interface Asking {
  readonly journal: Pick<Journal, 'answerTo'>;
  readonly terminal: AskingTerminal;
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
    /** The turns of the terminal, where something else is asked there too. */
    readonly turns?: TerminalTurns;
    /** Asks where the person is, in place of the prompt of the terminal. */
    readonly ask?: AskPerson;
  },
): AskPerson {
  const { journal, terminal, interactive, turns = createTerminalTurns() } = options;
  const ask: AskPerson =
    options.ask ?? ((effect, signal) => turns(() => askAtTerminal(terminal, effect, signal)));
  return async (effect, signal) => {
    const left = answerLeft(journal, effect);
    if (left !== undefined || !interactive) return left;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const atTerminal = ask(effect, either);
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

/** An answer to what was asked before, under another policy, lies elsewhere. */
function answerLeft(journal: Asking['journal'], effect: PersonAskEffect): PersonAnswer | undefined {
  const { question } = effect;
  const answer = journal.answerTo(answerSlot(effect));
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
