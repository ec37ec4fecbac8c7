import { renderTemplate } from '../../expressions/template-evaluate.ts';
import type { HumanWork } from '../../model/crew.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import { fitsQuestion } from '../../model/fits-question.ts';
import type { PersonQuestion } from '../../model/person-question.ts';
import { completed, type Step } from '../step.ts';
import type { WorkContext } from '../work-context.ts';

/** A question to a person and how often it was put. */
export interface HumanState {
  readonly kind: 'human';
  readonly work: HumanWork;
  readonly text: string;
  readonly asked: number;
}

/**
 * A question to a person, as a decider; the artifact is `{ choice, text }`. Where nobody can be asked the work is held
 * with PERSON_NEEDED, and asked again when the run is resumed. Its time is that on the clock of people and goes on while
 * the run is stopped: when it is over the answer is `default`, unless another shell has left one before the run was
 * resumed. An answer that the question does not allow is not taken, and the work held. Pure.
 */
export function startHuman(work: HumanWork, context: WorkContext): Step<HumanState> {
  const text = renderTemplate(work.question, context.scope);
  return ask({ kind: 'human', work, text, asked: 0 }, context);
}

/** Decides on what the person said, or that nobody is there. Pure. */
export function decideHuman(state: HumanState, context: WorkContext, fact: Fact): Step<HumanState> {
  if (fact.type === 'person.absent') {
    // The timer of the work is due, and does what is to be done.
    if (isOver(state, context)) return { state, effects: [] };
    return hold(state, context, 'waits for an answer');
  }
  if (fact.type !== 'person.answered') throw new Error(`a human phase cannot decide on ${fact.type}`);
  const { choice, text } = fact;
  return fitsQuestion(questionOf(state), { choice, text })
    ? completed(state, { choice, text })
    : hold(state, context, 'got an answer that it does not allow');
}

/** Asks again. Pure. */
export function resumeHuman(state: HumanState, context: WorkContext): Step<HumanState> {
  return ask(state, context);
}

/** The default answer, if there is one: a choice, or words where there is nothing to choose from; it is told. Pure. */
export function timeOutHuman(state: HumanState, context: WorkContext): Step<HumanState> | undefined {
  const { default: answer, choices, timeoutMs } = state.work;
  if (answer === undefined) return undefined;
  const given = choices.includes(answer) ? { choice: answer, text: null } : { choice: null, text: answer };
  const { at, key: id, place: phase } = context;
  const key = askKey(state, context);
  const told = { at, type: 'person.answered', key, id, phase, ...given, by: 'default' } as const;
  const event = timeoutMs === undefined ? told : { ...told, afterMs: timeoutMs };
  return completed(state, given, [{ type: 'event.publish', event }]);
}

function askKey({ asked }: HumanState, { key }: WorkContext): string {
  return `${key}/ask-${asked}`;
}

function isOver({ work: { timeoutMs } }: HumanState, { at, openedAt }: WorkContext): boolean {
  return timeoutMs !== undefined && at - openedAt >= timeoutMs;
}

function hold(state: HumanState, { place }: WorkContext, what: string): Step<HumanState> {
  const [line = ''] = state.text.trim().split('\n', 1);
  const message = `\`${place}\` ${what}: ${line.slice(0, 200).toWellFormed()}`;
  return { state, effects: [], hold: { code: 'PERSON_NEEDED', message } };
}

function ask(state: HumanState, context: WorkContext): Step<HumanState> {
  const next = { ...state, asked: state.asked + 1 };
  const question = questionOf(state);
  const key = askKey(next, context);
  const effect: Effect = { type: 'person.ask', key, id: context.key, phase: context.place, question };
  return { state: next, effects: [effect] };
}

function questionOf({ text, work: { choices, freeText } }: HumanState): PersonQuestion {
  return { kind: 'question', text, choices, freeText };
}
