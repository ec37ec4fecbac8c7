import type { PersonAskEffect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import type { Program } from '../model/program.ts';
import { foldRun } from './fold-run.ts';
import type { RunState } from './run-state.ts';
import { ownerOf } from './scope.ts';

/** A question that a recorded run waits for. */
export type OpenQuestion = Pick<PersonAskEffect, 'id' | 'phase' | 'question'>;

/** The questions of a recorded run that nobody has answered yet, oldest first. Pure. */
export function openQuestions(program: Program, facts: readonly Fact[]): readonly OpenQuestion[] {
  const asked = new Map<string, OpenQuestion>();
  let state: RunState | undefined;
  for (const { after, effects } of foldRun(program, facts)) {
    state = after;
    for (const effect of effects) {
      if (effect.type !== 'event.publish') continue;
      const { event } = effect;
      if (event.type === 'person.asked') {
        asked.set(event.id, { id: event.id, phase: event.phase, question: event.question });
      }
      if (event.type === 'person.answered') asked.delete(event.id);
    }
  }
  if (state === undefined || state.end !== undefined) return [];
  const last = state;
  return [...asked.values()].filter(question => isOpen(last, question));
}

/** What asked may have been cancelled since. */
function isOpen({ open, approvals, blocked }: RunState, { id, question }: OpenQuestion): boolean {
  if (question.kind === 'question') return open[ownerOf(id)]?.key === id;
  return approvals[id] !== undefined || blocked.some(effect => effect.key === id);
}
