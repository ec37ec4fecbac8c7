import type { PersonAskEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { Program } from '../../model/program.ts';
import { foldRun } from '../records/fold-run.ts';
import type { RunState } from '../run-state.ts';
import { ownerOf } from '../scope.ts';
import { doubtId } from './doubts.ts';
import { readQuestions } from './read-questions.ts';

/** A question that a recorded run waits for. */
export type OpenQuestion = Pick<PersonAskEffect, 'id' | 'phase' | 'question'>;

/** The questions of a recorded run that nobody has answered yet, oldest first. Pure. */
export function openQuestions(program: Program, facts: readonly Fact[]): readonly OpenQuestion[] {
  const steps = [...foldRun(program, facts)];
  const state = steps.at(-1)?.after;
  return state === undefined ? [] : questionsLeft(state, readQuestions(steps).asked.values());
}

/** Of all that a run has asked, what it waits for in this state, oldest first. Pure. */
export function questionsLeft(state: RunState, all: Iterable<OpenQuestion>): readonly OpenQuestion[] {
  if (state.end !== undefined) return [];
  const asked = new Map([...all].map(each => [each.id, each]));
  // What was not put yet, because something else stopped the run, can be answered as well.
  for (const effect of state.blocked) {
    if (effect.type !== 'person.ask') continue;
    asked.set(effect.id, { id: effect.id, phase: effect.phase, question: effect.question });
  }
  return [...asked.values()].filter(question => isOpen(state, question));
}

/** What asked may have been cancelled since, and a call may have been allowed for all by `--allow`. */
function isOpen({ open, approvals, acts }: RunState, { id, question }: OpenQuestion): boolean {
  if (question.kind === 'question') {
    const work = open[ownerOf(id)];
    return work?.key === id && work.state?.kind === 'human';
  }
  if (question.kind === 'uncertain') {
    return Object.values(approvals).some(waiting => waiting.inDoubt && doubtId(waiting) === id);
  }
  const waiting = approvals[id];
  return waiting !== undefined && waiting.allowed !== true && acts[id] === undefined;
}
