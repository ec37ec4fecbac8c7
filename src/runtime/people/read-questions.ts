import type { PersonAskEffect } from '../../model/effect.ts';
import type { AnsweredQuestion, WaitingQuestion } from '../../model/run-record.ts';
import type { FoldStep } from '../records/fold-run.ts';

/** All questions that a run has put to people, by id, and what they said, in order. */
export interface AskedQuestions {
  readonly asked: ReadonlyMap<string, WaitingQuestion>;
  readonly answered: readonly AnsweredQuestion[];
}

/** Reads what people were asked and what they said out of the steps of a run's fold. Pure. */
export function readQuestions(steps: Iterable<Pick<FoldStep, 'seq' | 'effects'>>): AskedQuestions {
  const asked = new Map<string, Pick<PersonAskEffect, 'id' | 'phase' | 'question'>>();
  const answered: AnsweredQuestion[] = [];
  for (const { seq, effects } of steps) {
    for (const effect of effects) {
      if (effect.type !== 'event.publish') continue;
      const { event } = effect;
      if (event.type === 'person.asked') {
        const { id, phase, question } = event;
        asked.set(id, { id, phase, question });
      }
      if (event.type !== 'person.answered') continue;
      const { id, choice, text, by, at } = event;
      const question = asked.get(id);
      if (question !== undefined) answered.push({ ...question, seq, at, choice, text, by });
    }
  }
  return { asked, answered };
}
