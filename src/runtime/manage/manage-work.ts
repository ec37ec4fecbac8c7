import { renderTemplate } from '../../expressions/template-evaluate.ts';
import type { ManageWork } from '../../model/crew.ts';
import { ERROR_CODES } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import { textMessage } from '../../model/message.ts';
import { earlierDecisions } from '../../prompts/earlier-decisions.ts';
import { withLessons } from '../../prompts/lessons.ts';
import { manageControls } from '../../prompts/manage-controls.ts';
import { manageRules } from '../../prompts/manage-rules.ts';
import { decisionsOf } from '../remember/reminders.ts';
import type { BegunPart, Step, StepMove } from '../step.ts';
import { roleOf, startRoleTurns } from '../turns/role-turns.ts';
import { answerControl } from '../turns/tool-turn.ts';
import { decideTurns, isOfLoop, resumeTurns } from '../turns/turn-loop.ts';
import type { TurnLoop, TurnOutcome, TurnStep } from '../turns/turn-loop-state.ts';
import { valuesRead } from '../turns/values-read.ts';
import type { WorkContext } from '../work-context.ts';
import { takeControls } from './manage-calls.ts';
import { beginJob, endJob, handOver } from './manage-jobs.ts';
import { type Job, type ManageState, threadOf, withThread } from './manage-state.ts';

/**
 * A role that manages others, as a decider (hierarchical process).
 * 1. The one who manages is a loop of turns with controls: delegate, ask, accept, send back, transcript. Its final message
 *    is the artifact; delivering accepts what was not accepted before.
 * 2. A worker is a loop of turns for each delegation. A work that is sent back, and a question, go on in the worker's own
 *    conversation, with as many turns as a new delegation.
 * 3. Only the statechart begins a worker: when it is idle, at most `concurrency` at once, in the order of asking. The
 *    next turn of the one who manages comes when all that it asked for is answered.
 * 4. Delegations, questions and works sent back count together; above `maxDelegations` they are answered with an error.
 * 5. A worker that fails is a failed result. A worker whose model cannot be reached fails the phase, which is then held if
 *    there is no other way; a resume makes exactly its call again.
 * Pure. Fails with TEMPLATE_FAILED when the task cannot be rendered.
 */
export function startManage(work: ManageWork, context: WorkContext): Step<ManageState> {
  const task = withLessons(renderTemplate(work.task, context.scope), context);
  const values = valuesRead(work.task, context.scope);
  const nothingYet = { threads: [], queue: [], working: [], asked: 0, begun: 0, turns: 0, held: [] };
  return { state: { kind: 'manage', work, task, values, ...nothingYet }, effects: [] };
}

/** Begins the turn that the statechart names: of the one who manages, or of a worker. Pure. */
export function beginManaged(
  state: ManageState,
  context: WorkContext,
  { name }: BegunPart,
): Step<ManageState> {
  return name === state.work.role ? beginLead(state, context) : beginJob(state, context, name);
}

/** Decides on a fact about an effect of anybody's. Pure. */
export function decideManage(state: ManageState, context: WorkContext, fact: Fact): Step<ManageState> {
  const { lead, threads } = state;
  if (lead !== undefined && isOfLoop(lead, fact)) {
    return takeLeadStep(state, context, decideTurns(lead, context, fact));
  }
  const loop = threads.flatMap(each => each.loop ?? []).find(each => isOfLoop(each, fact));
  const job = state.working.find(
    each => loop !== undefined && loop.key === threadOf(state, each.number)?.loop?.key,
  );
  if (loop === undefined || job === undefined) throw new Error(`nobody works on ${fact.type}`);
  return takeWorkerStep(state, context, { job, step: decideTurns(loop, context, fact) });
}

/** Sends exactly the calls that their providers failed to answer again. Pure. */
export function resumeManage(state: ManageState, context: WorkContext): Step<ManageState> {
  const { lead } = state;
  const effects: Effect[] = [];
  const resumed = (loop: TurnLoop): TurnLoop => {
    if (!state.held.includes(loop.key)) return loop;
    const step = resumeTurns(loop, context);
    effects.push(...step.effects);
    return step.loop;
  };
  const next: ManageState = {
    ...state,
    ...(lead === undefined ? {} : { lead: resumed(lead) }),
    threads: state.threads.map(each =>
      each.loop === undefined ? each : { ...each, loop: resumed(each.loop) },
    ),
    held: [],
  };
  return { state: next, effects };
}

function beginLead(state: ManageState, context: WorkContext): Step<ManageState> {
  const { work, values, task } = state;
  const { role, output, maxTurns, workers, maxDelegations, concurrency } = work;
  const roles = workers.map(name => roleOf(context, name));
  const options = {
    task: { name: work.name, role, maxTurns, ...(output === undefined ? {} : { output }) },
    key: `${context.key}/manager`,
    messages: [textMessage('user', task)],
    values,
    controls: manageControls(workers).map(spec => ({ spec, ends: false })),
    rules: [
      manageRules({ workers: roles, maxDelegations, concurrency }),
      earlierDecisions(decisionsOf(context)),
    ]
      .filter(text => text !== '')
      .join('\n\n'),
  };
  return leadsOn(state, context, startRoleTurns(options, context));
}

/** It is the turn of the one who manages: the first, or because all that it asked for is answered. */
function leadsOn(state: ManageState, context: WorkContext, step: TurnStep): Step<ManageState> {
  const turns = state.turns + 1;
  const { at, place: phase } = context;
  const event = { at, type: 'turn.started', phase, role: state.work.role, turn: turns } as const;
  const effects: Effect[] = [{ type: 'event.publish', event }, ...step.effects];
  return takeLeadStep({ ...state, turns }, context, { ...step, effects });
}

function takeLeadStep(state: ManageState, context: WorkContext, step: TurnStep): Step<ManageState> {
  const { effects, outcome, asked = [] } = step;
  const next = { ...state, lead: step.loop };
  if (outcome !== undefined) return endLead(next, context, { effects, outcome });
  if (asked.length === 0) return { state: next, effects };
  const taken = takeControls(next, context, asked);
  const answered = taken.answers.reduce<TurnStep>(
    (before, answer) => {
      const after = answerControl(before.loop, context, answer);
      return { ...after, effects: [...before.effects, ...after.effects] };
    },
    { loop: step.loop, effects: [...effects, ...taken.effects] },
  );
  if (taken.state.queue.length === 0) return takeLeadStep(taken.state, context, answered);
  const handed = handOver({ ...taken.state, lead: answered.loop }, context);
  return { state: handed.state, effects: answered.effects, moves: handed.moves };
}

function endLead(
  state: ManageState,
  context: WorkContext,
  { effects, outcome }: { readonly effects: readonly Effect[]; readonly outcome: TurnOutcome },
): Step<ManageState> {
  if (outcome.type === 'ended') throw new Error('a managed phase has no controls that end it');
  if (outcome.type === 'failed') {
    return { state: heldAt(state, outcome, state.lead?.key), effects, outcome };
  }
  const { at, place: phase } = context;
  const accepted = state.threads.filter(each => each.stands === 'returned');
  const events = accepted.map(({ number, worker }): Effect => {
    const handed = {
      how: 'accepted',
      from: state.work.role,
      to: worker,
      text: `delegation ${number}`,
    } as const;
    return { type: 'event.publish', event: { at, type: 'work.handed', phase, ...handed } };
  });
  return {
    state,
    effects: [...effects, ...events],
    outcome: { type: 'completed', artifact: outcome.artifact },
  };
}

function takeWorkerStep(
  state: ManageState,
  context: WorkContext,
  { job, step }: { readonly job: Job; readonly step: TurnStep },
): Step<ManageState> {
  const { effects, outcome, loop } = step;
  const next = withThread(state, job.number, { loop });
  if (outcome === undefined) return { state: next, effects };
  if (outcome.type === 'failed' && cannotBeReached(outcome)) {
    return { state: heldAt(next, outcome, loop.key), effects, outcome };
  }
  const ended = endJob(next, context, { job, outcome });
  const handed = handOver(ended.state, context);
  const moves: readonly StepMove[] = [...ended.moves, ...handed.moves];
  const before = [...effects, ...ended.effects];
  if (state.lead === undefined) throw new Error('a worker worked for nobody');
  const told = answerControl(state.lead, context, ended.answer);
  // Only what sends the next call has no open calls left; a failure keeps them.
  const goesOn = told.outcome === undefined && told.loop.calls.length === 0;
  const after = (goesOn ? leadsOn : takeLeadStep)(handed.state, context, told);
  return { ...after, effects: [...before, ...after.effects], moves: [...moves, ...(after.moves ?? [])] };
}

/** Such failures hold the run and become no result; all others are answers. */
function cannotBeReached({ failure }: Extract<TurnOutcome, { type: 'failed' }>): boolean {
  return ERROR_CODES[failure.code].exitCode === 3;
}

function heldAt(
  state: ManageState,
  outcome: Extract<TurnOutcome, { type: 'failed' }>,
  key: string | undefined,
): ManageState {
  if (key === undefined || !cannotBeReached(outcome)) return state;
  return { ...state, held: [...state.held, key] };
}
