import { renderTemplate } from '../../expressions/template-evaluate.ts';
import type { RoleWork } from '../../model/crew.ts';
import type { Fact } from '../../model/fact.ts';
import { textMessage } from '../../model/message.ts';
import { withLessons } from '../../prompts/lessons.ts';
import type { Step } from '../step.ts';
import type { WorkContext } from '../work-context.ts';
import { startRoleTurns } from './role-turns.ts';
import { decideTurns, resumeTurns } from './turn-loop.ts';
import type { TurnLoop, TurnStep } from './turn-loop-state.ts';
import { valuesRead } from './values-read.ts';

/** A role phase is one loop of turns. */
export interface RoleState {
  readonly kind: 'role';
  readonly work: RoleWork;
  readonly loop: TurnLoop;
}

/** One role works in turns until it delivers its artifact, as a decider. @see ./turn-loop.ts */
export function startRole(work: RoleWork, context: WorkContext): Step<RoleState> {
  const words = renderTemplate(work.task, context.scope);
  const task = withLessons(words, context);
  const { name, role, output, maxTurns, model } = work;
  const turnTask = {
    ...{ name, role, maxTurns },
    ...(output === undefined ? {} : { output }),
    ...(task === words ? {} : { words }),
  };
  const messages = [textMessage('user', task)];
  const values = valuesRead(work.task, context.scope);
  return stepOf(
    work,
    startRoleTurns(
      { task: turnTask, key: context.key, messages, values, ...(model === undefined ? {} : { model }) },
      context,
    ),
  );
}

/** Decides on a fact about one of this role's effects. Pure. */
export function decideRole(state: RoleState, context: WorkContext, fact: Fact): Step<RoleState> {
  return stepOf(state.work, decideTurns(state.loop, context, fact));
}

/** Sends the call that a provider failed to answer again. Pure. */
export function resumeRole(state: RoleState, context: WorkContext): Step<RoleState> {
  return stepOf(state.work, resumeTurns(state.loop, context));
}

function stepOf(work: RoleWork, { loop, effects, outcome }: TurnStep): Step<RoleState> {
  const state = { kind: 'role', work, loop } as const;
  if (outcome === undefined) return { state, effects };
  if (outcome.type === 'failed') return { state, effects, outcome };
  if (outcome.type === 'ended') throw new Error('a role phase has no controls that end it');
  const cutOff = outcome.cutOff === true ? { cutOff: true as const } : {};
  return { state, effects, outcome: { type: 'completed', artifact: outcome.artifact, ...cutOff } };
}
