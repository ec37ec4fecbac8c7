import type { WaitingQuestion } from '../model/run-record.ts';
import type { PersonAnswer } from '../ports/engine.ts';
import type { AnsweredHere } from '../tui/store.ts';
import type { AskedHere } from '../tui/ui-state.ts';
import { personName } from './person-name.ts';
import { realWorld } from './world.ts';

const CODE_LENGTH = 4;

/** A question as the dashboard puts it: where the call may destroy something, with a code that is made by chance for this screen alone. */
export function askedHere({ id, phase, question }: WaitingQuestion): Omit<AskedHere, 'shownAt'> {
  const isGuarded = question.kind === 'approval' && question.destructive === true;
  return { id, phase, question, ...(isGuarded ? { code: realWorld.newId().slice(0, CODE_LENGTH) } : {}) };
}

/** What a person said in the dashboard, bound to what was asked. */
export function answeredHere(
  { question }: WaitingQuestion,
  { choice, text, alike }: Extract<AnsweredHere, { type: 'answer' }>,
): PersonAnswer {
  const binding = question.kind === 'approval' ? question.binding : undefined;
  return {
    choice,
    text,
    by: personName(),
    ...(alike === undefined ? {} : { alike }),
    ...(binding === undefined ? {} : { binding }),
  };
}
